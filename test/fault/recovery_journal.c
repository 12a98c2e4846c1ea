/* A journal to be damaged. */
#include "test/fault/recovery_journal.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/event_pack.h"

void recovery_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(stderr, "recovery: ");
    (void)vfprintf(stderr, format, arguments);
    (void)fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

uint32_t recovery_random(struct recovery_journal *journal)
{
    journal->random = journal->random * 1664525u + 1013904223u;
    return journal->random >> 8;
}

static size_t pack(uint64_t number, uint8_t packed[static EVENT_PACKED_MAX_BYTES])
{
    struct event event = {
        .received_at_us = 1700000000000000 + (int64_t)number,
        .occurred_at_us = 1700000000000000 + (int64_t)number,
        .ad_id = 1 + (int32_t)(number % 100),
        .playback_ms = (int64_t)(number % 60) * 1000,
        .quantity = 1,
        .kind = (uint8_t)(number % EVENT_KINDS),
        .id_bytes = number % 4 > 0 ? (uint8_t)(1 + number % EVENT_ID_MAX_BYTES) : 0,
    };
    memset(event.id, 'i', event.id_bytes);
    return event_pack(&event, packed);
}

void recovery_put(const struct original *original, int fd, size_t at, size_t count)
{
    if (pwrite(fd, original->bytes + at, count, (off_t)at) != (ssize_t)count)
        recovery_fail("can't write %s", original->name);
}

int recovery_open(const struct recovery_journal *journal, const struct original *original)
{
    int fd = openat(journal->directory.fd, original->name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        recovery_fail("can't open %s", original->name);
    return fd;
}

void recovery_truncate(const struct recovery_journal *journal, const struct original *original,
                       size_t size)
{
    int fd = recovery_open(journal, original);
    if (ftruncate(fd, (off_t)size) != 0)
        recovery_fail("can't cut %s", original->name);
    (void)close(fd);
}

void recovery_restore(const struct recovery_journal *journal, const struct original *original,
                      size_t at)
{
    recovery_truncate(journal, original, original->size);
    int fd = recovery_open(journal, original);
    recovery_put(original, fd, at, original->size - at);
    (void)close(fd);
}

void recovery_restore_open(const struct recovery_journal *journal)
{
    recovery_restore(journal, &journal->originals[SEGMENTS - 1],
                     journal->records[journal->record_count - 1].from);
}

static void write_segment(struct recovery_journal *journal, size_t index, uint64_t *sequence)
{
    struct original *original = &journal->originals[index];
    struct segment_header header = {.number = index + 1,
                                    .first_sequence = *sequence,
                                    .run = journal->identity.run,
                                    .salt = recovery_random(journal) | 1};
    size_t at = SEGMENT_HEADER_BYTES;
    size_t end = SEGMENT_HEADER_BYTES - RECORD_MAX_BYTES +
                 (index + 1 < SEGMENTS ? SEGMENT_BYTES : OPEN_BYTES);
    memcpy(header.journal, journal->identity.journal, UUID_BYTES);
    memcpy(header.nonce, journal->identity.nonce, UUID_BYTES);
    segment_header_write(&header, original->bytes);
    uint64_t first = *sequence;
    journal->first_records[index] = journal->record_count;
    while (at < end && journal->record_count < RECORDS_MAX) {
        uint8_t packed[EVENT_PACKED_MAX_BYTES];
        size_t packed_bytes = pack(*sequence, packed);
        (void)record_write(original->bytes + at, RECORD_EVENT, *sequence, packed, packed_bytes);
        size_t to = at + record_stamp(original->bytes + at, header.salt);
        journal->records[journal->record_count++] = (struct written){*sequence, index, at, to};
        at = to;
        (*sequence)++;
    }
    journal->first_records[index + 1] = journal->record_count;
    original->records_end = at;
    if (index + 1 < SEGMENTS)
        record_write_end(original->bytes + at, header.salt, *sequence - 1, *sequence - first);
    original->size = at + (index + 1 < SEGMENTS ? RECORD_END_BYTES : UNUSED_BYTES);
    segment_name_write(header.number, original->name);
    recovery_restore(journal, original, 0);
}

enum result recovery_begin_run(const char *path, struct directory *directory,
                               struct journal_identity *identity, struct log *log,
                               struct error *error)
{
    enum result result = directory_open(directory, path, error);
    return result == RESULT_OK ? journal_identity_begin_run(identity, directory, log, error)
                               : result;
}

/* Opened twice, so that the identity has both its slots. */
void recovery_journal_make(struct recovery_journal *journal, const char *path)
{
    struct error error;
    uint64_t sequence = ((uint64_t)2 << 40) + 1;
    journal->directory.fd = journal->directory.lock_fd = -1;
    for (int i = 0; i < 2; i++) {
        directory_close(&journal->directory);
        if (recovery_begin_run(path, &journal->directory, &journal->identity, journal->log,
                               &error) != RESULT_OK)
            recovery_fail("%s", error.text);
    }
    for (size_t i = 0; i < SEGMENTS; i++)
        write_segment(journal, i, &sequence);
}
