/* Reads the journal back into the lanes' queues. */
#include "store/ingest/refill.h"

#include <stdbool.h>
#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/event.h"
#include "protocol/event_pack.h"
#include "protocol/memory.h"
#include "store/ingest/backlog_metrics.h"
#include "store/ingest/batch.h"
#include "store/ingest/lane_set.h"
#include "store/journal/journal.h"
#include "store/journal/reader.h"

enum {
    REFILL_EVENTS = BATCH_ROWS_MAX / 5, /* read back per loop turn: a millisecond or so */
    RETRY_MS = 1000,
    LOOK_MS = 100, /* whether the lane that is waited for holds up others */
};

/* A lane is waited for as long as it moves, unless another has run empty meanwhile. */
#define STANDS_STILL_US INT64_C(2000000)
#define HOLDS_UP_US INT64_C(200000)

struct refill {
    struct journal *journal;
    struct lane_set *lanes;
    const struct backlog_counters *counters;
    struct log *log;
    void (*queued)(void *arg);
    void *arg;
    struct event *timer;
    struct journal_reader reader;
    bool is_reading;           /* the reader stands behind `read` */
    bool is_disk_away;         /* the timer waits for the disk */
    uint64_t read;             /* the last sequence that it gave */
    struct record held;        /* it has no room yet */
    struct lane_queue *holder; /* in this lane; NULL = none is held */
};

const struct record *refill_peek(struct refill *refill, uint64_t after)
{
    enum read_result result;
    journal_reader_seek(&refill->reader, after);
    do
        result = journal_reader_next(&refill->reader, &refill->held);
    while (result == READ_PAUSED);
    return result == READ_RECORD ? &refill->held : NULL;
}

static void stop_reading(struct refill *refill)
{
    journal_reader_clear(&refill->reader);
    refill->is_reading = false;
}

void refill_stop(struct refill *refill)
{
    event_del(refill->timer);
    stop_reading(refill);
    refill->holder = NULL;
}

void refill_seek(struct refill *refill, uint64_t after)
{
    struct lane_set *lanes = refill->lanes;
    journal_reader_seek(&refill->reader, after);
    refill->is_reading = true;
    refill->read = after;
    refill->holder = NULL;
    for (unsigned i = 0; i < lanes->count; i++)
        refill_follow(refill, &lanes->lanes[i]);
}

void refill_follow(struct refill *refill, struct lane_queue *lane)
{
    if (refill->holder == lane)
        refill->holder = NULL;
    lane->is_followed = lane->is_claimed && refill->is_reading && lane->loaded >= refill->read;
}

/* It waits no more for the lane whose turn it would be, which reads on later from where it is. */
static void leave_behind(struct refill *refill)
{
    refill->holder->is_followed = false;
    refill->holder = NULL;
}

static bool holds_up_others(const struct refill *refill, const struct lane_queue *lane)
{
    int64_t still_us = clock_monotonic_us() - lane->moved_us;
    return refill->lanes->count > 1 &&
           (still_us >= STANDS_STILL_US ||
            (still_us >= HOLDS_UP_US && lane_set_is_one_starving(refill->lanes)));
}

/* What an earlier run wrote is a replay, once, and so is what was stored before, each time. */
static bool is_replay(const struct refill *refill, const struct lane_queue *lane, uint64_t sequence)
{
    return sequence <= lane->past.stored_max ||
           (sequence < journal_first_sequence(refill->journal) && sequence > lane->past.replayed);
}

static void load(struct refill *refill, struct lane_queue *lane, const struct record *record)
{
    struct event event;
    if (event_unpack(record->payload, record->payload_bytes, &event) != RESULT_OK)
        abort(); /* it was one when it was taken */
    lane_set_load(lane, record->sequence, record->payload, record->payload_bytes);
    if (!is_replay(refill, lane, record->sequence))
        return;
    counter_add(refill->counters->replayed, (uint64_t)event.quantity);
    if (record->sequence > lane->past.replayed)
        lane->past.replayed = record->sequence;
}

/* Returns false where the record has to wait for room. */
static bool load_held(struct refill *refill)
{
    struct lane_queue *lane = refill->holder;
    if (!lane_queue_is_full(lane, refill->lanes->share)) {
        refill->holder = NULL;
        load(refill, lane, &refill->held);
    } else if (holds_up_others(refill, lane)) {
        leave_behind(refill);
    } else {
        return false;
    }
    return true;
}

