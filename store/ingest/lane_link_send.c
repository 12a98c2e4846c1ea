/* What a link sends, and when. */
#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/lane_link.h"
#include "store/ingest/lane_link_parts.h"
#include "store/ingest/session.h"
#include "store/journal/format.h"

#define MOVE_AFTER_US INT64_C(1000000)

/* Of several lanes the next batch may be another's; and while a bad row is looked for, batches are
 * small. */
static bool makes_ahead(const struct lane_link *link)
{
    return link->count == 1 && batch_outcome_limit(&link_lane(link)->outcome) == BATCH_ROWS_MAX;
}

static bool has_slice(const struct lane_link *link)
{
    return link->state == WRITER_SENDING && makes_ahead(link) &&
           batch_pair_has_slice(&link->batches, link_queue(link, link_lane(link)));
}

static void arm_ahead(struct lane_link *link)
{
    if (has_slice(link) && !event_pending(link->ahead_timer, EV_TIMEOUT, NULL))
        timer_arm(link->ahead_timer, 0);
}

void link_make_ahead(struct lane_link *link)
{
    if (has_slice(link))
        batch_pair_make_slice(&link->batches);
    arm_ahead(link);
}

/* Up to where the batch in hand is all that the lane has. */
static uint64_t find_reach(const struct lane_link *link, const struct writer_lane *lane)
{
    const struct batch *batch = link->batches.batch;
    uint64_t last = batch_last_sequence(batch);
    uint64_t reach = link->context->source.reach(link->context->source.arg, lane->number);
    bool is_all = batch_rows(batch) == event_queue_count(link_queue(link, lane));
    bool is_of_run = last == 0 || reach >> JOURNAL_RUN_SHIFT == last >> JOURNAL_RUN_SHIFT;
    return is_all && is_of_run && reach > last ? reach : last;
}

/* A row to be put aside is alone in its batch: the limit is 1 then. */
void link_send_batch(struct lane_link *link)
{
    struct writer_lane *lane = link_lane(link);
    const struct event_queue *queue = link_queue(link, lane);
    uint32_t limit = batch_outcome_limit(&lane->outcome);
    batch_pair_make(&link->batches, queue, limit, makes_ahead(link) ? WRITER_READY_ROWS : limit);
    struct batch_scope scope = {.lane = lane->number,
                                .upto = batch_last_sequence(link->batches.batch)};
    if (link->all > 1) {
        scope.upto = find_reach(link, lane);
        gaps_write(link->context->source.gaps(link->context->source.arg), lane->cursor, scope.upto,
                   link->gaps);
        scope.gaps = link->gaps;
    }
    lane->put_off_us = 0;
    link->sweep -= link->sweep > 0;
    link_be_patient(link, WRITER_SENDING);
    link->sent_us = clock_monotonic_us();
    ingest_session_send(link->session, link->batches.batch, &scope,
                        batch_outcome_reject_reason(&lane->outcome), link_on_batch, link);
    arm_ahead(link);
}

/* An idle lane's cursor is moved now and then, so that the journal may go. */
static bool must_be_moved(const struct lane_link *link, const struct writer_lane *lane,
                          int64_t now_us)
{
    return link->must_move && now_us - lane->answered_us >= MOVE_AFTER_US &&
           link->context->source.reach(link->context->source.arg, lane->number) > lane->cursor;
}

static bool is_ready(const struct lane_link *link, const struct writer_lane *lane, int64_t now_us)
{
    uint64_t waiting = event_queue_count(link_queue(link, lane));
    if (lane->put_off_us > now_us)
        return false;
    if (!lane->is_claimed)
        return true;
    if (waiting == 0)
        return must_be_moved(link, lane, now_us);
    return waiting >= WRITER_READY_ROWS || waiting >= batch_outcome_limit(&lane->outcome) ||
           link->is_hurried || link->sweep > 0;
}

static bool gathers(const struct lane_link *link, int64_t now_us)
{
    for (unsigned i = 0; i < link->count; i++) {
        if (link->lanes[i]->put_off_us <= now_us &&
            event_queue_count(link_queue(link, link->lanes[i])) > 0)
            return true;
    }
    return false;
}

void link_serve_lane(struct lane_link *link)
{
    if (link_lane(link)->is_claimed)
        link_send_batch(link);
    else
        link_claim_lane(link);
}

void lane_link_wake(struct lane_link *link)
{
    arm_ahead(link);
    if (link->state != WRITER_IDLE && link->state != WRITER_GATHERING)
        return;
    int64_t now_us = link->all == 1 ? 0 : clock_monotonic_us();
    for (unsigned i = 1; i <= link->count; i++) {
        unsigned next = (link->at + i) % link->count;
        if (is_ready(link, link->lanes[next], now_us)) {
            link->at = next;
            link_serve_lane(link);
            return;
        }
    }
    link->must_move = false;
    link->sweep = 0;
    if (link->state == WRITER_IDLE && gathers(link, now_us))
        link_set_state(link, WRITER_GATHERING, WRITER_BATCH_DELAY_MS);
}
