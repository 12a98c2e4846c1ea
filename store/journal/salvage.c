/* Reads a journal that no server works on, and changes nothing. */
#include "store/journal/salvage.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/memory.h"
#include "store/base/directory.h"
#include "store/journal/identity.h"
#include "store/journal/scan.h"
#include "store/journal/segment_names.h"
#include "store/journal/segments.h"

/* `fd` is -1 while no segment is open; `at` is the one that is, or the next one. */
struct salvage {
    struct directory directory;
    struct journal_identity identity;
    struct segments segments; /* those with a sound header of this journal */
    struct salvage_run run;
    struct salvage_damage damage;
    struct journal_scan scan;
    size_t at;
    int fd;
    uint64_t after; /* the last sequence given of the run; a record written again comes once */
    FILE *out;
};

/* A tail that is torn has been answered with nothing; what is damaged before it may have been. */
static void on_damage(void *arg, uint64_t from, uint64_t to, bool is_tail)
{
    struct salvage *salvage = arg;
    if (is_tail)
        salvage->damage.torn += to - from;
    else
        salvage->damage.ranges++;
}

static void begin_scan(struct salvage *salvage, uint32_t salt, uint64_t bytes)
{
    journal_scan_init(&salvage->scan, salvage->fd, salt, SEGMENT_HEADER_BYTES, bytes, on_damage,
                      salvage);
}

static void close_segment(struct salvage *salvage)
{
    if (salvage->fd < 0)
        return;
    journal_scan_clear(&salvage->scan);
    (void)close(salvage->fd);
    salvage->fd = -1;
}

static enum result fail(const struct salvage *salvage, uint64_t number, const char *what,
                        struct error *error)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name_write(number, name);
    return error_set(error, RESULT_FAILED, "%s/%s: %s", salvage->directory.path, name, what);
}

static void leave_alone(struct salvage *salvage, uint64_t number, const char *why, uint64_t records)
{
    salvage->damage.segments++;
    (void)fprintf(salvage->out, "segment %016" PRIx64 " is not imported, %s: %" PRIu64 " records\n",
                  number, why, records);
}

/* Of a segment that is left alone; its damage is not counted. */
static uint64_t count_records(struct salvage *salvage, uint32_t salt, uint64_t bytes)
{
    const struct salvage_damage before = salvage->damage;
    struct record record;
    uint64_t records = 0;
    begin_scan(salvage, salt, bytes);
    salvage->scan.is_salvage = true;
    while (journal_scan_next(&salvage->scan, &record) == SCAN_RECORD)
        records += record.type == RECORD_EVENT;
    journal_scan_clear(&salvage->scan);
    salvage->damage = before;
    return records;
}

static void list(struct salvage *salvage, const struct segment_header *header, uint64_t bytes)
{
    struct segment *segment = segments_add(&salvage->segments, header->number);
    segment->salt = header->salt;
    segment->run = header->run;
    segment->accepted_through = header->accepted_through;
    segment->disk_bytes = bytes;
    memcpy(segment->nonce, header->nonce, UUID_BYTES);
}

/* Lists it, or says why not; one without a header and without a record was killed in its making. */
static enum result look_at(struct salvage *salvage, uint64_t number, uint64_t bytes,
                           struct error *error)
{
    uint8_t head[SEGMENT_HEADER_BYTES] = {0};
    struct segment_header header = {0};
    if (pread(salvage->fd, head, sizeof head, 0) < 0)
        return fail(salvage, number, strerror(errno), error);
    enum header_state state = segment_header_read(head, &header);
    if (state == HEADER_NEWER)
        return fail(salvage, number, "was written by a later version of this program", error);
    bool is_ours = state == HEADER_SOUND && header.number == number &&
                   uuid_equal(header.journal, salvage->identity.journal);
    if (is_ours) {
        list(salvage, &header, bytes);
        return RESULT_OK;
    }
    uint64_t records = count_records(salvage, header.salt, bytes);
    if (state == HEADER_SOUND)
        leave_alone(salvage, number, "it is of another journal or has another's name", records);
    else if (records > 0)
        leave_alone(salvage, number, "its header is damaged", records);
    return RESULT_OK;
}

static enum result load_segment(struct salvage *salvage, uint64_t number, struct error *error)
{
    struct stat status;
    salvage->fd = segment_name_open(&salvage->directory, number, O_RDONLY);
    enum result result = salvage->fd < 0 || fstat(salvage->fd, &status) != 0
                             ? fail(salvage, number, strerror(errno), error)
                             : look_at(salvage, number, (uint64_t)status.st_size, error);
    if (salvage->fd >= 0)
        (void)close(salvage->fd);
    salvage->fd = -1;
    return result;
}

