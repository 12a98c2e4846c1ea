/* The journal: opened and closed, what has to be done in time, and what there is to know of it. */
#include "store/journal/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/journal/commit.h"
#include "store/journal/flight.h"
#include "store/journal/format.h"
#include "store/journal/lineage.h"
#include "store/journal/reader.h"
#include "store/journal/recovery.h"
#include "store/journal/rotation.h"
#include "store/journal/settings.h"
#include "store/journal/spare.h"
#include "store/journal/state.h"

enum {
    TICK_MS = 500,
    EVICT_PER_TICK = 1, /* of 64 MB each: freeing them takes milliseconds */
};

enum refusal journal_refusal(const struct journal *journal)
{
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

/* Most often it is noted already. */
static void note_run(struct journal *journal, const uint8_t *owner)
{
    struct error error;
    if (journal_identity_note(&journal->identity, &journal->directory, owner, &error) != RESULT_OK)
        log_write(journal->log, LOG_WARNING, "store", "%s", error.text);
}

bool journal_may_claim(struct journal *journal, const uint8_t *owner)
{
    bool may_claim =
        owner == NULL || journal_identity_has(&journal->identity, &journal->directory, owner);
    note_run(journal, may_claim ? owner : NULL);
    return may_claim;
}

bool journal_find_nonce(const struct journal *journal, uint32_t run,
                        uint8_t nonce[static UUID_BYTES])
{
    if (run == journal->identity.run) {
        memcpy(nonce, journal->identity.nonce, UUID_BYTES);
        return true;
    }
    return segments_find_nonce(&journal->segments, run, nonce) ||
           lineage_find(&journal->directory, run, nonce);
}

/* If that fails the lineage stays longer than need be. */
static void on_claim_synced(void *arg, int reason)
{
    const struct journal *journal = arg;
    if (reason != 0)
        log_write(journal->log, LOG_WARNING, "store", "%s: can't write its identity: %s",
                  journal->directory.path, strerror(reason));
}

void journal_claimed(struct journal *journal)
{
    struct sync_job *job = &journal->claim_sync;
    if (job->is_asked || !journal_identity_claim(&journal->identity))
        return;
    int fd = identity_file_put(&journal->identity, &journal->directory);
    if (fd < 0) {
        on_claim_synced(journal, errno);
        return;
    }
    *job = (struct sync_job){.fd = fd, .is_data = true, .done = on_claim_synced, .arg = journal};
    int reason = syncer_sync(journal->syncer, job);
    if (reason != SYNC_ASKED)
        on_claim_synced(journal, reason);
    (void)close(fd);
}

void journal_read(struct journal *journal, struct journal_reader *reader)
{
    journal_reader_init(reader, &journal->segments);
}

uint64_t journal_backlog(const struct journal *journal, uint64_t sequence)
{
    return segments_records_above(&journal->segments, sequence);
}

uint64_t journal_gap(const struct journal *journal, uint64_t sequence)
{
    return segments_missing(&journal->segments, sequence, journal->stored);
}

void journal_count_damage(struct journal *journal)
{
    counter_add(journal->metrics.damaged, 1);
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

void journal_seen(struct journal *journal, uint64_t sequence)
{
    if (sequence >= journal->next_sequence)
        pass(journal, sequence);
}

void journal_stored(struct journal *journal, uint64_t sequence)
{
    journal_seen(journal, sequence);
    journal->stored = sequence;
    segments_stored(&journal->segments, sequence, clock_monotonic_us());
    if (journal->refusal == REFUSAL_JOURNAL_FULL ||
        (journal->refusal == REFUSAL_DISK_FULL && journal->file.fd >= 0))
        rotation_try_again(journal);
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

/* Opens a segment where there is none, and lets the rest be written to it. */
static void make_ready(struct journal *journal)
{
    if (journal->refusal != REFUSAL_NONE || journal->file.fd < 0)
        rotation_try_again(journal);
    if (journal->must_rewrite && journal->file.fd >= 0 && journal->listener.wake != NULL)
        journal->listener.wake(journal->listener.arg);
}

static void on_interval_synced(struct journal *journal, int reason)
{
    errno = reason;
    if (reason != 0)
        rotation_give_up(journal, "sync");
    else
        journal->synced = journal->last;
    make_ready(journal);
}

/* All of the open segment is as durable as asked. */
static void close_aged(struct journal *journal)
{
    rotation_close_aged(journal);
    make_ready(journal);
}

static void look_after_segment(struct journal *journal)
{
    if (flight_is_on(journal))
        return;
    if (journal->file.fd >= 0 && !journal_file_is_there(&journal->file))
        rotation_give_up(journal, "look");
    if (journal->settings->sync == JOURNAL_SYNC_INTERVAL && journal->file.fd >= 0 &&
        journal->last > journal->synced)
        flight_sync_data(journal, journal->file.fd, on_interval_synced);
    else
        close_aged(journal);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct journal *journal = arg;
    look_after_segment(journal);
    note_stored(journal);
    int64_t keep_us = (int64_t)journal->settings->keep_s * 1000000;
    (void)segments_evict_expired(&journal->segments, clock_monotonic_us() - keep_us,
                                 journal->file.fd >= 0, EVICT_PER_TICK);
    rotation_look_ahead(journal);
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
        result = recovery_load(&journal->segments, error);
    for (size_t i = 0; i < journal->segments.count; i++) {
        if (journal->segments.items[i].last_sequence > journal->last)
            journal->last = journal->segments.items[i].last_sequence;
    }
    if (result == RESULT_OK)
        result = journal_identity_pass_run(&journal->identity, &journal->directory,
                                           (uint32_t)(journal->last >> JOURNAL_RUN_SHIFT), error);
    journal->first_sequence = ((uint64_t)journal->identity.run << JOURNAL_RUN_SHIFT) + 1;
    journal->next_sequence = journal->first_sequence;
    journal->next_number = journal->segments.count == 0 ? 1 : rotation_active(journal)->number + 1;
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

static void begin(struct journal *journal)
{
    journal->synced = journal->last;
    checkpoint_init(&journal->checkpoint, &journal->directory);
    journal->stored = journal->checkpoint.sequence;
    /* At once, so that the checkpoint has its place before the disk fills. */
    checkpoint_write(&journal->checkpoint, &journal->directory, journal->stored);
    segments_thought_stored(&journal->segments, journal->stored);
    journal_file_forget_spare(&journal->directory);
    rotation_open_next(journal);
    rotation_look_ahead(journal);
}

struct journal *journal_open(struct event_base *base, const struct journal_settings *settings,
                             struct syncer *syncer, struct metrics *metrics, struct log *log,
                             struct error *error)
{
    struct journal *journal = memory_zeroed(sizeof *journal);
    journal->settings = settings;
    journal->log = log;
    journal->syncer = syncer;
    journal->go_on = commit_go_on;
    journal->file.fd = journal->spare.fd = -1;
    journal->rewrite_after = UINT64_MAX;
    journal_metrics_add(&journal->metrics, metrics, &journal->segments, &journal->spare, settings);
    journal->segments.damaged = journal->metrics.damaged;
    struct error reason = {""};
    if (load(journal, &reason) != RESULT_OK) {
        (void)error_set(error, RESULT_INVALID, "JOURNAL_DIR: %s", reason.text);
        directory_close(&journal->directory);
        segments_clear(&journal->segments);
        free(journal);
        return NULL;
    }
    tell(journal);
    spare_init(journal, base);
    note_run(journal, NULL); /* now, while nobody waits for the disk */
    begin(journal);
    journal->tick = memory_required(event_new(base, -1, EV_PERSIST, on_tick, journal));
    timer_arm(journal->tick, TICK_MS);
    return journal;
}

void journal_start(struct journal *journal)
{
    spare_start(journal);
}

/* A segment whose sync was asked and not answered is left as it is: another one might seem to
 * succeed. */
static void close_segment(struct journal *journal)
{
    if (journal->file.fd < 0)
        return;
    if (flight_is_on(journal)) {
        syncer_forget(journal->syncer, &journal->flight.job);
        journal_file_abandon(&journal->file);
    } else if (fdatasync(journal->file.fd) == 0) {
        rotation_finish(journal);
    } else {
        journal_file_abandon(&journal->file);
    }
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    close_segment(journal);
    syncer_forget(journal->syncer, &journal->claim_sync);
    spare_clear(journal);
    note_stored(journal);
    event_free(journal->tick);
    segments_clear(&journal->segments);
    checkpoint_close(&journal->checkpoint);
    directory_close(&journal->directory);
    free(journal->next.bytes);
    free(journal->group.bytes);
    free(journal);
}
