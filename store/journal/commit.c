/* The journal's way from an appended record to one that may be acknowledged. */
#include "store/journal/commit.h"

#include <errno.h>
#include <stdlib.h>

#include "protocol/memory.h"
#include "store/journal/flight.h"
#include "store/journal/format.h"
#include "store/journal/rotation.h"
#include "store/journal/settings.h"
#include "store/journal/state.h"

enum {
    WRITE_ATTEMPTS = 2,
    BUFFER_STEP_BYTES = 64 * 1024,
    BUFFER_KEPT_BYTES = 1024 * 1024,
    NEXT_MAX_BYTES = 16 * 1024 * 1024, /* that gather while the disk is waited for */
};

static void records_reserve(struct records *records, size_t bytes)
{
    if (records->used + bytes <= records->capacity)
        return;
    records->capacity = records->used + bytes + BUFFER_STEP_BYTES;
    records->capacity -= records->capacity % BUFFER_STEP_BYTES;
    records->bytes = memory_resized(records->bytes, records->capacity);
}

static void records_add(struct records *records, uint64_t sequence, const uint8_t *packed,
                        size_t packed_bytes)
{
    records_reserve(records, RECORD_MAX_BYTES);
    records->used +=
        record_write(records->bytes + records->used, RECORD_EVENT, sequence, packed, packed_bytes);
}

/* After trouble with the disk they were as large as the queue. */
static void records_clear(struct records *records)
{
    records->used = 0;
    if (records->capacity <= BUFFER_KEPT_BYTES)
        return;
    free(records->bytes);
    *records = (struct records){0};
}

/* How many of the group's bytes that are to be written next, whole records, the open segment has
 * room for before its end record; stamped for it. */
static size_t stamp_fitting(struct journal *journal)
{
    const struct records *group = &journal->group;
    uint64_t room = journal->file.size - RECORD_END_BYTES - journal->file.used;
    size_t from = journal->group_at;
    size_t at = from;
    while (at < group->used && at - from + record_length(group->bytes + at) <= room)
        at += record_stamp(group->bytes + at, journal->salt);
    return at - from;
}

/* Counts and reports the records that were written and are durable now. */
static void report(struct journal *journal)
{
    struct segment *segment = rotation_active(journal);
    while (journal->group_at < journal->group_written) {
        const uint8_t *bytes = journal->group.bytes + journal->group_at;
        uint64_t sequence = record_sequence(bytes);
        size_t length = record_length(bytes);
        segment->records++;
        if (sequence > segment->last_sequence)
            segment->last_sequence = sequence;
        if (sequence > journal->last)
            journal->last = sequence;
        if (journal->listener.durable != NULL)
            journal->listener.durable(journal->listener.arg, sequence, bytes + RECORD_HEADER_BYTES,
                                      length - RECORD_HEADER_BYTES);
        journal->group_at += length;
    }
    segment->bytes = journal->file.used;
    segment->storage = SEGMENT_WAITS;
    if (journal->settings->sync == JOURNAL_SYNC_ALWAYS)
        journal->synced = journal->last;
}

/* The segment that was written to is given up; the group goes to the next one, or nowhere. */
static void fail(struct journal *journal, const char *what)
{
    rotation_give_up(journal, what);
    journal->group_written = journal->group_at;
    if (++journal->group_failures == WRITE_ATTEMPTS)
        rotation_refuse_disk(journal, "the disk refuses to write");
}

static void on_group_synced(struct journal *journal, int reason)
{
    errno = reason;
    if (reason != 0 || !journal_file_is_there(&journal->file))
        fail(journal, "sync");
    else
        report(journal);
}

static void on_full_synced(struct journal *journal, int reason)
{
    errno = reason;
    if (reason != 0)
        fail(journal, "sync");
    else
        rotation_finish(journal);
}

/* Nothing more fits into the open segment. */
static void close_full(struct journal *journal)
{
    if (journal->settings->sync == JOURNAL_SYNC_INTERVAL)
        flight_sync_data(journal, journal->file.fd, on_full_synced);
    else
        rotation_finish(journal);
}

/* Writes what fits into the open segment, and syncs it. */
static void write_some(struct journal *journal)
{
    size_t bytes = stamp_fitting(journal);
    if (bytes == 0) {
        close_full(journal);
        return;
    }
    if (journal_file_write(&journal->file, journal->group.bytes + journal->group_at, bytes) != 0) {
        fail(journal, "write");
        return;
    }
    journal->group_written = journal->group_at + bytes;
    if (journal->settings->sync == JOURNAL_SYNC_ALWAYS)
        flight_sync_data(journal, journal->file.fd, on_group_synced);
    else
        on_group_synced(journal, 0);
}

