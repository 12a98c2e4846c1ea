/* Carries events from the queue into PostgreSQL, batch by batch, one in flight. */
#include "store/ingest/writer.h"

#include <stdlib.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/database/conn.h"
#include "store/ingest/batch.h"
#include "store/ingest/batch_outcome.h"
#include "store/ingest/batch_pair.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/session.h"
#include "store/ingest/totals.h"
#include "store/ingest/writer_metrics.h"
#include "store/ingest/writer_state.h"

enum { UPKEEP_LOOK_MS = 1000 };

struct writer {
    struct event_queue *queue;
    struct log *log;
    struct writer_listener listener;
    struct db_conn *conn;
    struct db_settings conn_settings;
    struct ingest_session *session;
    enum writer_state state;
    struct event *timer;        /* the state's; armed by set_state() alone */
    struct event *upkeep_timer; /* looks now and then whether an idle session has some to do */
    struct batch_pair batches;
    struct event *ahead_timer; /* makes the next batch */
    struct batch_outcome outcome;
    struct writer_totals totals;
    struct writer_metrics metrics;
    bool is_renewing; /* the connection is lost by our own will: what is held stays held */
    bool is_hurried;  /* the process is about to end: nothing waits for a batch to fill */
    unsigned waited;  /* times that our patience with what is in flight has ended */
    int64_t sent_us;  /* monotonic */
};

/* A batch that is sent once more is no sign that events are taken again. */
static void set_gauges(struct writer *writer)
{
    struct writer_gauges *gauges = &writer->metrics.gauges;
    bool was_held = gauges->is_held;
    gauges->is_held = batch_outcome_is_held(&writer->outcome);
    gauges->is_up =
        writer_state_takes_events(writer->state) && !batch_outcome_is_failing(&writer->outcome);
    if (was_held && !gauges->is_held)
        log_write(writer->log, LOG_INFO, "store", "ingest resumed");
}

/* The only way to another state, or into the same anew; its timer runs in `wait_ms`, 0 = never. */
static void set_state(struct writer *writer, enum writer_state state, uint32_t wait_ms)
{
    if (!writer_state_may_follow(writer->state, state)) {
        log_write(writer->log, LOG_ERROR, "store",
                  "the writer cannot change its state from=%s to=%s",
                  writer_state_name(writer->state), writer_state_name(state));
        abort();
    }
    writer->state = state;
    if (wait_ms > 0)
        timer_arm(writer->timer, wait_ms);
    else
        event_del(writer->timer);
    set_gauges(writer);
}

static void note_success(struct writer *writer)
{
    writer->metrics.gauges.last_success = (double)clock_wall_us() / 1e6;
    db_conn_note_success(writer->conn);
}

/* Takes the totals out of a reply, and returns the cursor's position. */
static uint64_t take_progress(struct writer *writer, const struct db_reply *reply)
{
    uint64_t cursor = writer_totals_take(&writer->totals, reply->rows);
    writer->listener.stored(writer->listener.arg, cursor);
    return cursor;
}

static void be_patient(struct writer *writer, enum writer_state state)
{
    writer->waited = 0;
    set_state(writer, state, WRITER_PATIENCE_MS);
}

static void on_batch(void *arg, const struct db_reply *reply);

static void on_ahead_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct writer *writer = arg;
    if (writer->state == WRITER_SENDING && batch_pair_fills_next(&writer->batches, writer->queue))
        batch_pair_make_ahead(&writer->batches);
}

/* A row to be put aside is alone in its batch: the limit is 1 then. */
static void send_batch(struct writer *writer)
{
    batch_pair_make(&writer->batches, writer->queue, batch_outcome_limit(&writer->outcome));
    if (batch_pair_fills_next(&writer->batches, writer->queue))
        timer_arm(writer->ahead_timer, 0);
    be_patient(writer, WRITER_SENDING);
    writer->sent_us = clock_monotonic_us();
    ingest_session_send(writer->session, writer->batches.batch,
                        batch_outcome_reject_reason(&writer->outcome), on_batch, writer);
}

