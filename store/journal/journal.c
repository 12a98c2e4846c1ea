/* The journal: its segments, what happens when the disk refuses, and what has to be done in time.
 */
#include "store/journal/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/journal/format.h"
#include "metrics/timer.h"

enum {
    SEGMENT_MAX_BYTES = 64 * 1024 * 1024,
    SEGMENT_MIN_BYTES = 8 * 1024,
    TICK_MS = 500,
    EVICT_PER_TICK = 1, /* of 64 MB each: freeing them takes milliseconds */
    LOOK_AHEAD_BYTES = 16 * 1024,
};

struct segment *journal_active(struct journal *journal)
{
    return &journal->segments.items[journal->segments.count - 1];
}

void journal_refuse(struct journal *journal, enum refusal refusal, const char *reason)
{
    if (journal->refusal == REFUSAL_NONE)
        log_write(journal->log, LOG_ERROR, "store", "journal takes no events: %s", reason);
    journal->refusal = refusal;
}

static void take_again(struct journal *journal)
{
    if (journal->refusal != REFUSAL_NONE)
        log_write(journal->log, LOG_INFO, "store", "journal takes events again");
    journal->refusal = REFUSAL_NONE;
}

/* A quarter of the free space at most: the first segment must not fill a small disk. */
static uint64_t segment_bytes(const struct journal *journal)
{
    uint64_t bytes = SEGMENT_MAX_BYTES;
    struct statvfs disk;
    if (statvfs(journal->directory.path, &disk) == 0 &&
        (uint64_t)disk.f_bavail * disk.f_frsize / 4 < bytes)
        bytes = (uint64_t)disk.f_bavail * disk.f_frsize / 4;
    if (journal->settings->max_bytes / 4 < bytes)
        bytes = journal->settings->max_bytes / 4;
    bytes -= bytes % 4096;
    return bytes < SEGMENT_MIN_BYTES ? SEGMENT_MIN_BYTES : bytes;
}

/* Stored segments are kept only as long as nothing else needs their space. */
static bool make_room(struct journal *journal, uint64_t bytes)
{
    while (segments_disk_bytes(&journal->segments) + bytes > journal->settings->max_bytes) {
        if (segments_evict(&journal->segments, INT64_MAX, journal->file.fd >= 0, 1) == 0)
            return false;
    }
    return true;
}

/*
 * Nothing below it will be written from now on. Sequences that were refused count as still to come:
 * what is missing between two segments passes for lost.
 */
static uint64_t next_written(const struct journal *journal)
{
    uint64_t next =
        journal->last >= journal->first_sequence ? journal->last + 1 : journal->first_sequence;
    uint64_t lost_after =
        journal->stored > journal->lost_after ? journal->stored : journal->lost_after;
    if (journal->is_lost && lost_after < next)
        next = lost_after + 1;
    if (journal->buffer_used > 0 && record_sequence(journal->buffer) < next)
        next = record_sequence(journal->buffer);
    return next;
}

static enum result create_file(struct journal *journal, uint64_t bytes, struct error *error)
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
    enum result result =
        journal_file_create(&journal->file, &journal->directory, &header, bytes, error);
    if (result != RESULT_OK)
        return result;
    struct segment *segment = segments_add(&journal->segments, header.number);
    segment->salt = journal->salt = header.salt;
    segment->run = header.run;
    segment->first_sequence = header.first_sequence;
    segment->last_sequence = header.first_sequence - 1;
    segment->bytes = SEGMENT_HEADER_BYTES;
    segment->disk_bytes = bytes;
    return RESULT_OK;
}

/* The directory, which went away. */
static bool reopen(struct journal *journal)
{
    struct error error;
    checkpoint_close(&journal->checkpoint);
    if (journal_identity_reopen(&journal->identity, &journal->directory, &error) != RESULT_OK) {
        journal_refuse(journal, REFUSAL_DISK_FAILED, error.text);
        return false;
    }
    segments_forget_missing(&journal->segments);
    journal->is_gone = false;
    return true;
}

