/* Takes events in: journal first, then the answer, then the queue that the writer sends from. */
#include "store/ingest/intake.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/base/refusals.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/intake_metrics.h"
#include "store/ingest/pace.h"
#include "store/journal/commit.h"
#include "store/journal/journal.h"
#include "store/journal/reader.h"

enum {
    REFILL_EVENTS = BATCH_ROWS_MAX / 5, /* read back per loop turn: a millisecond or so */
    REFILL_RETRY_MS = 1000,
};

/*
 * What waits for the database: the queue, which ends with `loaded`, and behind it `on_disk` events
 * that are in the journal alone, if `is_spilling`. Before the database has told its cursor
 * everything stays on disk.
 */
struct intake {
    struct journal *journal;
    struct log *log;
    struct event_queue *queue;
    uint64_t queue_max_events;
    intake_queued_fn queued;
    void *arg;
    struct event *commit_timer;
    struct waiters waiters;
    uint64_t durable; /* the highest sequence of a commit that became so; 0 = none */
    struct pace pace;
    struct journal_reader reader;
    struct event *refill_timer;
    bool is_spilling;
    bool is_claimed; /* the cursor is known */
    uint64_t on_disk;
    uint64_t loaded;     /* the last sequence that went into the queue */
    uint64_t stored;     /* the cursor, as last heard */
    uint64_t stored_max; /* the highest it ever was */
    int64_t oldest_us;   /* of the first event on disk, before the cursor is known; 0 = none */
    struct intake_counters counters;
};

static void spill(struct intake *intake, uint64_t after)
{
    intake->is_spilling = true;
    journal_reader_seek(&intake->reader, after);
}

static bool is_full(const struct intake *intake)
{
    return event_queue_count(intake->queue) >= intake->queue_max_events ||
           event_queue_bytes(intake->queue) >= INTAKE_QUEUE_MAX_BYTES;
}

static bool is_half_empty(const struct intake *intake)
{
    return event_queue_count(intake->queue) <= intake->queue_max_events / 2 &&
           event_queue_bytes(intake->queue) <= INTAKE_QUEUE_MAX_BYTES / 2;
}

static void on_durable(void *arg, uint64_t sequence, const uint8_t *packed, size_t packed_bytes)
{
    struct intake *intake = arg;
    if (sequence > intake->durable)
        intake->durable = sequence;
    if (sequence <= intake->loaded)
        return; /* written again after trouble with the disk, and queued long since */
    if (!intake->is_spilling && is_full(intake))
        spill(intake, intake->loaded);
    if (intake->is_spilling) {
        intake->on_disk++;
        return;
    }
    event_queue_push(intake->queue, sequence, packed, packed_bytes);
    intake->loaded = sequence;
}

static void answer_waiters(struct intake *intake)
{
    counter_add(intake->counters.replayed, waiters_answer(&intake->waiters, intake->durable,
                                                          journal_refusal(intake->journal)));
}

static void on_committed(void *arg)
{
    struct intake *intake = arg;
    pace_end(&intake->pace, intake->waiters.group.count, intake->waiters.next.count,
             clock_monotonic_us());
    answer_waiters(intake);
    if (intake->waiters.next.count > 0)
        timer_arm(intake->commit_timer, 0);
    intake->queued(intake->arg);
}

static void on_commit(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct intake *intake = arg;
    int64_t now_us = clock_monotonic_us();
    if (!journal_can_commit(intake->journal))
        return; /* when that is over we are woken */
    if (journal_is_synced(intake->journal) &&
        pace_waits(&intake->pace, intake->waiters.next.count, now_us)) {
        timer_arm(intake->commit_timer, 0);
        return;
    }
    intake->durable = 0;
    pace_begin(&intake->pace, now_us);
    waiters_begin_group(&intake->waiters);
    journal_commit(intake->journal);
}

/* Without a sync nothing waits: whoever is answered in the turn that read the request costs fewer
 * epoll_ctl() calls. */
static void expect_commit(struct intake *intake)
{
    if (intake->waiters.next.count > 0)
        return;
    pace_first(&intake->pace, clock_monotonic_us());
    if (!journal_can_commit(intake->journal))
        return;
    if (journal_is_synced(intake->journal))
        timer_arm(intake->commit_timer, 0);
    else
        event_active(intake->commit_timer, EV_TIMEOUT, 0);
}

