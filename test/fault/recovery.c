/*
 * Damages a journal in every way there is, one byte at a time, and recovers it each time, all in
 * one process: `recovery DIRECTORY flip|cut|identity STRIDE START SEED`. Every STRIDEth place from
 * START on is tried. Ends with 1 at the first record that is gone without need or a damage unsaid.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "protocol/event_pack.h"
#include "store/journal/directory.h"
#include "store/journal/segment_file.h"
#include "store/journal/format.h"
#include "store/journal/identity.h"
#include "store/journal/reader.h"
#include "store/journal/segments.h"

enum {
    SEGMENTS = 5,
    SEGMENT_BYTES = 256 * 1024, /* of records; the journal is 1 MB */
    OPEN_BYTES = 32 * 1024,     /* of records in the last one, which is still open */
    UNUSED_BYTES = 4096, /* zeros behind the last records of the segment that is still open */
    RECORDS_MAX = SEGMENTS * SEGMENT_BYTES / 40,
    WHOLE_EVERY = 16,     /* recoveries one reads all of the journal, not only what is near */
    CUT_BYTES = 4 * 1024, /* before the end of a segment, where it is cut */
};

/* A record as it was written: `segment` and the bytes from `from` to before `to` of its file. */
struct written {
    uint64_t sequence;
    size_t segment;
    size_t from;
    size_t to;
};

/* A segment's file as it was written. The last one was never closed. */
struct original {
    char path[JOURNAL_PATH_SIZE];
    uint8_t bytes[SEGMENT_HEADER_BYTES + SEGMENT_BYTES + UNUSED_BYTES];
    size_t size;
    size_t records_end;
};

static struct {
    struct log *log;
    struct journal_directory directory;
    struct original originals[SEGMENTS];
    struct written records[RECORDS_MAX];
    size_t record_count;
    size_t first_records[SEGMENTS + 1]; /* of each segment; all of them at the end */
    uint64_t recoveries;
    uint32_t random;
} test;

__attribute__((format(printf, 1, 2), noreturn)) static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "recovery: ");
    (void)vfprintf(stderr, format, arguments);
    (void)fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

/* Repeatable, and good enough to choose bits with. */
static uint32_t next_random(void)
{
    test.random = test.random * 1664525u + 1013904223u;
    return test.random >> 8;
}

static size_t pack(uint64_t number, uint8_t packed[static EVENT_PACKED_MAX_BYTES])
{
    struct event event = {
        .occurred_at_us = 1700000000000000 + (int64_t)number,
        .ad_id = 1 + (int32_t)(number % 100),
        .playback_seconds = (int32_t)(number % 60),
        .kind = (uint8_t)(number % EVENT_KINDS),
        .id_bytes = number % 4 > 0 ? (uint8_t)(1 + number % EVENT_ID_MAX_BYTES) : 0,
    };
    memset(event.id, 'i', event.id_bytes);
    return event_pack(&event, packed);
}

static void put(struct original *original, int fd, size_t at, size_t count)
{
    if (pwrite(fd, original->bytes + at, count, (off_t)at) != (ssize_t)count)
        fail("can't write %s", original->path);
}

static int open_original(const struct original *original)
{
    int fd = open(original->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        fail("can't open %s", original->path);
    return fd;
}

/* Everything from `at` on is as it was. */
static void restore(struct original *original, size_t at)
{
    int fd = open_original(original);
    if (ftruncate(fd, (off_t)original->size) != 0)
        fail("can't cut %s", original->path);
    put(original, fd, at, original->size - at);
    (void)close(fd);
}

/* The open segment, which every recovery closes: over its last record if that is damaged. */
static void restore_open(void)
{
    restore(&test.originals[SEGMENTS - 1], test.records[test.record_count - 1].from);
}

static void write_segment(size_t index, uint64_t *sequence)
{
    struct original *original = &test.originals[index];
    struct segment_header header = {.number = index + 1,
                                    .first_sequence = *sequence,
                                    .run = test.directory.identity.run,
                                    .salt = next_random() | 1};
    size_t at = SEGMENT_HEADER_BYTES;
    size_t end = SEGMENT_HEADER_BYTES - RECORD_MAX_BYTES +
                 (index + 1 < SEGMENTS ? SEGMENT_BYTES : OPEN_BYTES);
    memcpy(header.journal, test.directory.identity.journal, UUID_BYTES);
    memcpy(header.nonce, test.directory.identity.nonce, UUID_BYTES);
    segment_header_write(&header, original->bytes);
    uint64_t first = *sequence;
    test.first_records[index] = test.record_count;
    while (at < end && test.record_count < RECORDS_MAX) {
        uint8_t packed[EVENT_PACKED_MAX_BYTES];
        size_t packed_bytes = pack(*sequence, packed);
        (void)record_write(original->bytes + at, RECORD_EVENT, *sequence, packed, packed_bytes);
        size_t to = at + record_stamp(original->bytes + at, header.salt);
        test.records[test.record_count++] = (struct written){*sequence, index, at, to};
        at = to;
        (*sequence)++;
    }
    test.first_records[index + 1] = test.record_count;
    original->records_end = at;
    if (index + 1 < SEGMENTS)
        record_write_end(original->bytes + at, header.salt, *sequence - 1, *sequence - first);
    original->size = at + (index + 1 < SEGMENTS ? RECORD_END_BYTES : UNUSED_BYTES);
    journal_directory_segment_path(&test.directory, header.number, original->path);
    restore(original, 0);
}

/* Opened twice, so that the identity has both its slots. */
static void make_journal(const char *path)
{
    struct error error;
    uint64_t sequence = ((uint64_t)2 << 40) + 1;
    for (int i = 0; i < 2; i++) {
        journal_directory_close(&test.directory);
        if (journal_directory_open(&test.directory, path, test.log, &error) != RESULT_OK)
            fail("%s", error.text);
    }
    for (size_t i = 0; i < SEGMENTS; i++)
        write_segment(i, &sequence);
}

/* What is put aside would pile up. */
static void remove_copies(void)
{
    DIR *entries = opendir(test.directory.path);
    if (entries == NULL)
        fail("can't list %s", test.directory.path);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, "torn-", 5) == 0 || strncmp(entry->d_name, "damaged-", 8) == 0)
            (void)unlinkat(test.directory.fd, entry->d_name, 0);
    }
    (void)closedir(entries);
}