void writer_wake(struct writer *writer)
{
    uint64_t waiting = event_queue_count(writer->queue);
    if ((writer->state != WRITER_IDLE && writer->state != WRITER_GATHERING) || waiting == 0)
        return;
    if (waiting >= WRITER_READY_ROWS || waiting >= batch_outcome_limit(&writer->outcome) ||
        writer->is_hurried)
        send_batch(writer);
    else if (writer->state == WRITER_IDLE)
        set_state(writer, WRITER_GATHERING, WRITER_BATCH_DELAY_MS);
}

static void go_on(struct writer *writer)
{
    set_state(writer, WRITER_IDLE, 0);
    writer_wake(writer);
}

static void on_kept(void *arg, const struct db_reply *claimed)
{
    struct writer *writer = arg;
    if (claimed != NULL)
        batch_outcome_note_cursor(&writer->outcome, take_progress(writer, claimed));
    go_on(writer);
}

static void keep_up(struct writer *writer)
{
    be_patient(writer, WRITER_KEEPING);
    ingest_session_keep(writer->session, on_kept, writer);
}

/* Waits with the batch, or with the session where it is that which failed. */
static void put_off(struct writer *writer, enum writer_state state, uint32_t wait_ms)
{
    set_state(writer, writer->state == WRITER_OPENING ? WRITER_UNOPENED : state, wait_ms);
}

static void log_news(struct writer *writer, const struct batch_decision *decision)
{
    bool is_held = decision->action == BATCH_HOLD || decision->action == BATCH_LETHAL;
    log_write(writer->log, is_held ? LOG_ERROR : LOG_WARNING, "store", "%s", decision->text);
}

static void carry_out(struct writer *writer, const struct batch_decision *decision)
{
    if (decision->is_news)
        log_news(writer, decision);
    switch (decision->action) {
    case BATCH_SEND_NEXT:
        if (ingest_session_is_upkeep_due(writer->session) && !writer->is_hurried)
            keep_up(writer);
        else
            go_on(writer);
        break;
    case BATCH_HALVE:
    case BATCH_REJECT_ROW:
        send_batch(writer);
        break;
    case BATCH_RETRY:
        put_off(writer, WRITER_RETRYING, decision->wait_ms);
        break;
    case BATCH_HOLD:
        put_off(writer, WRITER_HELD, decision->wait_ms);
        break;
    case BATCH_RECONNECT:
        db_conn_reconnect(writer->conn, decision->text);
        break;
    case BATCH_AWAIT:
        break;
    case BATCH_SLOW_DOWN:
    case BATCH_LETHAL:
        db_conn_increase_backoff(writer->conn);
        break;
    }
}

static uint32_t random_bits(void)
{
    uint32_t bits;
    evutil_secure_rng_get_bytes(&bits, sizeof bits);
    return bits;
}

static void note_stored(struct writer *writer)
{
    int64_t took_us = clock_monotonic_us() - writer->sent_us;
    histogram_observe(writer->metrics.batch_seconds, (double)took_us / 1e6);
    histogram_observe(writer->metrics.batch_events, batch_rows(writer->batches.batch));
    note_success(writer);
}

static void on_batch(void *arg, const struct db_reply *reply)
{
    struct writer *writer = arg;
    uint32_t rows = batch_rows(writer->batches.batch);
    const struct batch_error error = {"ingest_batch", reply->sqlstate, reply->message};
    struct batch_decision decision;
    switch (reply->outcome) {
    case DB_OK:
        note_stored(writer);
        decision = batch_outcome_passed(&writer->outcome, rows, take_progress(writer, reply));
        break;
    case DB_ERROR:
        decision = batch_outcome_refused(&writer->outcome, &error, rows, clock_monotonic_us(),
                                         random_bits());
        break;
    case DB_LOST:
        decision = batch_outcome_lost(&writer->outcome, rows);
        break;
    }
    carry_out(writer, &decision);
}

static struct batch_decision take_opened(struct writer *writer, const struct db_reply *claimed)
{
    writer->listener.claimed(writer->listener.arg);
    uint64_t cursor = take_progress(writer, claimed);
    struct batch_decision decision = batch_outcome_opened(&writer->outcome, cursor);
    if (!batch_outcome_is_failing(&writer->outcome))
        note_success(writer);
    return decision;
}

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error)
{
    struct writer *writer = arg;
    struct batch_decision decision;
    if (reply == NULL)
        decision = batch_outcome_unusable(&writer->outcome, error->text);
    else if (reply->outcome == DB_OK)
        decision = take_opened(writer, reply);
    else
        decision = batch_outcome_not_opened(
            &writer->outcome, &(struct batch_error){step, reply->sqlstate, reply->message},
            random_bits());
    carry_out(writer, &decision);
}

