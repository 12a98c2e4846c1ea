/* A connection of the writer's, and the lanes that it stores. */
#include "store/ingest/lane_link.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/ingest/batch.h"
#include "store/ingest/lane_link_parts.h"
#include "store/ingest/session.h"
#include "store/ingest/writer_metrics.h"

enum { UPKEEP_LOOK_MS = 1000 };

struct writer_lane *link_lane(const struct lane_link *link)
{
    return link->lanes[link->at];
}

struct event_queue *link_queue(const struct lane_link *link, const struct writer_lane *lane)
{
    return link->context->source.queue(link->context->source.arg, lane->number);
}

static void tell_owner(const struct lane_link *link)
{
    link->context->owner.changed(link->context->owner.arg);
}

void link_set_state(struct lane_link *link, enum writer_state state, uint32_t wait_ms)
{
    if (!writer_state_may_follow(link->state, state)) {
        log_write(link->context->log, LOG_ERROR, "store",
                  "the writer cannot change its state from=%s to=%s",
                  writer_state_name(link->state), writer_state_name(state));
        abort();
    }
    link->state = state;
    if (wait_ms > 0)
        timer_arm(link->timer, wait_ms);
    else
        event_del(link->timer);
    tell_owner(link);
}

void link_note_success(struct lane_link *link)
{
    link->context->measured->gauges.last_success = (double)clock_wall_us() / 1e6;
    db_conn_note_success(link->conn);
}

uint64_t link_take_progress(struct lane_link *link, struct writer_lane *lane,
                            const struct db_reply *reply)
{
    const struct writer_listener *listener = &link->context->listener;
    lane->cursor = writer_totals_take(&lane->totals, reply->rows);
    listener->stored(listener->arg, lane->number, lane->cursor);
    return lane->cursor;
}

void link_be_patient(struct lane_link *link, enum writer_state state)
{
    link->waited = 0;
    link_set_state(link, state, WRITER_PATIENCE_MS);
}

static void on_ahead_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    link_make_ahead(arg);
}

static void go_on(struct lane_link *link)
{
    link_set_state(link, WRITER_IDLE, 0);
    lane_link_wake(link);
}

static void on_kept(void *arg, const struct db_reply *claimed)
{
    struct lane_link *link = arg;
    struct writer_lane *lane = link->lanes[0];
    if (claimed != NULL && link->door == lane->number)
        batch_outcome_note_cursor(&lane->outcome, link_take_progress(link, lane, claimed));
    go_on(link);
}

static void keep_up(struct lane_link *link)
{
    link_be_patient(link, WRITER_KEEPING);
    ingest_session_keep(link->session, on_kept, link);
}

/* Waits with the lane, or with the session where it is that which failed. Other lanes do not wait
 * for it. */
static void put_off(struct lane_link *link, enum writer_state state, uint32_t wait_ms)
{
    struct writer_lane *lane = link_lane(link);
    if (link->state == WRITER_OPENING) {
        link_set_state(link, WRITER_UNOPENED, wait_ms);
    } else if (link->count == 1) {
        link_set_state(link, state, wait_ms);
    } else {
        lane->put_off_us = clock_monotonic_us() + (int64_t)wait_ms * 1000;
        lane->is_hold = state == WRITER_HELD;
        if (event_pending(link->retry_timer, EV_TIMEOUT, NULL) == 0)
            timer_arm(link->retry_timer, wait_ms);
        go_on(link);
    }
}

void link_send_next(struct lane_link *link)
{
    if (ingest_session_is_upkeep_due(link->session) && !link->is_hurried)
        keep_up(link);
    else
        go_on(link);
}

static void log_news(const struct lane_link *link, const struct batch_decision *decision)
{
    bool is_held = decision->action == BATCH_HOLD || decision->action == BATCH_LETHAL;
    log_write(link->context->log, is_held ? LOG_ERROR : LOG_WARNING, "store", "%s", decision->text);
}