/* A record is gone: it must be one of the damaged bytes. */
static void lose(size_t at, size_t segment, size_t from, size_t to)
{
    const struct written *lost = &test.records[at];
    if (lost->segment != segment || lost->to <= from || lost->from >= to)
        fail("record %zu is gone, damage in segment %zu from %zu to %zu", at, segment, from, to);
}

static void compare(const struct written *written, const struct record *record)
{
    const uint8_t *bytes = test.originals[written->segment].bytes + written->from;
    if (record->payload_bytes + RECORD_HEADER_BYTES != written->to - written->from ||
        memcmp(record->payload, bytes + RECORD_HEADER_BYTES, record->payload_bytes) != 0)
        fail("record %" PRIx64 " is another", record->sequence);
}

/* Reads records back, from number `at` to before `end`; those of `segment` from `from` to `to` may
 * be gone. Returns how many are. */
static size_t read_back(struct segments *segments, size_t at, size_t end, size_t segment,
                        size_t from, size_t to)
{
    struct journal_reader reader;
    struct record record;
    enum read_result result;
    size_t gone = 0;
    journal_reader_init(&reader, segments);
    journal_reader_seek(&reader, test.records[at].sequence - 1);
    while (at < end && (result = journal_reader_next(&reader, &record)) != READ_END) {
        if (result != READ_RECORD)
            continue;
        for (; at < end && test.records[at].sequence < record.sequence; at++, gone++)
            lose(at, segment, from, to);
        if (at < end && test.records[at].sequence != record.sequence)
            fail("record %" PRIx64 " never was", record.sequence);
        if (at < end)
            compare(&test.records[at++], &record);
    }
    journal_reader_clear(&reader);
    for (; at < end; at++, gone++)
        lose(at, segment, from, to);
    return gone;
}

/* As a start does it. Returns how many records are gone; `*said`: how often damage was reported. */
static size_t recover(size_t segment, size_t from, size_t to, uint64_t *said)
{
    struct counter damaged = {0};
    struct error error;
    struct segments segments = {.directory = &test.directory, .log = test.log, .damaged = &damaged};
    if (segments_load(&segments, &error) != RESULT_OK)
        fail("does not start, damage in segment %zu at %zu: %s", segment, from, error.text);
    bool is_whole = segment == SEGMENTS || test.recoveries % WHOLE_EVERY == 0;
    size_t next = segment + 1 < SEGMENTS ? test.first_records[segment + 1] + 1 : test.record_count;
    size_t gone = is_whole
                      ? read_back(&segments, 0, test.record_count, segment, from, to)
                      : read_back(&segments, test.first_records[segment], next, segment, from, to);
    segments_clear(&segments);
    if (damaged.value > 0)
        remove_copies();
    test.recoveries++;
    *said = damaged.value;
    return gone;
}

static void flip(size_t segment, size_t at)
{
    struct original *original = &test.originals[segment];
    uint8_t pristine = original->bytes[at];
    uint64_t said;
    int fd = open_original(original);
    original->bytes[at] ^= (uint8_t)(1 + next_random() % 255);
    put(original, fd, at, 1);
    original->bytes[at] = pristine;
    size_t gone = recover(segment, at, at + 1, &said);
    bool is_record = at >= SEGMENT_HEADER_BYTES && at < original->records_end;
    if (gone != (is_record ? 1 : 0) || said == 0)
        fail("segment %zu byte %zu flipped: %zu records gone, %" PRIu64 " damages said", segment,
             at, gone, said);
    put(original, fd, at, 1);
    (void)close(fd);
    if (at >= original->records_end)
        restore(original, original->records_end);
    restore_open();
}

static void flip_each(size_t stride, size_t start)
{
    size_t place = start;
    for (size_t segment = 0; segment < SEGMENTS; segment++) {
        for (; place < test.originals[segment].size; place += stride)
            flip(segment, place);
        place -= test.originals[segment].size;
    }
}

