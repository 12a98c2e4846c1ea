/* Tells the operator what is in a journal directory. */
#include "store/journal/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/event_pack.h"
#include "protocol/timestamp.h"
#include "store/journal/directory.h"
#include "store/journal/format.h"
#include "store/journal/scan.h"

/* What is found, in one segment and in all together. */
struct finding {
    uint64_t records;
    uint64_t first_sequence;
    uint64_t last_sequence;
    uint64_t damaged_ranges;
    uint64_t damaged_bytes;
    uint64_t torn_bytes;
};

struct description {
    FILE *out;
    struct journal_directory directory;
    uint64_t stored; /* the hint */
    struct finding segment;
    uint64_t
        void_after; /* in the segment: its records above were never acknowledged; 0 = all count */
    struct finding total;
    uint64_t waiting;
    int64_t oldest_us; /* of those waiting */
};

static void on_damage(void *arg, uint64_t from, uint64_t to, bool is_tail)
{
    struct description *description = arg;
    if (is_tail) {
        description->segment.torn_bytes += to - from;
    } else {
        description->segment.damaged_ranges++;
        description->segment.damaged_bytes += to - from;
    }
}

/* A record written again after trouble with the disk counts once. */
static void count_record(struct description *description, const struct record *record)
{
    struct finding *segment = &description->segment;
    struct event event;
    bool is_void = description->void_after != 0 && record->sequence > description->void_after;
    if (record->type != RECORD_EVENT || record->sequence <= description->total.last_sequence ||
        is_void)
        return;
    if (segment->records++ == 0)
        segment->first_sequence = record->sequence;
    segment->last_sequence = description->total.last_sequence = record->sequence;
    if (record->sequence <= description->stored)
        return;
    if (description->waiting++ == 0 &&
        event_unpack(record->payload, record->payload_bytes, &event) == RESULT_OK)
        description->oldest_us = event.occurred_at_us;
}

static void print_segment(struct description *description, uint64_t number, uint64_t bytes,
                          enum header_state header, bool is_whole)
{
    const struct finding *segment = &description->segment;
    (void)fprintf(description->out, "segment %016" PRIx64 "  bytes %" PRIu64 "  records %" PRIu64,
                  number, bytes, segment->records);
    if (segment->records > 0)
        (void)fprintf(description->out, "  sequences %" PRIu64 "-%" PRIu64, segment->first_sequence,
                      segment->last_sequence);
    if (header != HEADER_SOUND)
        (void)fprintf(description->out, "  header damaged");
    if (segment->damaged_ranges > 0)
        (void)fprintf(description->out, "  damaged %" PRIu64 " ranges, %" PRIu64 " bytes",
                      segment->damaged_ranges, segment->damaged_bytes);
    if (segment->torn_bytes > 0)
        (void)fprintf(description->out, "  torn tail %" PRIu64 " bytes", segment->torn_bytes);
    (void)fprintf(description->out, is_whole ? "\n" : "  the disk does not give the rest\n");
    description->total.records += segment->records;
    description->total.damaged_ranges += segment->damaged_ranges + (header != HEADER_SOUND);
    description->total.torn_bytes += segment->torn_bytes;
}

static enum header_state read_header(int fd, struct segment_header *header)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES] = {0};
    *header = (struct segment_header){0};
    (void)!pread(fd, bytes, sizeof bytes, 0);
    return segment_header_read(bytes, header);
}

static int open_segment(const struct description *description, uint64_t number)
{
    char path[JOURNAL_PATH_SIZE];
    journal_directory_segment_path(&description->directory, number, path);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* As the next segment of the same run has it: what a failed one has behind was written again. */
static uint64_t find_void(const struct description *description, uint32_t run, uint64_t next)
{
    struct segment_header header;
    int fd = open_segment(description, next);
    bool is_of_run = fd >= 0 && read_header(fd, &header) == HEADER_SOUND && header.run == run;
    if (fd >= 0)
        (void)close(fd);
    return is_of_run ? header.accepted_through : 0;
}

/* `next` is the number of the segment behind it; 0 = there is none. */
static void describe_segment(struct description *description, uint64_t number, uint64_t next)
{
    struct segment_header header;
    struct stat status;
    struct journal_scan scan;
    struct record record;
    enum scan_result result;
    int fd = open_segment(description, number);
    if (fd < 0 || fstat(fd, &status) != 0) {
        (void)fprintf(description->out, "segment %016" PRIx64 "  can't be read\n", number);
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    enum header_state state = read_header(fd, &header);
    description->segment = (struct finding){0};
    description->void_after = next == 0 ? 0 : find_void(description, header.run, next);
    journal_scan_init(&scan, fd, header.salt, SEGMENT_HEADER_BYTES, (uint64_t)status.st_size,
                      on_damage, description);
    while ((result = journal_scan_next(&scan, &record)) == SCAN_RECORD)
        count_record(description, &record);
    journal_scan_clear(&scan);
    (void)close(fd);
    print_segment(description, number, (uint64_t)status.st_size, state, result == SCAN_END);
}

static void print_total(const struct description *description, bool is_locked)
{
    char oldest[TIMESTAMP_TEXT_SIZE];
    (void)fprintf(description->out,
                  "records %" PRIu64 "  waiting for the database %" PRIu64
                  " (as last noted)  damaged ranges %" PRIu64 "  torn bytes %" PRIu64 "%s\n",
                  description->total.records, description->waiting,
                  description->total.damaged_ranges, description->total.torn_bytes,
                  is_locked && description->total.torn_bytes > 0 ? " (being written)" : "");
    if (description->oldest_us == 0)
        return;
    timestamp_format(description->oldest_us, oldest);
    (void)fprintf(description->out, "oldest waiting %s\n", oldest);
}

static enum result describe(struct description *description, const char *path, struct error *error)
{
    size_t count;
    uint64_t *numbers;
    char journal[UUID_TEXT_SIZE];
    const struct journal_directory *directory = &description->directory;
    if (journal_directory_segments(directory, &numbers, &count) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't be listed: %s", path, strerror(errno));
    if (count == 0 && directory->identity.run == 0)
        return error_set(error, RESULT_FAILED, "%s holds no journal", path);
    bool is_locked = journal_directory_is_locked(path);
    uuid_format(directory->identity.journal, journal);
    (void)fprintf(description->out, "journal %s  run %u  %s\n", journal, directory->identity.run,
                  is_locked ? "a server works on it" : "no server works on it");
    description->stored = journal_directory_read_stored(directory);
    for (size_t i = 0; i < count; i++)
        describe_segment(description, numbers[i], i + 1 < count ? numbers[i + 1] : 0);
    free(numbers);
    print_total(description, is_locked);
    return RESULT_OK;
}

enum result journal_inspect(const char *path, FILE *out, struct error *error)
{
    struct description *description = calloc(1, sizeof *description);
    if (description == NULL)
        abort();
    description->out = out;
    enum result result = journal_directory_peek(&description->directory, path, error);
    if (result == RESULT_OK)
        result = describe(description, path, error);
    journal_directory_close(&description->directory);
    free(description);
    return result;
}
