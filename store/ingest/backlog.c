/* What waits for the database. */
#include "store/ingest/backlog.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/event.h"
#include "protocol/event_pack.h"
#include "protocol/memory.h"
#include "store/ingest/backlog_metrics.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/journal/journal.h"
#include "store/journal/reader.h"

enum {
    REFILL_EVENTS = BATCH_ROWS_MAX / 5, /* read back per loop turn: a millisecond or so */
    REFILL_RETRY_MS = 1000,
};

/*
 * The queue, which ends with `loaded`, and behind it `on_disk` events that are in the journal
 * alone, if `is_spilling`. Before the database has told its cursor everything stays on disk.
 */
struct backlog {
    struct journal *journal;
    struct log *log;
    struct event_queue *queue;
    uint64_t queue_max_events;
    backlog_queued_fn queued;
    void *arg;
    struct journal_reader reader;
    struct event *refill_timer;
    bool is_spilling;
    bool is_claimed; /* the cursor is known */
    uint64_t on_disk;
    uint64_t loaded;     /* the last sequence that went into the queue */
    uint64_t durable;    /* the last sequence that became so */
    uint64_t stored;     /* the cursor, as last heard */
    uint64_t stored_max; /* the highest it ever was */
    int64_t oldest_us;   /* of the first event on disk, before the cursor is known; 0 = none */
    struct backlog_counters counters;
};

static void spill(struct backlog *backlog, uint64_t after)
{
    backlog->is_spilling = true;
    journal_reader_seek(&backlog->reader, after);
}

static bool is_full(const struct backlog *backlog)
{
    return event_queue_count(backlog->queue) >= backlog->queue_max_events ||
           event_queue_bytes(backlog->queue) >= BACKLOG_QUEUE_MAX_BYTES;
}

static bool is_half_empty(const struct backlog *backlog)
{
    return event_queue_count(backlog->queue) <= backlog->queue_max_events / 2 &&
           event_queue_bytes(backlog->queue) <= BACKLOG_QUEUE_MAX_BYTES / 2;
}

void backlog_begin(struct backlog *backlog, int64_t received_at_us)
{
    if (backlog->oldest_us == 0 && !backlog->is_claimed)
        backlog->oldest_us = received_at_us;
}

void backlog_push(struct backlog *backlog, uint64_t sequence, const uint8_t *packed,
                  size_t packed_bytes)
{
    if (sequence > backlog->durable)
        backlog->durable = sequence;
    if (sequence <= backlog->loaded)
        return; /* written again after trouble with the disk, and queued long since */
    if (!backlog->is_spilling && is_full(backlog))
        spill(backlog, backlog->loaded);
    if (backlog->is_spilling) {
        backlog->on_disk++;
        return;
    }
    event_queue_push(backlog->queue, sequence, packed, packed_bytes);
    backlog->loaded = sequence;
}

void backlog_count_replayed(struct backlog *backlog, uint64_t events)
{
    counter_add(backlog->counters.replayed, events);
}

/* Journal records become queued events again. What an earlier run wrote, or what was stored before,
 * is a replay. */
static void take_back(struct backlog *backlog, const struct record *record)
{
    struct event event;
    backlog->loaded = record->sequence;
    backlog->on_disk -= backlog->on_disk > 0;
    if (event_unpack(record->payload, record->payload_bytes, &event) != RESULT_OK) {
        log_write(backlog->log, LOG_ERROR, "store", "journal record is no event, passed over");
        journal_count_damage(backlog->journal);
        return;
    }
    event_queue_push(backlog->queue, record->sequence, record->payload, record->payload_bytes);
    if (record->sequence < journal_first_sequence(backlog->journal) ||
        record->sequence <= backlog->stored_max)
        counter_add(backlog->counters.replayed, (uint64_t)event.quantity);
}

static void on_refill(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct backlog *backlog = arg;
    enum read_result result = READ_RECORD;
    for (int i = 0;
         i < REFILL_EVENTS && result == READ_RECORD && backlog->is_spilling && !is_full(backlog);
         i++) {
        struct record record;
        result = journal_reader_next(&backlog->reader, &record);
        if (result == READ_RECORD)
            take_back(backlog, &record);
    }
    if (result == READ_END) {
        backlog->is_spilling = false;
        backlog->on_disk = 0;
        journal_reader_clear(&backlog->reader);
    }
    if (result == READ_BLOCKED)
        timer_arm(backlog->refill_timer, REFILL_RETRY_MS);
    else if (backlog->is_spilling && !is_full(backlog))
        timer_arm(backlog->refill_timer, 0);
    backlog->queued(backlog->arg);
}

/* Half empty, so that reading back comes in long runs. */
static void refill(struct backlog *backlog)
{
    if (backlog->is_spilling && is_half_empty(backlog) &&
        !event_pending(backlog->refill_timer, EV_TIMEOUT, NULL))
        timer_arm(backlog->refill_timer, 0);
}