/* Whether the first `at` bytes end with a part of a record or of the header. Zeros are none: so
 * does unused space look. */
static bool is_torn(size_t segment, size_t at)
{
    const uint8_t *bytes = test.originals[segment].bytes;
    if (at < SEGMENT_HEADER_BYTES)
        return at > 0;
    for (size_t i = 0; i < test.record_count; i++) {
        const struct written *record = &test.records[i];
        if (record->segment != segment || record->from >= at || record->to <= at)
            continue;
        for (size_t byte = record->from; byte < at; byte++) {
            if (bytes[byte] != 0)
                return true;
        }
    }
    return false;
}

/* Twice: what the first start leaves, the second one finds whole. */
static void cut(size_t segment, size_t at)
{
    struct original *original = &test.originals[segment];
    uint64_t said;
    uint64_t said_again;
    if (truncate(original->path, (off_t)at) != 0)
        fail("can't cut %s", original->path);
    size_t gone = recover(segment, at, SIZE_MAX, &said);
    if (said == 0 && is_torn(segment, at))
        fail("segment %zu cut at %zu: not a word of it", segment, at);
    if (recover(segment, at, SIZE_MAX, &said_again) != gone ||
        (at >= SEGMENT_HEADER_BYTES && said_again > 0))
        fail("segment %zu cut at %zu: another result at the second start", segment, at);
    restore(original, 0);
    restore_open();
}

static void cut_each(size_t stride, size_t start)
{
    for (size_t segment = 0; segment < SEGMENTS; segment++) {
        size_t end = test.originals[segment].records_end + RECORD_END_BYTES;
        for (size_t at = start; at < end; at += stride) {
            if (at < (size_t)2 * SEGMENT_HEADER_BYTES || at + CUT_BYTES > end)
                cut(segment, at);
        }
    }
}

/* The journal's name and its sequences must come out of it whatever is there. */
static void check_identity(const char *path, const struct journal_identity *before, size_t at)
{
    struct journal_directory directory;
    struct error error;
    if (journal_directory_open(&directory, path, test.log, &error) != RESULT_OK)
        fail("identity damaged at %zu: %s", at, error.text);
    const struct journal_identity *after = &directory.identity;
    bool has_owner = false;
    for (uint32_t i = 0; i < after->lineage_count; i++)
        has_owner |= uuid_equal(after->lineage[i], before->nonce);
    if (!uuid_equal(after->journal, before->journal) || after->run <= before->run || !has_owner)
        fail("identity damaged at %zu: another journal, run %u after %u, owner %d", at, after->run,
             before->run, has_owner);
    journal_directory_close(&directory);
    test.recoveries++;
}

static void damage_identity(const char *path, size_t stride, size_t start)
{
    char name[JOURNAL_PATH_SIZE + 16];
    uint8_t bytes[4096];
    const struct journal_identity before = test.directory.identity;
    journal_directory_close(&test.directory);
    (void)snprintf(name, sizeof name, "%s/identity", path);
    int fd = open(name, O_RDWR | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : pread(fd, bytes, sizeof bytes, 0);
    if (size <= 0)
        fail("can't read %s", name);
    for (size_t place = start; place < (size_t)size * 9; place += stride) {
        size_t at = place / 9;
        uint8_t flipped = (uint8_t)(bytes[at] ^ (place % 9 == 8 ? 0xFF : 1 << place % 9));
        if (ftruncate(fd, size) != 0 || pwrite(fd, bytes, (size_t)size, 0) != size ||
            pwrite(fd, &flipped, 1, (off_t)at) != 1)
            fail("can't write %s", name);
        check_identity(path, &before, at);
        if (pwrite(fd, bytes, (size_t)size, 0) != size || ftruncate(fd, (off_t)at) != 0)
            fail("can't cut %s", name);
        check_identity(path, &before, at);
    }
    (void)close(fd);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        (void)fprintf(stderr, "usage: recovery DIRECTORY flip|cut|identity STRIDE START SEED\n");
        return 2;
    }
    size_t stride = strtoul(argv[3], NULL, 10);
    size_t start = strtoul(argv[4], NULL, 10);
    test.random = (uint32_t)strtoul(argv[5], NULL, 10);
    test.directory.fd = test.directory.lock_fd = test.directory.stored_fd = -1;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    test.log = log_new(LOG_ERROR, null);
    make_journal(argv[1]);
    uint64_t said;
    if (recover(SEGMENTS, 0, 0, &said) != 0 || said != 0)
        fail("a sound journal is not whole");
    restore_open();
    if (strcmp(argv[2], "flip") == 0)
        flip_each(stride, start);
    else if (strcmp(argv[2], "cut") == 0)
        cut_each(stride, start);
    else
        damage_identity(argv[1], stride, start);
    (void)printf("%" PRIu64 " recoveries of %zu records\n", test.recoveries, test.record_count);
    journal_directory_close(&test.directory);
    log_free(test.log);
    (void)close(null);
    return 0;
}