void link_carry_out(struct lane_link *link, const struct batch_decision *decision)
{
    if (decision->is_news)
        log_news(link, decision);
    switch (decision->action) {
    case BATCH_SEND_NEXT:
        link_send_next(link);
        break;
    case BATCH_HALVE:
    case BATCH_REJECT_ROW:
        link_send_batch(link);
        break;
    case BATCH_RETRY:
        put_off(link, WRITER_RETRYING, decision->wait_ms);
        break;
    case BATCH_HOLD:
        put_off(link, WRITER_HELD, decision->wait_ms);
        break;
    case BATCH_RECONNECT:
        db_conn_reconnect(link->conn, decision->text);
        break;
    case BATCH_AWAIT:
        break;
    case BATCH_SLOW_DOWN:
    case BATCH_LETHAL:
        db_conn_increase_backoff(link->conn);
        break;
    }
}

uint32_t link_random_bits(void)
{
    uint32_t bits;
    evutil_secure_rng_get_bytes(&bits, sizeof bits);
    return bits;
}

static void note_stored(struct lane_link *link, struct writer_lane *lane)
{
    int64_t now_us = clock_monotonic_us();
    uint32_t rows = batch_rows(link->batches.batch);
    const struct writer_metrics *measured = link->context->measured;
    lane->answered_us = now_us;
    if (rows > 0) {
        histogram_observe(measured->batch_seconds, (double)(now_us - link->sent_us) / 1e6);
        histogram_observe(measured->batch_events, rows);
    }
    link_note_success(link);
}

bool link_is_outdated(const struct lane_link *link, const struct db_reply *reply)
{
    bool is_so = reply->outcome == DB_ERROR && strcmp(reply->sqlstate, "VA003") == 0;
    if (is_so)
        link->context->owner.outdated(link->context->owner.arg);
    return is_so;
}

static struct batch_decision judge_refusal(struct writer_lane *lane, const struct db_reply *reply,
                                           uint32_t rows)
{
    const struct batch_error error = {"ingest_batch", reply->sqlstate, reply->message};
    if (rows == 0)
        return batch_outcome_not_opened(&lane->outcome, &error, link_random_bits());
    return batch_outcome_refused(&lane->outcome, &error, rows, clock_monotonic_us(),
                                 link_random_bits());
}

void link_on_batch(void *arg, const struct db_reply *reply)
{
    struct lane_link *link = arg;
    struct writer_lane *lane = link_lane(link);
    uint32_t rows = batch_rows(link->batches.batch);
    struct batch_decision decision;
    if (link_is_outdated(link, reply))
        return;
    switch (reply->outcome) {
    case DB_OK:
        note_stored(link, lane);
        decision =
            batch_outcome_passed(&lane->outcome, rows, link_take_progress(link, lane, reply));
        break;
    case DB_ERROR:
        decision = judge_refusal(lane, reply, rows);
        break;
    case DB_LOST:
        decision = batch_outcome_lost(&lane->outcome, rows);
        break;
    }
    link_carry_out(link, &decision);
}

static void on_lost(void *arg)
{
    struct lane_link *link = arg;
    for (unsigned i = 0; i < link->count && !link->is_renewing; i++)
        batch_outcome_disconnected(&link->lanes[i]->outcome);
    link_set_state(link, WRITER_DOWN, 0);
}

/* Under load it is each batch's end that looks; here those are served who have none. */
static void on_upkeep_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct lane_link *link = arg;
    link->must_move = link->all > 1;
    if (link->state == WRITER_IDLE && ingest_session_is_upkeep_due(link->session))
        keep_up(link);
    else if (link->must_move)
        lane_link_wake(link);
}

/*
 * Opens connection and session anew now and then, as they may have been made under settings that
 * are no more, or before the schema was made anew without what migrations put into it. Never while
 * fenced: a cursor that is gone with the schema would be made as if nothing was stored.
 */
static bool renew(struct lane_link *link)
{
    if (lane_link_is_fenced(link))
        return false;
    link->is_renewing = true;
    bool is_renewed = db_conn_note_failure(link->conn);
    link->is_renewing = false;
    return is_renewed;
}