/* Events that the database lacks and the journal has no more. */
static void look_for_gap(struct backlog *backlog, uint64_t sequence)
{
    uint64_t lost = journal_gap(backlog->journal, sequence);
    if (lost == 0)
        return;
    counter_add(backlog->counters.gap, lost);
    log_write(backlog->log, LOG_ERROR, "store",
              "events lost: missing in the database and no longer in the journal events=%llu",
              (unsigned long long)lost);
}

/* Begins again behind the cursor: at the first connect, and when the database went back. */
static void begin_at(struct backlog *backlog, uint64_t sequence)
{
    if (backlog->is_claimed)
        log_write(backlog->log, LOG_WARNING, "store",
                  "database cursor moved back, resending cursor=%llu was=%llu",
                  (unsigned long long)sequence, (unsigned long long)backlog->stored);
    look_for_gap(backlog, sequence);
    event_queue_drop(backlog->queue, UINT64_MAX);
    backlog->is_claimed = true;
    backlog->oldest_us = 0;
    backlog->loaded = sequence;
    backlog->on_disk = journal_backlog(backlog->journal, sequence);
    if (backlog->on_disk > 0)
        log_write(backlog->log, LOG_INFO, "store", "sending what waits in the journal events=%llu",
                  (unsigned long long)backlog->on_disk);
    spill(backlog, sequence);
}

void backlog_stored(struct backlog *backlog, uint64_t sequence)
{
    if (!backlog->is_claimed || sequence < backlog->stored)
        begin_at(backlog, sequence);
    else
        event_queue_drop(backlog->queue, sequence);
    backlog->stored = sequence;
    if (sequence > backlog->stored_max)
        backlog->stored_max = sequence;
    journal_stored(backlog->journal, sequence);
    refill(backlog);
}

uint64_t backlog_waiting(const struct backlog *backlog)
{
    return event_queue_count(backlog->queue) + backlog->on_disk;
}

uint64_t backlog_last_sequence(const struct backlog *backlog)
{
    return backlog->durable;
}

struct event_queue *backlog_queue(struct backlog *backlog)
{
    return backlog->queue;
}

static double read_waiting(void *arg)
{
    return (double)backlog_waiting(arg);
}

static double read_queue_max(void *arg)
{
    return (double)((const struct backlog *)arg)->queue_max_events;
}

static double read_oldest(void *arg)
{
    const struct backlog *backlog = arg;
    struct queue_position head = event_queue_head(backlog->queue);
    size_t packed_bytes;
    uint64_t sequence;
    struct event event;
    const uint8_t *packed = event_queue_read(&head, &packed_bytes, &sequence);
    if (packed == NULL || event_unpack(packed, packed_bytes, &event) != RESULT_OK)
        return (double)backlog->oldest_us / 1e6;
    return (double)event.received_at_us / 1e6;
}

/* Until the database tells its cursor, the hint of the last run says what waits. */
static void guess_waiting(struct backlog *backlog)
{
    uint64_t stored = journal_stored_sequence(backlog->journal);
    struct record record;
    struct event event;
    enum read_result result = READ_END;
    backlog->on_disk = journal_backlog(backlog->journal, stored);
    backlog->durable =
        backlog->on_disk == 0 ? stored : journal_first_sequence(backlog->journal) - 1;
    journal_reader_seek(&backlog->reader, stored);
    if (backlog->on_disk > 0) {
        do
            result = journal_reader_next(&backlog->reader, &record);
        while (result == READ_PAUSED);
    }
    if (result == READ_RECORD &&
        event_unpack(record.payload, record.payload_bytes, &event) == RESULT_OK)
        backlog->oldest_us = event.received_at_us;
}

struct backlog *backlog_new(struct event_base *base, struct journal *journal,
                            uint64_t queue_max_events, struct metrics *metrics, struct log *log,
                            backlog_queued_fn queued, void *arg)
{
    struct backlog *backlog = memory_zeroed(sizeof *backlog);
    backlog->journal = journal;
    backlog->log = log;
    backlog->queue = event_queue_new();
    backlog->queue_max_events = queue_max_events;
    backlog->queued = queued;
    backlog->arg = arg;
    backlog->is_spilling = true;
    journal_read(journal, &backlog->reader);
    guess_waiting(backlog);
    backlog->refill_timer = memory_required(event_new(base, -1, 0, on_refill, backlog));
    const struct backlog_gauges gauges = {.waiting = read_waiting,
                                          .queue_max = read_queue_max,
                                          .oldest = read_oldest,
                                          .arg = backlog};
    backlog_metrics_add(metrics, gauges, &backlog->counters);
    return backlog;
}

void backlog_free(struct backlog *backlog)
{
    if (backlog == NULL)
        return;
    event_free(backlog->refill_timer);
    journal_reader_clear(&backlog->reader);
    event_queue_free(backlog->queue);
    free(backlog);
}