/* Opens the next segment, or says why there is none. */
bool journal_open_next(struct journal *journal)
{
    struct error error;
    if (journal->is_gone && !reopen(journal))
        return false;
    uint64_t bytes = segment_bytes(journal);
    if (!make_room(journal, bytes)) {
        journal_refuse(journal, REFUSAL_JOURNAL_FULL,
                       "JOURNAL_MAX_BYTES of events wait for the database");
        return false;
    }
    enum result result = create_file(journal, bytes, &error);
    while (result == RESULT_BUSY && segments_evict(&journal->segments, INT64_MAX, 0, 1) > 0)
        result = create_file(journal, bytes, &error);
    if (result != RESULT_OK) {
        journal->is_gone = result == RESULT_FAILED;
        journal_refuse(journal, result == RESULT_BUSY ? REFUSAL_DISK_FULL : REFUSAL_DISK_FAILED,
                       error.text);
        return false;
    }
    take_again(journal);
    return true;
}

void journal_finish_file(struct journal *journal)
{
    uint8_t end[RECORD_END_BYTES];
    struct segment *segment = journal_active(journal);
    record_write_end(end, journal->salt, segment->last_sequence, segment->records);
    journal_file_finish(&journal->file, end);
    segment->disk_bytes = segment->bytes + sizeof end;
    journal->synced = segment->last_sequence;
}

/* A failed segment in which nothing was acknowledged would only take space. */
static void drop_if_empty(struct journal *journal)
{
    if (journal_active(journal)->records == 0 && journal_file_remove(&journal->file) == 0)
        journal->segments.count--;
}

void journal_fail_file(struct journal *journal, const char *what)
{
    int reason = errno;
    bool is_there = journal_file_is_there(&journal->file);
    counter_add(journal->failures, 1);
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
        journal->is_lost = true;
        if (journal->synced < journal->lost_after)
            journal->lost_after = journal->synced;
    }
}

int journal_sync_file(struct journal *journal)
{
    int64_t started_us = clock_monotonic_us();
    int failed = journal_file_sync(&journal->file);
    histogram_observe(journal->sync_seconds, (double)(clock_monotonic_us() - started_us) / 1e6);
    return failed;
}

/* The open segment is nearly full: is there room for another one? */
static void look_ahead(struct journal *journal)
{
    if (!make_room(journal, segment_bytes(journal)))
        journal_refuse(journal, REFUSAL_JOURNAL_FULL,
                       "JOURNAL_MAX_BYTES of events wait for the database");
}

enum refusal journal_refusal(struct journal *journal)
{
    uint64_t needed = journal->file.used + journal->buffer_used + LOOK_AHEAD_BYTES;
    if (journal->refusal == REFUSAL_NONE && journal->file.fd >= 0 && needed > journal->file.size)
        look_ahead(journal);
    return journal->refusal;
}

bool journal_is_synced(const struct journal *journal)
{
    return journal->settings->sync == JOURNAL_SYNC_ALWAYS;
}

uint64_t journal_first_sequence(const struct journal *journal)
{
    return journal->first_sequence;
}

struct directory *journal_directory(struct journal *journal)
{
    return &journal->directory;
}

const struct journal_identity *journal_identity(const struct journal *journal)
{
    return &journal->identity;
}

enum result journal_claimed(struct journal *journal, struct error *error)
{
    return journal_identity_claim(&journal->identity, &journal->directory, error);
}

struct segments *journal_segments(struct journal *journal)
{
    return &journal->segments;
}

/* Tries what was refused again. */
static void try_again(struct journal *journal)
{
    if (journal->file.fd < 0)
        (void)journal_open_next(journal);
    else if (make_room(journal, segment_bytes(journal)))
        take_again(journal);
}

/* As when the machine was resumed from a snapshot: what would be written below it would pass for
 * stored. */
static void pass(struct journal *journal, uint64_t sequence)
{
    log_write(journal->log, LOG_ERROR, "store",
              "the database is ahead of this process, as after a snapshot was resumed: events "
              "between may be lost cursor=%" PRIu64 " next=%" PRIu64,
              sequence, journal->next_sequence);
    journal->next_sequence = sequence + 1;
}

void journal_stored(struct journal *journal, uint64_t sequence)
{
    if (sequence >= journal->next_sequence)
        pass(journal, sequence);
    journal->stored = sequence;
    segments_stored(&journal->segments, sequence, clock_monotonic_us());
    if (journal->refusal == REFUSAL_JOURNAL_FULL)
        try_again(journal);
}

void journal_set_listener(struct journal *journal, struct journal_listener listener)
{
    journal->listener = listener;
}

static void note_stored(struct journal *journal)
{
    if (journal->stored != journal->checkpoint.sequence)
        checkpoint_write(&journal->checkpoint, &journal->directory, journal->stored);
}

