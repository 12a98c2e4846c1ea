/* The segment that is written to, and the next one. */
#include "store/journal/rotation.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/statvfs.h>

#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/journal/flight.h"
#include "store/journal/format.h"
#include "store/journal/settings.h"
#include "store/journal/state.h"

enum {
    SEGMENT_MAX_BYTES = 64 * 1024 * 1024,
    SEGMENT_MIN_BYTES = 8 * 1024,
    LOOK_AHEAD_BYTES = 16 * 1024,
    OVERHEAD_BYTES = SEGMENT_HEADER_BYTES + RECORD_END_BYTES + RECORD_MAX_BYTES, /* in each */
};

struct segment *rotation_active(struct journal *journal)
{
    return &journal->segments.items[journal->segments.count - 1];
}

/* The first reason is logged. */
static void refuse(struct journal *journal, enum refusal refusal, const char *reason)
{
    if (journal->refusal == REFUSAL_NONE)
        log_write(journal->log, LOG_ERROR, "store", "journal refuses events: %s", reason);
    journal->refusal = refusal;
}

static void refuse_full(struct journal *journal)
{
    refuse(journal, REFUSAL_JOURNAL_FULL, "JOURNAL_MAX_BYTES of events wait for the database");
}

void rotation_refuse_disk(struct journal *journal, const char *reason)
{
    refuse(journal, REFUSAL_DISK_FAILED, reason);
}

static void take_again(struct journal *journal)
{
    if (journal->refusal != REFUSAL_NONE)
        log_write(journal->log, LOG_INFO, "store", "journal accepts events again");
    journal->refusal = REFUSAL_NONE;
}

