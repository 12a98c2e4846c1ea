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
#include "protocol/memory.h"
#include "protocol/timestamp.h"
#include "store/base/directory.h"
#include "store/journal/checkpoint.h"
#include "store/journal/format.h"
#include "store/journal/identity.h"
#include "store/journal/scan.h"
#include "store/journal/segment_names.h"

/* What is found, in one segment and in all together. */
struct finding {
    uint64_t records;
    uint64_t first_sequence;
    uint64_t last_sequence;
    uint64_t damaged_ranges;
    uint64_t damaged_bytes;
    uint64_t torn_bytes;
};

struct inspection {
    FILE *out;
    struct directory directory;
    struct journal_identity identity;
    uint64_t stored; /* by the checkpoint */
    struct finding segment;
    uint64_t void_after;       /* of the segment: records of its run above are void; 0 = none are */
    uint8_t nonce[UUID_BYTES]; /* of the run whose segments come; 0 = not known */
    struct finding total;
    uint64_t waiting;
    int64_t oldest_us; /* of those waiting */
};

static void on_damage(void *arg, uint64_t from, uint64_t to, bool is_tail)
{
    struct inspection *inspection = arg;
    if (is_tail) {
        inspection->segment.torn_bytes += to - from;
    } else {
        inspection->segment.damaged_ranges++;
        inspection->segment.damaged_bytes += to - from;
    }
}

/* A record written again after trouble with the disk counts once. */
static void count_record(struct inspection *inspection, const struct record *record)
{
    struct finding *segment = &inspection->segment;
    struct event event;
    bool is_void =
        record->sequence > inspection->void_after &&
        record->sequence >> JOURNAL_RUN_SHIFT == inspection->void_after >> JOURNAL_RUN_SHIFT;
    if (record->type != RECORD_EVENT || record->sequence <= inspection->total.last_sequence ||
        is_void)
        return;
    if (segment->records++ == 0)
        segment->first_sequence = record->sequence;
    segment->last_sequence = inspection->total.last_sequence = record->sequence;
    if (record->sequence <= inspection->stored)
        return;
    if (inspection->waiting++ == 0 &&
        event_unpack(record->payload, record->payload_bytes, &event) == RESULT_OK)
        inspection->oldest_us = event.occurred_at_us;
}

static void print_segment(struct inspection *inspection, uint64_t number, uint64_t bytes,
                          enum header_state header, bool is_whole)
{
    const struct finding *segment = &inspection->segment;
    (void)fprintf(inspection->out, "segment %016" PRIx64 "  bytes %" PRIu64 "  records %" PRIu64,
                  number, bytes, segment->records);
    if (segment->records > 0)
        (void)fprintf(inspection->out, "  sequences %" PRIu64 "-%" PRIu64, segment->first_sequence,
                      segment->last_sequence);
    if (header != HEADER_SOUND)
        (void)fprintf(inspection->out, "  header damaged");
    if (segment->damaged_ranges > 0)
        (void)fprintf(inspection->out, "  damaged %" PRIu64 " ranges, %" PRIu64 " bytes",
                      segment->damaged_ranges, segment->damaged_bytes);
    if (segment->torn_bytes > 0)
        (void)fprintf(inspection->out, "  torn tail %" PRIu64 " bytes", segment->torn_bytes);
    (void)fprintf(inspection->out, is_whole ? "\n" : "  the disk does not give the rest\n");
    inspection->total.records += segment->records;
    inspection->total.damaged_ranges += segment->damaged_ranges + (header != HEADER_SOUND);
    inspection->total.torn_bytes += segment->torn_bytes;
}

/* Above the first of its segments: by its nonce the database knows the run. */
static void print_run(struct inspection *inspection, const struct segment_header *header)
{
    char nonce[UUID_TEXT_SIZE];
    if (uuid_equal(inspection->nonce, header->nonce))
        return;
    memcpy(inspection->nonce, header->nonce, UUID_BYTES);
    uuid_format(header->nonce, nonce);
    (void)fprintf(inspection->out, "run %" PRIu32 "  nonce %s\n", header->run, nonce);
}

static enum header_state read_header(int fd, struct segment_header *header)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES] = {0};
    *header = (struct segment_header){0};
    (void)!pread(fd, bytes, sizeof bytes, 0);
    return segment_header_read(bytes, header);
}