uint64_t journal_stored_sequence(const struct journal *journal)
{
    return journal->stored;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct journal *journal = arg;
    if (journal->file.fd >= 0 && !journal_file_is_there(&journal->file))
        journal_fail_file(journal, "look");
    bool is_due = journal->settings->sync == JOURNAL_SYNC_INTERVAL && journal->file.fd >= 0 &&
                  journal->last > journal->synced;
    if (is_due && journal_sync_file(journal) != 0)
        journal_fail_file(journal, "sync");
    else if (is_due)
        journal->synced = journal->last;
    if (journal->refusal != REFUSAL_NONE || journal->file.fd < 0)
        try_again(journal);
    if (journal->is_lost && journal->file.fd >= 0 && journal->listener.wake != NULL)
        journal->listener.wake(journal->listener.arg);
    note_stored(journal);
    int64_t keep_us = (int64_t)journal->settings->keep_s * 1000000;
    (void)segments_evict(&journal->segments, clock_monotonic_us() - keep_us, journal->file.fd >= 0,
                         EVICT_PER_TICK);
}

/* What earlier runs left is listed before the run's own first segment is made. */
static enum result load(struct journal *journal, struct error *error)
{
    enum result result = directory_open(&journal->directory, journal->settings->directory, error);
    if (result == RESULT_OK)
        result = journal_identity_begin_run(&journal->identity, &journal->directory, journal->log,
                                            error);
    journal->segments.directory = &journal->directory;
    journal->segments.journal = journal->identity.journal;
    journal->segments.log = journal->log;
    if (result == RESULT_OK)
        result = segments_load(&journal->segments, error);
    for (size_t i = 0; i < journal->segments.count; i++) {
        if (journal->segments.items[i].last_sequence > journal->last)
            journal->last = journal->segments.items[i].last_sequence;
    }
    if (result == RESULT_OK)
        result = journal_identity_pass_run(&journal->identity, &journal->directory,
                                           (uint32_t)(journal->last >> JOURNAL_RUN_SHIFT), error);
    journal->first_sequence = ((uint64_t)journal->identity.run << JOURNAL_RUN_SHIFT) + 1;
    journal->next_sequence = journal->first_sequence;
    journal->next_number = journal->segments.count == 0 ? 1 : journal_active(journal)->number + 1;
    return result;
}

/* What the operator has to know of how safe it is. */
static void tell(const struct journal *journal)
{
    log_write(journal->log, LOG_INFO, "store", "journal opened sync=%s run=%u segments=%zu",
              journal_sync_name(journal->settings->sync), journal->identity.run,
              journal->segments.count);
    struct statfs system;
    if (fstatfs(journal->directory.fd, &system) == 0 &&
        (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC))
        log_write(journal->log, LOG_WARNING, "store",
                  "JOURNAL_DIR is in memory: a power loss or a restart of the machine loses it");
}

struct journal *journal_open(struct event_base *base, const struct journal_settings *settings,
                             struct metrics *metrics, struct log *log, struct error *error)
{
    struct journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL)
        abort();
    journal->settings = settings;
    journal->log = log;
    journal->file.fd = -1;
    journal->lost_after = UINT64_MAX;
    journal_add_metrics(journal, metrics);
    struct error reason = {""};
    if (load(journal, &reason) != RESULT_OK) {
        (void)error_set(error, RESULT_INVALID, "JOURNAL_DIR: %s", reason.text);
        directory_close(&journal->directory);
        segments_clear(&journal->segments);
        free(journal);
        return NULL;
    }
    journal->synced = journal->last;
    tell(journal);
    checkpoint_init(&journal->checkpoint, &journal->directory);
    journal->stored = journal->checkpoint.sequence;
    /* At once, so that the checkpoint has its place before the disk fills. */
    checkpoint_write(&journal->checkpoint, &journal->directory, journal->stored);
    segments_stored(&journal->segments, journal->stored, SEGMENT_GOES_FOR_SPACE);
    (void)journal_open_next(journal);
    journal->tick = event_new(base, -1, EV_PERSIST, on_tick, journal);
    if (journal->tick == NULL)
        abort();
    timer_arm(journal->tick, TICK_MS);
    return journal;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    if (journal->file.fd >= 0) {
        (void)journal_sync_file(journal);
        journal_finish_file(journal);
    }
    note_stored(journal);
    event_free(journal->tick);
    segments_clear(&journal->segments);
    checkpoint_close(&journal->checkpoint);
    directory_close(&journal->directory);
    free(journal->buffer);
    free(journal);
}