/* Of the disk, for us; without an answer there is enough. */
static uint64_t free_bytes(const struct journal *journal)
{
    struct statvfs disk;
    if (statvfs(journal->directory.path, &disk) != 0)
        return UINT64_MAX;
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

/* A quarter of the free space at most: the first segment must not fill a small disk. */
static uint64_t segment_bytes(const struct journal *journal, uint64_t disk_bytes)
{
    uint64_t bytes = SEGMENT_MAX_BYTES;
    if (disk_bytes / 4 < bytes)
        bytes = disk_bytes / 4;
    if (journal->settings->max_bytes / 4 < bytes)
        bytes = journal->settings->max_bytes / 4;
    bytes -= bytes % 4096;
    return bytes < SEGMENT_MIN_BYTES ? SEGMENT_MIN_BYTES : bytes;
}

static uint64_t disk_bytes(const struct journal *journal)
{
    return segments_disk_bytes(&journal->segments) + journal_file_bytes(&journal->spare);
}

/* What waits for a place in a segment. */
static uint64_t unwritten(const struct journal *journal)
{
    return journal->group.used - journal->group_written + journal->next.used;
}

/* Stored segments are kept only as long as nothing else needs their space. */
static bool make_room(struct journal *journal, uint64_t bytes)
{
    while (disk_bytes(journal) + bytes > journal->settings->max_bytes) {
        if (!segments_evict_oldest(&journal->segments, journal->file.fd >= 0))
            return false;
    }
    return true;
}

/* What the segments behind the open one take of the disk, for records of `bytes`. Each may leave a
 * record's length unused. Returns false when the disk has not enough. */
static bool plan_segments(const struct journal *journal, uint64_t bytes, uint64_t *disk_bytes)
{
    uint64_t left = free_bytes(journal);
    *disk_bytes = 0;
    for (uint64_t planned = 0; planned < bytes;) {
        uint64_t segment = segment_bytes(journal, left);
        if (segment > left)
            return false;
        left -= segment;
        *disk_bytes += segment;
        planned += segment - OVERHEAD_BYTES;
    }
    return true;
}

enum refusal rotation_reserve(struct journal *journal, size_t bytes)
{
    uint64_t needed = unwritten(journal) + bytes + LOOK_AHEAD_BYTES;
    uint64_t room = journal->file.fd < 0 ? 0 : journal->file.size - journal->file.used;
    uint64_t disk_bytes;
    if (journal->spare.fd >= 0)
        room += journal->spare.size - OVERHEAD_BYTES;
    if (needed <= room)
        return REFUSAL_NONE;
    while (!plan_segments(journal, needed - room, &disk_bytes)) {
        if (!segments_evict_oldest(&journal->segments, journal->file.fd >= 0))
            return REFUSAL_DISK_FULL;
    }
    return make_room(journal, disk_bytes) ? REFUSAL_NONE : REFUSAL_JOURNAL_FULL;
}

/* Why there may be no room for another event. What was taken and needs the next segment would be
 * refused with it, since a commit opens none then: so only where there can be none. */
static enum refusal lack_ahead(struct journal *journal)
{
    if (journal->file.fd < 0)
        return REFUSAL_NONE;
    if (unwritten(journal) + RECORD_END_BYTES <= journal->file.size - journal->file.used)
        return rotation_reserve(journal, RECORD_MAX_BYTES);
    return journal->spare.fd >= 0 || make_room(journal, segment_bytes(journal, free_bytes(journal)))
               ? REFUSAL_NONE
               : REFUSAL_JOURNAL_FULL;
}

/* Refuses where there is no room ahead, and takes events where there is. */
static void settle_refusal(struct journal *journal)
{
    switch (lack_ahead(journal)) {
    case REFUSAL_NONE:
        take_again(journal);
        break;
    case REFUSAL_DISK_FULL:
        refuse(journal, REFUSAL_DISK_FULL, strerror(ENOSPC));
        break;
    default:
        refuse_full(journal);
    }
}

/* First sequence the new segment may contain, right behind what was written last. Refused sequences
 * are passed over for good, so they must not look like a gap. */
static uint64_t next_written(const struct journal *journal)
{
    uint64_t next =
        journal->last >= journal->first_sequence ? journal->last + 1 : journal->first_sequence;
    uint64_t kept_through =
        journal->stored > journal->rewrite_after ? journal->stored : journal->rewrite_after;
    if (journal->must_rewrite && kept_through < next)
        next = kept_through + 1;
    const struct records *first = journal->is_committing ? &journal->group : &journal->next;
    if (first->used > 0 && record_sequence(first->bytes) < next)
        next = record_sequence(first->bytes);
    return next;
}

static struct segment_header make_header(struct journal *journal)
{
    struct segment_header header = {
        .number = journal->next_number++,
        .first_sequence = next_written(journal),
        .accepted_through =
            journal->last >= journal->first_sequence ? journal->last : journal->first_sequence - 1,
        .created_us = clock_wall_us(),
        .run = journal->identity.run,
    };
    memcpy(header.journal, journal->identity.journal, UUID_BYTES);
    memcpy(header.nonce, journal->identity.nonce, UUID_BYTES);
    while (header.salt == 0)
        evutil_secure_rng_get_bytes(&header.salt, sizeof header.salt);
    return header;
}

static void add_segment(struct journal *journal)
{
    const struct segment_header *header = &journal->header;
    struct segment *segment = segments_add(&journal->segments, header->number);
    segment->salt = journal->salt = header->salt;
    segment->run = header->run;
    memcpy(segment->nonce, header->nonce, UUID_BYTES);
    segment->first_sequence = header->first_sequence;
    segment->last_sequence = header->first_sequence - 1;
    segment->bytes = SEGMENT_HEADER_BYTES;
    segment->disk_bytes = journal->spare.size;
    journal->file = journal->spare;
    journal->opened_us = clock_monotonic_us();
    journal->spare.fd = -1;
}

/* The directory, which went away. */
static bool reopen(struct journal *journal)
{
    struct error error;
    checkpoint_close(&journal->checkpoint);
    journal_file_abandon(&journal->spare);
    if (journal_identity_reopen(&journal->identity, &journal->directory, &error) != RESULT_OK) {
        rotation_refuse_disk(journal, error.text);
        return false;
    }
    segments_forget_missing(&journal->segments);
    journal->is_gone = false;
    return true;
}

/* The next one can't be had, with errno. */
static void refuse_next(struct journal *journal, int reason)
{
    bool is_full = reason == ENOSPC || reason == EDQUOT;
    journal->is_gone = !is_full;
    if (is_full)
        (void)segments_evict_oldest(&journal->segments, 0); /* for the next attempt */
    refuse(journal, is_full ? REFUSAL_DISK_FULL : REFUSAL_DISK_FAILED, strerror(reason));
    journal_file_discard(&journal->spare);
}

static void on_name_synced(struct journal *journal, int reason)
{
    if (reason != 0) {
        refuse_next(journal, reason);
        return;
    }
    add_segment(journal);
    settle_refusal(journal);
}

static void on_header_synced(struct journal *journal, int reason)
{
    if (reason == 0 && journal_file_rename(&journal->spare, journal->header.number) != 0)
        reason = errno;
    if (reason != 0)
        refuse_next(journal, reason);
    else
        flight_sync_file(journal, journal->directory.fd, on_name_synced);
}

bool rotation_prepare_next(struct journal *journal)
{
    struct error error;
    uint64_t bytes = segment_bytes(journal, free_bytes(journal));
    if (journal->spare.fd >= 0)
        return journal_file_is_there(&journal->spare);
    return disk_bytes(journal) + bytes <= journal->settings->max_bytes &&
           journal_file_create(&journal->spare, &journal->directory, bytes, &error) == RESULT_OK;
}

/* Where nothing was filled ahead, or what was is gone. */
static bool make_spare(struct journal *journal)
{
    struct error error;
    if (journal->spare.fd >= 0 && journal_file_is_there(&journal->spare))
        return true;
    journal_file_abandon(&journal->spare);
    uint64_t bytes = segment_bytes(journal, free_bytes(journal));
    if (!make_room(journal, bytes)) {
        refuse_full(journal);
        return false;
    }
    enum result result = journal_file_create(&journal->spare, &journal->directory, bytes, &error);
    while (result == RESULT_BUSY && segments_evict_oldest(&journal->segments, 0))
        result = journal_file_create(&journal->spare, &journal->directory, bytes, &error);
    if (result == RESULT_OK)
        return true;
    journal->is_gone = result == RESULT_FAILED;
    refuse(journal, result == RESULT_BUSY ? REFUSAL_DISK_FULL : REFUSAL_DISK_FAILED, error.text);
    return false;
}

void rotation_open_next(struct journal *journal)
{
    if ((journal->is_gone && !reopen(journal)) || !make_spare(journal))
        return;
    journal->header = make_header(journal);
    if (journal_file_begin(&journal->spare, &journal->header) != 0)
        refuse_next(journal, errno);
    else
        flight_sync_file(journal, journal->spare.fd, on_header_synced);
}

void rotation_finish(struct journal *journal)
{
    uint8_t end[RECORD_END_BYTES];
    struct segment *segment = rotation_active(journal);
    record_write_end(end, journal->salt, segment->last_sequence, segment->records);
    journal_file_finish(&journal->file, end);
    segment->disk_bytes = segment->bytes + sizeof end;
    journal->synced = segment->last_sequence;
}

void rotation_close_aged(struct journal *journal)
{
    int64_t close_us = (int64_t)journal->settings->close_s * 1000000;
    /* On a full disk too: closed, it can go for the next one once it is stored. */
    bool may_close = journal->refusal == REFUSAL_NONE ||
                     (journal->refusal == REFUSAL_DISK_FULL && unwritten(journal) == 0);
    if (close_us > 0 && journal->file.fd >= 0 && may_close && !journal->must_rewrite &&
        rotation_active(journal)->records > 0 &&
        clock_monotonic_us() - journal->opened_us >= close_us)
        rotation_finish(journal);
}

/* A failed segment in which nothing was acknowledged would only take space. */
static void drop_if_empty(struct journal *journal)
{
    if (rotation_active(journal)->records == 0 && journal_file_remove(&journal->file) == 0)
        journal->segments.count--;
}

void rotation_give_up(struct journal *journal, const char *what)
{
    int reason = errno;
    bool is_there = journal_file_is_there(&journal->file);
    counter_add(journal->metrics.failures, 1);
    if (journal->refusal == REFUSAL_NONE)
        log_write(journal->log, LOG_ERROR, "store", "journal segment given up: %s: %s", what,
                  is_there ? strerror(reason) : "it is gone from its directory");
    journal_file_abandon(&journal->file);
    journal->is_gone = !is_there;
    if (is_there)
        drop_if_empty(journal);
    else
        journal->synced = 0;
    if (!is_there || journal->last > journal->synced) {
        journal->must_rewrite = true;
        if (journal->synced < journal->rewrite_after)
            journal->rewrite_after = journal->synced;
    }
}

void rotation_look_ahead(struct journal *journal)
{
    if (journal->refusal != REFUSAL_NONE)
        return;
    settle_refusal(journal);
}

void rotation_try_again(struct journal *journal)
{
    if (flight_is_on(journal))
        return;
    if (journal->file.fd < 0)
        rotation_open_next(journal);
    else
        settle_refusal(journal);
}