static void open_session(void *arg)
{
    struct writer *writer = arg;
    set_state(writer, WRITER_OPENING, 0);
    ingest_session_open(writer->session, on_opened, writer);
}

static void on_lost(void *arg)
{
    struct writer *writer = arg;
    if (!writer->is_renewing)
        batch_outcome_disconnected(&writer->outcome);
    set_state(writer, WRITER_DOWN, 0);
}

/* Under load it is each batch's end that looks; here those are served who have none. */
static void on_upkeep_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct writer *writer = arg;
    if (writer->state == WRITER_IDLE && ingest_session_is_upkeep_due(writer->session))
        keep_up(writer);
}

/*
 * Opens connection and session anew now and then, as they may have been made under settings that
 * are no more, or before the schema was made anew without what migrations put into it. Never while
 * fenced: a cursor that is gone with the schema would be made as if nothing was stored.
 */
static bool renew(struct writer *writer)
{
    if (batch_outcome_is_fenced(&writer->outcome))
        return false;
    writer->is_renewing = true;
    bool is_renewed = db_conn_note_failure(writer->conn);
    writer->is_renewing = false;
    return is_renewed;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct writer *writer = arg;
    switch (writer->state) {
    case WRITER_DOWN:
    case WRITER_OPENING:
    case WRITER_IDLE:
        break;
    case WRITER_UNOPENED:
        if (!renew(writer))
            open_session(writer);
        break;
    case WRITER_GATHERING:
    case WRITER_RETRYING:
        send_batch(writer);
        break;
    case WRITER_HELD:
        if (!renew(writer))
            send_batch(writer);
        break;
    case WRITER_SENDING:
    case WRITER_KEEPING:
        set_state(writer, writer->state, WRITER_PATIENCE_MS);
        writer->listener.waiting(writer->listener.arg, ++writer->waited);
        break;
    }
}

void writer_give_up(struct writer *writer)
{
    if (writer->state == WRITER_SENDING || writer->state == WRITER_KEEPING)
        db_conn_abort_query(writer->conn, "the database has gone silent");
}

void writer_hurry(struct writer *writer)
{
    writer->is_hurried = true;
    writer_wake(writer);
}

bool writer_is_fenced(const struct writer *writer)
{
    return batch_outcome_is_fenced(&writer->outcome);
}

void writer_start(struct writer *writer)
{
    db_conn_start(writer->conn);
}

void writer_stop(struct writer *writer)
{
    db_conn_stop(writer->conn);
}

struct writer *writer_new(struct event_base *base, const struct db_target *target,
                          const struct ingest_settings *settings, struct event_queue *queue,
                          struct writer_listener listener, struct metrics *metrics, struct log *log)
{
    struct writer *writer = memory_zeroed(sizeof *writer);
    writer->queue = queue;
    writer->log = log;
    writer->listener = listener;
    writer->conn_settings = (struct db_settings){.name = "writer", .own_sql = ""};
    const struct db_listener conn_listener = {
        .on_ready = open_session, .on_lost = on_lost, .arg = writer};
    writer->conn = db_conn_new(base, target, &writer->conn_settings, conn_listener, metrics, log);
    writer->session = ingest_session_new(writer->conn, settings, log);
    writer->timer = memory_required(event_new(base, -1, 0, on_timer, writer));
    writer->upkeep_timer =
        memory_required(event_new(base, -1, EV_PERSIST, on_upkeep_timer, writer));
    timer_arm(writer->upkeep_timer, UPKEEP_LOOK_MS);
    writer->batches = batch_pair_new();
    writer->ahead_timer = memory_required(event_new(base, -1, 0, on_ahead_timer, writer));
    batch_outcome_init(&writer->outcome, BATCH_ROWS_MAX);
    writer_totals_init(&writer->totals, metrics);
    writer_metrics_init(&writer->metrics, metrics);
    return writer;
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    db_conn_free(writer->conn);
    ingest_session_free(writer->session);
    event_free(writer->timer);
    event_free(writer->upkeep_timer);
    event_free(writer->ahead_timer);
    batch_pair_free(&writer->batches);
    free(writer);
}
