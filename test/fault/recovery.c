/*
 * Damages a journal in every way there is, one byte at a time, and recovers it each time, all in
 * one process: `recovery DIRECTORY flip|cut|identity STRIDE START SEED`. Every STRIDEth place from
 * START on is tried. Ends with 1 at the first record that is gone without need or a damage unsaid.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/journal/reader.h"
#include "store/journal/recovery.h"
#include "store/journal/segments.h"
#include "test/fault/recovery_journal.h"

enum {
    WHOLE_EVERY = 16,     /* recoveries one reads all of the journal, not only what is near */
    CUT_BYTES = 4 * 1024, /* before the end of a segment, where it is cut */
};

static struct recovery_journal test;

static uint64_t recoveries;

/* What is quarantined would pile up. */
static void remove_copies(void)
{
    DIR *entries = opendir(test.directory.path);
    if (entries == NULL)
        recovery_fail("can't list %s", test.directory.path);
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
        recovery_fail("record %zu is gone, damage in segment %zu from %zu to %zu", at, segment,
                      from, to);
}

static void compare(const struct written *written, const struct record *record)
{
    const uint8_t *bytes = test.originals[written->segment].bytes + written->from;
    if (record->payload_bytes + RECORD_HEADER_BYTES != written->to - written->from ||
        memcmp(record->payload, bytes + RECORD_HEADER_BYTES, record->payload_bytes) != 0)
        recovery_fail("record %" PRIx64 " is another", record->sequence);
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
            recovery_fail("record %" PRIx64 " never was", record.sequence);
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
    struct segments segments = {.directory = &test.directory,
                                .journal = test.identity.journal,
                                .log = test.log,
                                .damaged = &damaged};
    if (recovery_load(&segments, &error) != RESULT_OK)
        recovery_fail("does not start, damage in segment %zu at %zu: %s", segment, from,
                      error.text);
    bool is_whole = segment == SEGMENTS || recoveries % WHOLE_EVERY == 0;
    size_t next = segment + 1 < SEGMENTS ? test.first_records[segment + 1] + 1 : test.record_count;
    size_t gone = is_whole
                      ? read_back(&segments, 0, test.record_count, segment, from, to)
                      : read_back(&segments, test.first_records[segment], next, segment, from, to);
    segments_clear(&segments);
    if (damaged.value > 0)
        remove_copies();
    recoveries++;
    *said = damaged.value;
    return gone;
}

static void flip(size_t segment, size_t at)
{
    struct original *original = &test.originals[segment];
    uint8_t pristine = original->bytes[at];
    uint64_t said;
    int fd = recovery_open(&test, original);
    original->bytes[at] ^= (uint8_t)(1 + recovery_random(&test) % 255);
    recovery_put(original, fd, at, 1);
    original->bytes[at] = pristine;
    size_t gone = recover(segment, at, at + 1, &said);
    bool is_record = at >= SEGMENT_HEADER_BYTES && at < original->records_end;
    if (gone != (is_record ? 1 : 0) || said == 0)
        recovery_fail("segment %zu byte %zu flipped: %zu records gone, %" PRIu64 " damages said",
                      segment, at, gone, said);
    recovery_put(original, fd, at, 1);
    (void)close(fd);
    if (at >= original->records_end)
        recovery_restore(&test, original, original->records_end);
    recovery_restore_open(&test);
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
    recovery_truncate(&test, original, at);
    size_t gone = recover(segment, at, SIZE_MAX, &said);
    if (said == 0 && is_torn(segment, at))
        recovery_fail("segment %zu cut at %zu: not a word of it", segment, at);
    if (recover(segment, at, SIZE_MAX, &said_again) != gone ||
        (at >= SEGMENT_HEADER_BYTES && said_again > 0))
        recovery_fail("segment %zu cut at %zu: another result at the second start", segment, at);
    recovery_restore(&test, original, 0);
    recovery_restore_open(&test);
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
static void check_identity(const char *path, size_t at)
{
    const struct journal_identity *before = &test.identity;
    struct directory directory;
    struct journal_identity after;
    struct error error;
    if (recovery_begin_run(path, &directory, &after, test.log, &error) != RESULT_OK)
        recovery_fail("identity damaged at %zu: %s", at, error.text);
    bool has_nonce = false;
    for (uint32_t i = 0; i < after.lineage_count; i++)
        has_nonce |= uuid_equal(after.lineage[i], before->nonce);
    if (!uuid_equal(after.journal, before->journal) || after.run <= before->run || !has_nonce)
        recovery_fail("identity damaged at %zu: another journal, run %u after %u, nonce %d", at,
                      after.run, before->run, has_nonce);
    directory_close(&directory);
    recoveries++;
}

static void damage_identity(const char *path, size_t stride, size_t start)
{
    uint8_t bytes[4096];
    int fd = openat(test.directory.fd, "identity", O_RDWR | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : pread(fd, bytes, sizeof bytes, 0);
    if (size <= 0)
        recovery_fail("can't read the identity");
    directory_close(&test.directory);
    for (size_t place = start; place < (size_t)size * 9; place += stride) {
        size_t at = place / 9;
        uint8_t flipped = (uint8_t)(bytes[at] ^ (place % 9 == 8 ? 0xFF : 1 << place % 9));
        if (ftruncate(fd, size) != 0 || pwrite(fd, bytes, (size_t)size, 0) != size ||
            pwrite(fd, &flipped, 1, (off_t)at) != 1)
            recovery_fail("can't write the identity");
        check_identity(path, at);
        if (pwrite(fd, bytes, (size_t)size, 0) != size || ftruncate(fd, (off_t)at) != 0)
            recovery_fail("can't cut the identity");
        check_identity(path, at);
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
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    test.log = log_new(LOG_ERROR, null);
    recovery_journal_make(&test, argv[1]);
    uint64_t said;
    if (recover(SEGMENTS, 0, 0, &said) != 0 || said != 0)
        recovery_fail("a sound journal is not whole");
    recovery_restore_open(&test);
    if (strcmp(argv[2], "flip") == 0)
        flip_each(stride, start);
    else if (strcmp(argv[2], "cut") == 0)
        cut_each(stride, start);
    else
        damage_identity(argv[1], stride, start);
    (void)printf("%" PRIu64 " recoveries of %zu records\n", recoveries, test.record_count);
    directory_close(&test.directory);
    log_free(test.log);
    (void)close(null);
    return 0;
}
