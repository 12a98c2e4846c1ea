/* What waits for the database. */
#include "store/ingest/backlog.h"

#include <assert.h>
#include <stdlib.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "protocol/event.h"
#include "protocol/event_pack.h"
#include "protocol/memory.h"
#include "store/ingest/backlog_metrics.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/lane_set.h"
#include "store/ingest/refill.h"
#include "store/journal/format.h"
#include "store/journal/journal.h"

/* Before the database has told a cursor everything stays on disk. */
struct backlog {
    struct journal *journal;
    struct log *log;
    uint64_t queue_max_events;
    struct lane_set lanes;
    struct refill *refill;
    bool is_begun;     /* a cursor is known */
    uint64_t durable;  /* the last sequence that became so */
    int64_t oldest_us; /* of the first event on disk, before a cursor is known; 0 = none */
    struct backlog_counters counters;
};

void backlog_begin(struct backlog *backlog, int64_t received_at_us)
{
    if (backlog->oldest_us == 0 && !backlog->is_begun)
        backlog->oldest_us = received_at_us;
}

static unsigned find_lane(const struct backlog *backlog, uint64_t sequence, const uint8_t *packed,
                          size_t packed_bytes)
{
    struct event event;
    if (backlog->lanes.count == 1)
        return 0;
    if (event_unpack(packed, packed_bytes, &event) != RESULT_OK)
        abort(); /* only what event_pack() wrote is accepted */
    return lane_of(&event, sequence, backlog->lanes.count);
}

void backlog_push(struct backlog *backlog, uint64_t sequence, const uint8_t *packed,
                  size_t packed_bytes)
{
    struct lane_set *lanes = &backlog->lanes;
    if (sequence > backlog->durable)
        backlog->durable = sequence;
    if (sequence <= lanes->sorted)
        return; /* written again after trouble with the disk, and sorted long since */
    if (lanes->is_tail_unsorted) {
        lanes->unsorted++;
        return;
    }
    if (lanes->count > 1)
        gaps_note(&lanes->gaps, lanes->sorted, sequence);
    struct lane_queue *lane = &lanes->lanes[find_lane(backlog, sequence, packed, packed_bytes)];
    lane_set_sort(lanes, lane, sequence);
    if (!lane->is_behind && !lane_queue_is_full(lane, lanes->share))
        lane_set_load(lane, sequence, packed, packed_bytes);
    else
        lane->is_behind = true;
}

void backlog_count_replayed(struct backlog *backlog, uint64_t events)
{
    counter_add(backlog->counters.replayed, events);
}

/* Events that the database lacks and the journal has no more; of the lane its share of them. */
static void look_for_gap(struct backlog *backlog, unsigned lane, uint64_t sequence)
{
    unsigned lanes = backlog->lanes.count;
    uint64_t lost = (journal_gap(backlog->journal, sequence) + lane) / lanes;
    if (lost == 0)
        return;
    counter_add(backlog->counters.gap, lost);
    log_write(backlog->log, LOG_ERROR, "store",
              "events lost: missing in the database and no longer in the journal events=%llu",
              (unsigned long long)lost);
}

/* How many the journal has behind the cursor, or about how many of the lane where they are many and
 * others are sorted. */
static uint64_t count_behind(const struct backlog *backlog, uint64_t cursor)
{
    const struct lane_set *lanes = &backlog->lanes;
    uint64_t behind = journal_backlog(backlog->journal, cursor);
    if (!backlog->is_begun || lanes->count == 1)
        return behind;
    uint64_t unsorted = journal_backlog(backlog->journal, lanes->sorted);
    return behind > unsorted ? (behind - unsorted) / lanes->count : 0;
}

/* The first cursor that is heard of is where sorting begins, and so is the only one. */
static void begin_sorting(struct backlog *backlog, struct lane_queue *lane, uint64_t cursor)
{
    uint64_t behind = journal_backlog(backlog->journal, cursor);
    backlog->is_begun = true;
    backlog->oldest_us = 0;
    lane_queue_begin(lane, cursor, 0);
    lane_set_begin(&backlog->lanes, cursor, behind);
    if (behind > 0)
        log_write(backlog->log, LOG_INFO, "store", "sending what waits in the journal events=%llu",
                  (unsigned long long)behind);
    refill_seek(backlog->refill, cursor);
}