size_t journal_record_bytes(size_t packed_bytes)
{
    return RECORD_HEADER_BYTES + packed_bytes;
}

bool journal_is_too_large(const struct journal *journal, size_t bytes)
{
    return bytes > journal->settings->max_bytes / 2;
}

enum refusal journal_reserve(struct journal *journal, size_t bytes)
{
    enum refusal refusal = rotation_reserve(journal, bytes);
    if (refusal != REFUSAL_NONE)
        return refusal;
    records_reserve(&journal->next, bytes);
    journal->reserved = bytes;
    return REFUSAL_NONE;
}

bool journal_is_behind(const struct journal *journal)
{
    return flight_is_on(journal) && journal->next.used > NEXT_MAX_BYTES;
}

uint64_t journal_append(struct journal *journal, const uint8_t *packed, size_t packed_bytes)
{
    size_t bytes = journal_record_bytes(packed_bytes);
    records_add(&journal->next, journal->next_sequence, packed, packed_bytes);
    journal->reserved -= bytes < journal->reserved ? bytes : journal->reserved;
    if (journal->reserved == 0)
        rotation_look_ahead(journal);
    return journal->next_sequence++;
}

void journal_append_again(struct journal *journal, uint64_t sequence, const uint8_t *packed,
                          size_t packed_bytes)
{
    records_add(&journal->group, sequence, packed, packed_bytes);
}

/*
 * Begins the group anew: first what is to be written again, then what has never been written of
 * the present content. So sequences ascend in what is written, which is how it is read back.
 */
static void put_rewritten_first(struct journal *journal)
{
    struct records present = journal->group;
    size_t at = journal->group_at;
    journal->group = (struct records){0};
    journal->group_at = journal->group_written = 0;
    journal->must_rewrite = false;
    if (journal->listener.rewrite != NULL)
        journal->listener.rewrite(journal->listener.arg, journal->rewrite_after);
    for (; at < present.used; at += record_length(present.bytes + at)) {
        const uint8_t *record = present.bytes + at;
        if (record_sequence(record) > journal->last)
            records_add(&journal->group, record_sequence(record), record + RECORD_HEADER_BYTES,
                        record_length(record) - RECORD_HEADER_BYTES);
    }
    free(present.bytes);
}

static bool has_more(const struct journal *journal)
{
    bool is_hopeless = journal->group_failures == WRITE_ATTEMPTS ||
                       (journal->file.fd < 0 && journal->refusal != REFUSAL_NONE);
    return !is_hopeless && (journal->group_at < journal->group.used || journal->must_rewrite);
}

static void end_commit(struct journal *journal)
{
    if (journal->group_at >= journal->group.used && !journal->must_rewrite)
        journal->rewrite_after = UINT64_MAX;
    else
        journal->must_rewrite = journal->rewrite_after != UINT64_MAX;
    records_clear(&journal->group);
    journal->group_at = journal->group_written = 0;
    journal->is_committing = false;
    rotation_look_ahead(journal);
    if (journal->listener.committed != NULL)
        journal->listener.committed(journal->listener.arg);
}

void commit_go_on(struct journal *journal)
{
    if (!journal->is_committing) {
        bool has_work = journal->next.used > 0 || journal->must_rewrite;
        if (has_work && journal->listener.wake != NULL)
            journal->listener.wake(journal->listener.arg);
        return;
    }
    while (!flight_is_on(journal) && has_more(journal)) {
        if (journal->must_rewrite)
            put_rewritten_first(journal);
        else if (journal->file.fd < 0)
            rotation_open_next(journal);
        else
            write_some(journal);
    }
    if (!flight_is_on(journal))
        end_commit(journal);
}

void journal_look(struct journal *journal)
{
    syncer_look(journal->syncer);
}

bool journal_can_commit(const struct journal *journal)
{
    return !journal->is_committing && !flight_is_on(journal);
}

void journal_commit(struct journal *journal)
{
    struct records empty = journal->group;
    journal->group = journal->next;
    journal->next = empty;
    journal->group_failures = 0;
    journal->is_committing = true;
    commit_go_on(journal);
}