static void append(struct intake *intake, const struct event *events, size_t count, bool is_client,
                   waiter_done_fn done, void *arg)
{
    uint64_t last = 0;
    expect_commit(intake);
    for (size_t i = 0; i < count; i++) {
        uint8_t packed[EVENT_PACKED_MAX_BYTES];
        size_t packed_bytes = event_pack(&events[i], packed);
        last = journal_append(intake->journal, packed, packed_bytes);
    }
    waiters_add(&intake->waiters, events, count, last, is_client, done, arg);
    if (intake->oldest_us == 0 && !intake->is_claimed)
        intake->oldest_us = events[0].received_at_us;
}

static size_t journal_bytes(const struct event *events, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += journal_record_bytes(event_packed_bytes(&events[i]));
    return bytes;
}

bool intake_is_too_large(const struct intake *intake, const struct event *events, size_t count)
{
    return count > 1 && journal_is_too_large(intake->journal, journal_bytes(events, count));
}

/* A single one has room as long as the journal takes any. */
enum refusal intake_submit(struct intake *intake, const struct event *events, size_t count,
                           waiter_done_fn done, void *arg)
{
    if (journal_is_behind(intake->journal))
        return REFUSAL_DISK_SLOW;
    if (count > 1) {
        enum refusal refusal = journal_reserve(intake->journal, journal_bytes(events, count));
        if (refusal != REFUSAL_NONE)
            return refusal;
    }
    append(intake, events, count, true, done, arg);
    return REFUSAL_NONE;
}

void intake_submit_own(struct intake *intake, const struct event *event, waiter_done_fn done,
                       void *arg)
{
    append(intake, event, 1, false, done, arg);
}

/* Journal records become queued events again. What an earlier run wrote, or what was stored before,
 * is a replay. */
static void take_back(struct intake *intake, const struct record *record)
{
    struct event event;
    intake->loaded = record->sequence;
    intake->on_disk -= intake->on_disk > 0;
    if (event_unpack(record->payload, record->payload_bytes, &event) != RESULT_OK) {
        log_write(intake->log, LOG_ERROR, "store", "journal record is no event, passed over");
        journal_count_damage(intake->journal);
        return;
    }
    event_queue_push(intake->queue, record->sequence, record->payload, record->payload_bytes);
    if (record->sequence < journal_first_sequence(intake->journal) ||
        record->sequence <= intake->stored_max)
        counter_add(intake->counters.replayed, (uint64_t)event.quantity);
}

static void on_refill(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct intake *intake = arg;
    enum read_result result = READ_RECORD;
    for (int i = 0;
         i < REFILL_EVENTS && result == READ_RECORD && intake->is_spilling && !is_full(intake);
         i++) {
        struct record record;
        result = journal_reader_next(&intake->reader, &record);
        if (result == READ_RECORD)
            take_back(intake, &record);
    }
    if (result == READ_END) {
        intake->is_spilling = false;
        intake->on_disk = 0;
        journal_reader_clear(&intake->reader);
    }
    if (result == READ_BLOCKED)
        timer_arm(intake->refill_timer, REFILL_RETRY_MS);
    else if (intake->is_spilling && !is_full(intake))
        timer_arm(intake->refill_timer, 0);
    intake->queued(intake->arg);
}

/* Half empty, so that reading back comes in long runs. */
static void refill(struct intake *intake)
{
    if (intake->is_spilling && is_half_empty(intake) &&
        !event_pending(intake->refill_timer, EV_TIMEOUT, NULL))
        timer_arm(intake->refill_timer, 0);
}

/* Events that the database lacks and the journal has no more. */
static void look_for_gap(struct intake *intake, uint64_t sequence)
{
    uint64_t lost = journal_gap(intake->journal, sequence);
    if (lost == 0)
        return;
    counter_add(intake->counters.gap, lost);
    log_write(intake->log, LOG_ERROR, "store",
              "events lost: missing in the database and no longer in the journal events=%llu",
              (unsigned long long)lost);
}

/* Begins again behind the cursor: at the first connect, and when the database went back. */
static void begin_at(struct intake *intake, uint64_t sequence)
{
    if (intake->is_claimed)
        log_write(intake->log, LOG_WARNING, "store",
                  "database cursor moved back, resending cursor=%llu was=%llu",
                  (unsigned long long)sequence, (unsigned long long)intake->stored);
    look_for_gap(intake, sequence);
    event_queue_drop(intake->queue, UINT64_MAX);
    intake->is_claimed = true;
    intake->oldest_us = 0;
    intake->loaded = sequence;
    intake->on_disk = journal_backlog(intake->journal, sequence);
    if (intake->on_disk > 0)
        log_write(intake->log, LOG_INFO, "store", "sending what waits in the journal events=%llu",
                  (unsigned long long)intake->on_disk);
    spill(intake, sequence);
}