/* At the first connect, and when the database went back. */
static void begin_at(struct backlog *backlog, unsigned number, uint64_t cursor)
{
    struct lane_queue *lane = &backlog->lanes.lanes[number];
    if (lane->is_claimed)
        log_write(backlog->log, LOG_WARNING, "store",
                  "database cursor moved back, resending cursor=%llu was=%llu",
                  (unsigned long long)cursor, (unsigned long long)lane->stored);
    look_for_gap(backlog, number, cursor);
    if (!backlog->is_begun || backlog->lanes.count == 1) {
        begin_sorting(backlog, lane, cursor);
        return;
    }
    lane_queue_begin(lane, cursor, count_behind(backlog, cursor));
    refill_follow(backlog->refill, lane);
}

void backlog_stored(struct backlog *backlog, unsigned number, uint64_t sequence)
{
    assert(number < backlog->lanes.count);
    struct lane_queue *lane = &backlog->lanes.lanes[number];
    uint64_t stored;
    if (!lane->is_claimed || sequence < lane->stored)
        begin_at(backlog, number, sequence);
    lane_queue_stored(lane, sequence, clock_monotonic_us());
    journal_seen(backlog->journal, sequence);
    if (lane_set_stored(&backlog->lanes, &stored)) {
        journal_stored(backlog->journal, stored);
        gaps_drop(&backlog->lanes.gaps, stored);
    }
    refill_look(backlog->refill);
}

/* Until the database tells its cursors, the hint of the last run says what waits. */
static void guess_waiting(struct backlog *backlog)
{
    uint64_t stored = journal_stored_sequence(backlog->journal);
    backlog->lanes.unsorted = journal_backlog(backlog->journal, stored);
}

void backlog_set_lanes(struct backlog *backlog, unsigned lanes)
{
    if (lanes == backlog->lanes.count)
        return;
    refill_stop(backlog->refill);
    lane_set_make(&backlog->lanes, lanes, backlog->queue_max_events);
    backlog->is_begun = false;
    guess_waiting(backlog);
}

uint64_t backlog_waiting(const struct backlog *backlog)
{
    return lane_set_waiting(&backlog->lanes);
}

uint64_t backlog_last_sequence(const struct backlog *backlog)
{
    return backlog->durable;
}

struct event_queue *backlog_queue(struct backlog *backlog, unsigned lane)
{
    return backlog->lanes.lanes[lane].events;
}

uint64_t backlog_reach(const struct backlog *backlog, unsigned lane)
{
    const struct lane_queue *queue = &backlog->lanes.lanes[lane];
    return queue->is_claimed && !queue->is_behind ? backlog->lanes.sorted : 0;
}

const struct gaps *backlog_gaps(const struct backlog *backlog)
{
    return &backlog->lanes.gaps;
}

void backlog_each(const struct backlog *backlog, uint64_t after, backlog_event_fn take, void *arg)
{
    lane_set_each(&backlog->lanes, after, take, arg);
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
    int64_t oldest_us = INT64_MAX;
    for (unsigned i = 0; i < backlog->lanes.count; i++) {
        struct queue_position head = event_queue_head(backlog->lanes.lanes[i].events);
        size_t packed_bytes;
        uint64_t sequence;
        struct event event;
        const uint8_t *packed = event_queue_read(&head, &packed_bytes, &sequence);
        if (packed != NULL && event_unpack(packed, packed_bytes, &event) == RESULT_OK &&
            event.received_at_us < oldest_us)
            oldest_us = event.received_at_us;
    }
    return (double)(oldest_us == INT64_MAX ? backlog->oldest_us : oldest_us) / 1e6;
}

static void guess_oldest(struct backlog *backlog)
{
    uint64_t stored = journal_stored_sequence(backlog->journal);
    bool is_waiting = backlog->lanes.unsorted > 0;
    struct event event;
    backlog->durable = is_waiting ? journal_first_sequence(backlog->journal) - 1 : stored;
    const struct record *first = is_waiting ? refill_peek(backlog->refill, stored) : NULL;
    if (first != NULL && event_unpack(first->payload, first->payload_bytes, &event) == RESULT_OK)
        backlog->oldest_us = event.received_at_us;
}

struct backlog *backlog_new(struct event_base *base, struct journal *journal,
                            uint64_t queue_max_events, struct metrics *metrics, struct log *log,
                            backlog_queued_fn queued, void *arg)
{
    struct backlog *backlog = memory_zeroed(sizeof *backlog);
    backlog->journal = journal;
    backlog->log = log;
    backlog->queue_max_events = queue_max_events;
    lane_set_make(&backlog->lanes, 1, queue_max_events);
    backlog->refill =
        refill_new(base, journal, &backlog->lanes, &backlog->counters, log, queued, arg);
    guess_waiting(backlog);
    guess_oldest(backlog);
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
    refill_free(backlog->refill);
    lane_set_clear(&backlog->lanes);
    free(backlog);
}