static enum result load(struct salvage *salvage, struct error *error)
{
    size_t count;
    uint64_t *numbers;
    if (segment_names_list(&salvage->directory, &numbers, &count) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't be listed: %s", salvage->directory.path,
                         strerror(errno));
    enum result result = RESULT_OK;
    for (size_t i = 0; i < count && result == RESULT_OK; i++)
        result = load_segment(salvage, numbers[i], error);
    segments_void_unaccepted(&salvage->segments);
    free(numbers);
    return result;
}

/* Before the lock is taken, whose file would make a journal's directory of it. */
static enum result look_for_journal(struct salvage *salvage, const char *path, struct error *error)
{
    size_t count = 0;
    uint64_t *numbers = NULL;
    struct directory *directory = &salvage->directory;
    enum result result = directory_peek(directory, path, error);
    if (result != RESULT_OK)
        return RESULT_INVALID;
    if (journal_identity_peek(&salvage->identity, directory, error) != RESULT_OK)
        result = RESULT_FAILED;
    else if (segment_names_list(directory, &numbers, &count) != 0)
        result = error_set(error, RESULT_FAILED, "%s: can't be listed: %s", path, strerror(errno));
    else if (count == 0 && salvage->identity.run == 0)
        result = error_set(error, RESULT_INVALID, "%s holds no journal", path);
    free(numbers);
    directory_close(directory);
    return result;
}

enum result salvage_open(struct salvage **salvage, const char *path, FILE *out, struct error *error)
{
    struct salvage *opened = memory_zeroed(sizeof *opened);
    opened->fd = -1;
    opened->out = out;
    enum result result = look_for_journal(opened, path, error);
    if (result == RESULT_OK)
        result = directory_open(&opened->directory, path, error);
    if (result == RESULT_OK)
        result = load(opened, error);
    *salvage = opened;
    if (result == RESULT_OK)
        return RESULT_OK;
    salvage_close(opened);
    *salvage = NULL;
    return result;
}

void salvage_close(struct salvage *salvage)
{
    if (salvage == NULL)
        return;
    close_segment(salvage);
    segments_clear(&salvage->segments);
    directory_close(&salvage->directory);
    free(salvage);
}

static bool is_of_run(const struct salvage *salvage, const struct segment *segment)
{
    return segment->run == salvage->run.number && uuid_equal(segment->nonce, salvage->run.nonce);
}

static void begin_run(struct salvage *salvage, const struct segment *segment)
{
    salvage->run.number = segment->run;
    memcpy(salvage->run.journal, salvage->identity.journal, UUID_BYTES);
    memcpy(salvage->run.nonce, segment->nonce, UUID_BYTES);
    salvage->after = 0;
}

/* The next record of the open segment that a server would send. */
static enum scan_result read_on(struct salvage *salvage, struct record *record)
{
    const struct segment *segment = &salvage->segments.items[salvage->at];
    enum scan_result result;
    while ((result = journal_scan_next(&salvage->scan, record)) == SCAN_RECORD) {
        bool is_void = segment->void_after != 0 && record->sequence > segment->void_after;
        if (record->type != RECORD_EVENT || is_void || record->sequence <= salvage->after)
            continue;
        salvage->after = record->sequence;
        break;
    }
    return result;
}

enum salvage_step salvage_next(struct salvage *salvage, struct record *record, struct error *error)
{
    for (; salvage->at < salvage->segments.count; salvage->at++) {
        const struct segment *segment = &salvage->segments.items[salvage->at];
        if (!is_of_run(salvage, segment)) {
            begin_run(salvage, segment);
            return SALVAGE_RUN;
        }
        if (salvage->fd < 0) {
            salvage->fd = segment_name_open(&salvage->directory, segment->number, O_RDONLY);
            if (salvage->fd >= 0)
                begin_scan(salvage, segment->salt, segment->disk_bytes);
        }
        enum scan_result result = salvage->fd < 0 ? SCAN_FAILED : read_on(salvage, record);
        if (result == SCAN_RECORD)
            return SALVAGE_RECORD;
        if (result == SCAN_FAILED) {
            (void)fail(salvage, segment->number, strerror(errno), error);
            return SALVAGE_FAILED;
        }
        close_segment(salvage);
    }
    return SALVAGE_END;
}

const struct salvage_run *salvage_run(const struct salvage *salvage)
{
    return &salvage->run;
}

const struct salvage_damage *salvage_damage(const struct salvage *salvage)
{
    return &salvage->damage;
}
