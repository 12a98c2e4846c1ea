/* The journal's way from an appended record to one that may be acknowledged. */
#include "store/journal/commit.h"

#include <stdlib.h>

#include "protocol/memory.h"
#include "store/journal/format.h"
#include "store/journal/rotation.h"
#include "store/journal/settings.h"
#include "store/journal/state.h"

enum { WRITE_ATTEMPTS = 2, BUFFER_STEP_BYTES = 64 * 1024, BUFFER_KEPT_BYTES = 1024 * 1024 };

/* How many of the bytes from `from` on, whole records, the open segment has room for before its end
 * record; stamped for it. */
static size_t stamp_fitting(struct journal *journal, size_t from)
{
    uint64_t room = journal->file.size - RECORD_END_BYTES - journal->file.used;
    size_t at = from;
    while (at < journal->buffer_used && at - from + record_length(journal->buffer + at) <= room)
        at += record_stamp(journal->buffer + at, journal->salt);
    return at - from;
}

/* Writes what fits into one segment, and syncs it. Returns how many bytes are as durable as asked;
 * 0 = none. */
static size_t write_some(struct journal *journal, size_t from)
{
    if (journal->file.fd < 0 && !rotation_open_next(journal))
        return 0;
    size_t bytes = stamp_fitting(journal, from);
    if (bytes == 0) {
        bool is_lazy = journal->settings->sync == JOURNAL_SYNC_INTERVAL;
        if (is_lazy && rotation_sync(journal) != 0) {
            rotation_give_up(journal, "sync");
            return 0;
        }
        rotation_finish(journal);
        if (!rotation_open_next(journal))
            return 0;
        bytes = stamp_fitting(journal, from);
    }
    if (journal_file_write(&journal->file, journal->buffer + from, bytes) != 0) {
        rotation_give_up(journal, "write");
        return 0;
    }
    bool is_always = journal->settings->sync == JOURNAL_SYNC_ALWAYS;
    if ((is_always && rotation_sync(journal) != 0) || !journal_file_is_there(&journal->file)) {
        rotation_give_up(journal, "sync");
        return 0;
    }
    return bytes;
}

/* Counts and reports the records in a written range. */
static void report(struct journal *journal, size_t from, size_t to, journal_each_fn each, void *arg)
{
    struct segment *segment = rotation_active(journal);
    for (size_t at = from; at < to; segment->records++) {
        const uint8_t *bytes = journal->buffer + at;
        uint64_t sequence = record_sequence(bytes);
        size_t length = record_length(bytes);
        if (sequence > segment->last_sequence)
            segment->last_sequence = sequence;
        if (sequence > journal->last)
            journal->last = sequence;
        each(arg, sequence, bytes + RECORD_HEADER_BYTES, length - RECORD_HEADER_BYTES);
        at += length;
    }
    segment->bytes = journal->file.used;
    segment->storage = SEGMENT_WAITS;
    if (journal->settings->sync == JOURNAL_SYNC_ALWAYS)
        journal->synced = journal->last;
}

static void append(struct journal *journal, uint64_t sequence, const uint8_t *packed,
                   size_t packed_bytes)
{
    if (journal->buffer_used + RECORD_MAX_BYTES > journal->buffer_capacity) {
        journal->buffer_capacity += BUFFER_STEP_BYTES;
        journal->buffer = memory_resized(journal->buffer, journal->buffer_capacity);
    }
    journal->buffer_used += record_write(journal->buffer + journal->buffer_used, RECORD_EVENT,
                                         sequence, packed, packed_bytes);
}

uint64_t journal_append(struct journal *journal, const uint8_t *packed, size_t packed_bytes)
{
    append(journal, journal->next_sequence, packed, packed_bytes);
    rotation_look_ahead(journal);
    return journal->next_sequence++;
}

void journal_append_again(struct journal *journal, uint64_t sequence, const uint8_t *packed,
                          size_t packed_bytes)
{
    append(journal, sequence, packed, packed_bytes);
}

/*
 * Begins the buffer anew: first what is to be written again, then what has never been written of
 * the present content from `from` on. So sequences ascend in what is written, which is how it is
 * read back.
 */
static void put_rewritten_first(struct journal *journal, size_t from)
{
    uint8_t *present = journal->buffer;
    size_t present_used = journal->buffer_used;
    journal->buffer = NULL;
    journal->buffer_used = journal->buffer_capacity = 0;
    journal->must_rewrite = false;
    if (journal->listener.rewrite != NULL)
        journal->listener.rewrite(journal->listener.arg, journal->rewrite_after);
    for (size_t at = from; at < present_used; at += record_length(present + at)) {
        const uint8_t *record = present + at;
        if (record_sequence(record) > journal->last)
            append(journal, record_sequence(record), record + RECORD_HEADER_BYTES,
                   record_length(record) - RECORD_HEADER_BYTES);
    }
    free(present);
}

/* After trouble with the disk it was as large as the queue. */
static void give_back_buffer(struct journal *journal)
{
    if (journal->buffer_capacity <= BUFFER_KEPT_BYTES)
        return;
    free(journal->buffer);
    journal->buffer = NULL;
    journal->buffer_capacity = 0;
}

void journal_commit(struct journal *journal, journal_each_fn each, void *arg)
{
    size_t at = 0;
    unsigned failures = 0;
    while (at < journal->buffer_used || journal->must_rewrite) {
        if (journal->must_rewrite) {
            put_rewritten_first(journal, at);
            at = 0;
            continue;
        }
        size_t bytes = write_some(journal, at);
        if (bytes > 0) {
            report(journal, at, at + bytes, each, arg);
            at += bytes;
        } else if (journal->file.fd < 0 && journal->refusal != REFUSAL_NONE) {
            break;
        } else if (++failures == WRITE_ATTEMPTS) {
            rotation_refuse_disk(journal, "the disk refuses to write");
            break;
        }
    }
    if (at >= journal->buffer_used)
        journal->rewrite_after = UINT64_MAX;
    else
        journal->must_rewrite = journal->rewrite_after != UINT64_MAX;
    journal->buffer_used = 0;
    give_back_buffer(journal);
    rotation_look_ahead(journal);
}