/* As the next segment with a sound header has it, for records of its run: what a failed segment has
 * behind that was written again, or refused. 0 = there is none. */
static uint64_t find_void(const struct inspection *inspection, const uint64_t *later, size_t count)
{
    struct segment_header header = {0};
    for (size_t i = 0; i < count && header.accepted_through == 0; i++) {
        int fd = segment_name_open(&inspection->directory, later[i], O_RDONLY);
        if (fd < 0)
            continue;
        (void)read_header(fd, &header);
        (void)close(fd);
    }
    return header.accepted_through;
}

/* The first of `count` segments. */
static void inspect_segment(struct inspection *inspection, const uint64_t *numbers, size_t count)
{
    const uint64_t number = numbers[0];
    struct segment_header header;
    struct stat status;
    struct journal_scan scan;
    struct record record;
    enum scan_result result;
    int fd = segment_name_open(&inspection->directory, number, O_RDONLY);
    if (fd < 0 || fstat(fd, &status) != 0) {
        (void)fprintf(inspection->out, "segment %016" PRIx64 "  can't be read\n", number);
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    enum header_state state = read_header(fd, &header);
    if (state == HEADER_SOUND)
        print_run(inspection, &header);
    inspection->segment = (struct finding){0};
    inspection->void_after = find_void(inspection, numbers + 1, count - 1);
    journal_scan_init(&scan, fd, header.salt, SEGMENT_HEADER_BYTES, (uint64_t)status.st_size,
                      on_damage, inspection);
    while ((result = journal_scan_next(&scan, &record)) == SCAN_RECORD)
        count_record(inspection, &record);
    journal_scan_clear(&scan);
    (void)close(fd);
    print_segment(inspection, number, (uint64_t)status.st_size, state, result == SCAN_END);
}

static void print_total(const struct inspection *inspection, bool is_locked)
{
    char oldest[TIMESTAMP_TEXT_SIZE];
    (void)fprintf(inspection->out,
                  "records %" PRIu64 "  waiting for the database %" PRIu64
                  " (as last noted)  damaged ranges %" PRIu64 "  torn bytes %" PRIu64 "%s\n",
                  inspection->total.records, inspection->waiting, inspection->total.damaged_ranges,
                  inspection->total.torn_bytes,
                  is_locked && inspection->total.torn_bytes > 0 ? " (being written)" : "");
    if (inspection->oldest_us == 0)
        return;
    timestamp_format(inspection->oldest_us, oldest);
    (void)fprintf(inspection->out, "oldest waiting %s\n", oldest);
}

static enum result inspect(struct inspection *inspection, const char *path, struct error *error)
{
    size_t count;
    uint64_t *numbers;
    char journal[UUID_TEXT_SIZE];
    const struct journal_identity *identity = &inspection->identity;
    if (segment_names_list(&inspection->directory, &numbers, &count) != 0)
        return error_set(error, RESULT_FAILED, "%s: can't be listed: %s", path, strerror(errno));
    if (count == 0 && identity->run == 0)
        return error_set(error, RESULT_FAILED, "%s holds no journal", path);
    bool is_locked = directory_is_locked(&inspection->directory);
    uuid_format(identity->journal, journal);
    (void)fprintf(inspection->out, "journal %s  run %u  %s\n", journal, identity->run,
                  is_locked ? "a server works on it" : "no server works on it");
    inspection->stored = checkpoint_read(&inspection->directory);
    for (size_t i = 0; i < count; i++)
        inspect_segment(inspection, numbers + i, count - i);
    free(numbers);
    print_total(inspection, is_locked);
    return RESULT_OK;
}

enum result journal_inspect(const char *path, FILE *out, struct error *error)
{
    struct inspection *inspection = memory_zeroed(sizeof *inspection);
    inspection->out = out;
    enum result result = directory_peek(&inspection->directory, path, error);
    if (result == RESULT_OK)
        result = journal_identity_peek(&inspection->identity, &inspection->directory, error);
    if (result == RESULT_OK)
        result = inspect(inspection, path, error);
    directory_close(&inspection->directory);
    free(inspection);
    return result;
}