/* Those that are put off are due, or will be. */
static void on_retry_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct lane_link *link = arg;
    int64_t now_us = clock_monotonic_us();
    int64_t next_us = INT64_MAX;
    bool is_hold = false;
    for (unsigned i = 0; i < link->count; i++) {
        const struct writer_lane *lane = link->lanes[i];
        if (lane->put_off_us > now_us && lane->put_off_us < next_us)
            next_us = lane->put_off_us;
        is_hold = is_hold || (lane->put_off_us != 0 && lane->is_hold);
    }
    if (next_us != INT64_MAX)
        timer_arm(link->retry_timer, (next_us - now_us) / 1000 + 1);
    link->sweep = link->count;
    if (link->state != WRITER_IDLE || !is_hold || !renew(link))
        lane_link_wake(link);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct lane_link *link = arg;
    switch (link->state) {
    case WRITER_DOWN:
    case WRITER_OPENING:
    case WRITER_IDLE:
        break;
    case WRITER_UNOPENED:
        if (!renew(link))
            link_open_session(link);
        break;
    case WRITER_GATHERING:
        link->sweep = link->count;
        lane_link_wake(link);
        break;
    case WRITER_RETRYING:
        link_serve_lane(link);
        break;
    case WRITER_HELD:
        if (!renew(link))
            link_serve_lane(link);
        break;
    case WRITER_CLAIMING:
    case WRITER_SENDING:
    case WRITER_KEEPING:
        link_set_state(link, link->state, WRITER_PATIENCE_MS);
        link->context->listener.waiting(link->context->listener.arg, ++link->waited);
        break;
    }
}

void lane_link_give_up(struct lane_link *link)
{
    if (link->state == WRITER_CLAIMING || link->state == WRITER_SENDING ||
        link->state == WRITER_KEEPING)
        db_conn_abort_query(link->conn, "the database has gone silent");
}

void lane_link_hurry(struct lane_link *link)
{
    link->is_hurried = true;
    lane_link_wake(link);
}

void lane_link_set_lanes(struct lane_link *link, struct writer_lane *const *lanes, unsigned count,
                         unsigned all)
{
    for (unsigned i = 0; i < count; i++) {
        link->lanes[i] = lanes[i];
        link->lanes[i]->is_claimed = false;
    }
    link->count = count;
    link->all = all;
    link->at = 0;
    batch_pair_forget(&link->batches);
}

void lane_link_start(struct lane_link *link)
{
    db_conn_start(link->conn);
}

void lane_link_stop(struct lane_link *link)
{
    db_conn_stop(link->conn);
}

struct lane_link *lane_link_new(const struct link_context *context, const struct lane_link *first)
{
    struct lane_link *link = memory_zeroed(sizeof *link);
    struct event_base *base = context->base;
    link->context = context;
    link->first = first;
    link->conn_settings = (struct db_settings){.name = "writer", .own_sql = ""};
    const struct db_listener listener = {
        .on_ready = link_open_session, .on_lost = on_lost, .arg = link};
    link->conn = db_conn_new(base, context->target, &link->conn_settings, listener,
                             context->metrics, context->log);
    link->session = ingest_session_new(link->conn, context->settings, context->log);
    link->timer = memory_required(event_new(base, -1, 0, on_timer, link));
    link->upkeep_timer = memory_required(event_new(base, -1, EV_PERSIST, on_upkeep_timer, link));
    timer_arm(link->upkeep_timer, UPKEEP_LOOK_MS);
    link->batches = batch_pair_new();
    link->ahead_timer = memory_required(event_new(base, -1, 0, on_ahead_timer, link));
    link->retry_timer = memory_required(event_new(base, -1, 0, on_retry_timer, link));
    return link;
}

void lane_link_free(struct lane_link *link)
{
    if (link == NULL)
        return;
    db_conn_free(link->conn);
    ingest_session_free(link->session);
    event_free(link->timer);
    event_free(link->upkeep_timer);
    event_free(link->ahead_timer);
    event_free(link->retry_timer);
    batch_pair_free(&link->batches);
    free(link);
}