static void pass_over(struct refill *refill, const struct record *record, bool is_new)
{
    if (!is_new)
        return;
    lane_set_sort(refill->lanes, NULL, record->sequence);
    log_write(refill->log, LOG_ERROR, "store", "journal record is no event, passed over");
    journal_count_damage(refill->journal);
}

/* The reader's record, in refill->held, is sorted if it was not, and loaded or held if it is its
 * lane's turn. */
static void take(struct refill *refill)
{
    struct lane_set *lanes = refill->lanes;
    const struct record *record = &refill->held;
    bool is_new = record->sequence > lanes->sorted;
    struct event event;
    uint64_t before = refill->read;
    refill->read = record->sequence;
    if (event_unpack(record->payload, record->payload_bytes, &event) != RESULT_OK) {
        pass_over(refill, record, is_new);
        refill->read = before; /* of it nothing is stored */
        return;
    }
    if (lanes->count > 1)
        gaps_note(&lanes->gaps, before, record->sequence);
    struct lane_queue *lane = &lanes->lanes[lane_of(&event, record->sequence, lanes->count)];
    if (is_new)
        lane_set_sort(lanes, lane, record->sequence);
    if (record->sequence <= lane->loaded)
        return;
    if (!lane->is_behind) {
        lane->is_behind = true;
        lane->is_followed = true;
    }
    if (!lane->is_followed)
        return;
    refill->holder = lane;
    (void)load_held(refill);
}

static enum read_result read_some(struct refill *refill)
{
    enum read_result result = READ_RECORD;
    for (int i = 0; i < REFILL_EVENTS && result == READ_RECORD; i++) {
        if (refill->holder != NULL && !load_held(refill))
            break;
        if (!lane_set_is_waiting_for_disk(refill->lanes))
            break;
        result = journal_reader_next(&refill->reader, &refill->held);
        if (result == READ_RECORD)
            take(refill);
    }
    return result;
}

/* Begins where a lane was left behind, once nothing else can be read. */
static bool turn_back(struct refill *refill)
{
    struct lane_queue *lane = lane_set_left_behind(refill->lanes);
    if (lane == NULL)
        return false;
    refill_seek(refill, lane->loaded);
    return true;
}

static bool is_blocked(const struct refill *refill)
{
    return refill->holder != NULL && lane_queue_is_full(refill->holder, refill->lanes->share);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct refill *refill = arg;
    enum read_result result = refill->is_reading ? read_some(refill) : READ_RECORD;
    if (result == READ_END)
        lane_set_end(refill->lanes);
    if (refill->is_reading && !lane_set_is_waiting_for_disk(refill->lanes))
        stop_reading(refill);
    refill->is_disk_away = result == READ_BLOCKED;
    if (refill->is_disk_away)
        timer_arm(refill->timer, RETRY_MS);
    else if ((refill->is_reading && !is_blocked(refill)) || turn_back(refill))
        timer_arm(refill->timer, 0);
    else if (refill->is_reading && refill->lanes->count > 1)
        timer_arm(refill->timer, LOOK_MS);
    refill->queued(refill->arg);
}

/* Half empty, so that reading back comes in long runs. */
static bool has_use(const struct refill *refill)
{
    if (refill->holder != NULL && !lane_queue_is_half_empty(refill->holder, refill->lanes->share))
        return lane_set_left_behind(refill->lanes) != NULL;
    return refill->is_reading || lane_set_left_behind(refill->lanes) != NULL;
}

void refill_look(struct refill *refill)
{
    bool is_waiting = refill->is_disk_away && event_pending(refill->timer, EV_TIMEOUT, NULL) != 0;
    if (has_use(refill) && !is_waiting)
        timer_arm(refill->timer, 0);
}

struct refill *refill_new(struct event_base *base, struct journal *journal, struct lane_set *lanes,
                          const struct backlog_counters *counters, struct log *log,
                          void (*queued)(void *arg), void *arg)
{
    struct refill *refill = memory_zeroed(sizeof *refill);
    refill->journal = journal;
    refill->lanes = lanes;
    refill->counters = counters;
    refill->log = log;
    refill->queued = queued;
    refill->arg = arg;
    refill->timer = memory_required(event_new(base, -1, 0, on_timer, refill));
    journal_read(journal, &refill->reader);
    return refill;
}

void refill_free(struct refill *refill)
{
    if (refill == NULL)
        return;
    event_free(refill->timer);
    journal_reader_clear(&refill->reader);
    free(refill);
}