void intake_stored(struct intake *intake, uint64_t sequence)
{
    if (!intake->is_claimed || sequence < intake->stored)
        begin_at(intake, sequence);
    else
        event_queue_drop(intake->queue, sequence);
    intake->stored = sequence;
    if (sequence > intake->stored_max)
        intake->stored_max = sequence;
    journal_stored(intake->journal, sequence);
    refill(intake);
}

/* The disk may have lost what it took after `after`: all of it that is queued is written again. */
static void on_rewrite(void *arg, uint64_t after)
{
    struct intake *intake = arg;
    struct queue_position position = event_queue_head(intake->queue);
    const uint8_t *packed;
    size_t packed_bytes;
    uint64_t sequence;
    while ((packed = event_queue_read(&position, &packed_bytes, &sequence)) != NULL) {
        if (sequence > after)
            journal_append_again(intake->journal, sequence, packed, packed_bytes);
    }
}

static void on_wake(void *arg)
{
    struct intake *intake = arg;
    timer_arm(intake->commit_timer, 0);
}

uint64_t intake_waiting(const struct intake *intake)
{
    return event_queue_count(intake->queue) + intake->on_disk;
}

bool intake_is_settled(const struct intake *intake)
{
    return intake->waiters.group.count == 0 && intake->waiters.next.count == 0;
}

struct event_queue *intake_queue(struct intake *intake)
{
    return intake->queue;
}

static double read_waiting(void *arg)
{
    return (double)intake_waiting(arg);
}

static double read_queue_max(void *arg)
{
    return (double)((const struct intake *)arg)->queue_max_events;
}

static double read_oldest(void *arg)
{
    const struct intake *intake = arg;
    struct queue_position head = event_queue_head(intake->queue);
    size_t packed_bytes;
    uint64_t sequence;
    struct event event;
    const uint8_t *packed = event_queue_read(&head, &packed_bytes, &sequence);
    if (packed == NULL || event_unpack(packed, packed_bytes, &event) != RESULT_OK)
        return (double)intake->oldest_us / 1e6;
    return (double)event.received_at_us / 1e6;
}

/* Until the database tells its cursor, the hint of the last run says what waits. */
static void guess_backlog(struct intake *intake)
{
    uint64_t stored = journal_stored_sequence(intake->journal);
    struct record record;
    struct event event;
    enum read_result result = READ_END;
    intake->on_disk = journal_backlog(intake->journal, stored);
    journal_reader_seek(&intake->reader, stored);
    if (intake->on_disk > 0) {
        do
            result = journal_reader_next(&intake->reader, &record);
        while (result == READ_PAUSED);
    }
    if (result == READ_RECORD &&
        event_unpack(record.payload, record.payload_bytes, &event) == RESULT_OK)
        intake->oldest_us = event.received_at_us;
}

struct intake *intake_new(struct event_base *base, struct journal *journal,
                          uint64_t queue_max_events, struct refusals *refusals,
                          struct metrics *metrics, struct log *log, intake_queued_fn queued,
                          void *arg)
{
    struct intake *intake = memory_zeroed(sizeof *intake);
    intake->journal = journal;
    intake->log = log;
    intake->queue = event_queue_new();
    intake->queue_max_events = queue_max_events;
    intake->queued = queued;
    intake->arg = arg;
    intake->is_spilling = true;
    journal_read(journal, &intake->reader);
    const struct journal_listener listener = {.durable = on_durable,
                                              .committed = on_committed,
                                              .wake = on_wake,
                                              .rewrite = on_rewrite,
                                              .arg = intake};
    journal_set_listener(journal, listener);
    guess_backlog(intake);
    intake->commit_timer = memory_required(event_new(base, -1, 0, on_commit, intake));
    intake->refill_timer = memory_required(event_new(base, -1, 0, on_refill, intake));
    waiters_init(&intake->waiters, refusals, metrics);
    const struct intake_gauges gauges = {
        .waiting = read_waiting, .queue_max = read_queue_max, .oldest = read_oldest, .arg = intake};
    intake_metrics_add(metrics, gauges, &intake->counters);
    return intake;
}

void intake_free(struct intake *intake)
{
    if (intake == NULL)
        return;
    intake->durable = 0;
    answer_waiters(intake);
    waiters_begin_group(&intake->waiters);
    answer_waiters(intake);
    event_free(intake->commit_timer);
    event_free(intake->refill_timer);
    journal_reader_clear(&intake->reader);
    event_queue_free(intake->queue);
    waiters_clear(&intake->waiters);
    free(intake);
}
