/* Carries events from the queue into PostgreSQL, batch by batch, one in flight. */
#include "store/ingest/writer_internal.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/session.h"
#include "metrics/timer.h"

enum { UPKEEP_LOOK_MS = 1000, REOPEN_EVERY = 5 };

void writer_set_state(struct writer *writer, enum writer_state state)
{
    writer->state = state;
    event_del(writer->timer);
}

static void succeeded(struct writer *writer)
{
    if (writer->is_held)
        log_write(writer->log, LOG_INFO, "store", "ingest goes on");
    writer->is_held = false;
    writer->is_fenced = false;
    backoff_reset(&writer->backoff);
    writer->last_success = (double)clock_wall_us() / 1e6;
}

/* Takes the cursor's position and the totals out of a reply. */
static void take_progress(struct writer *writer, const struct db_reply *reply)
{
    uint64_t sequence = writer_totals_take(&writer->totals, reply->rows);
    if (sequence != writer->cursor)
        writer->lost = 0;
    writer->cursor = sequence;
    writer->listener.stored(writer->listener.arg, sequence);
}

static void go_on(struct writer *writer)
{
    writer_set_state(writer, WRITER_IDLE);
    writer_wake(writer);
}

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error)
{
    struct writer *writer = arg;
    if (reply == NULL) {
        writer_hold(writer, error->text);
        return;
    }
    if (reply->outcome == DB_ERROR) {
        writer_pause(writer, reply, step);
        return;
    }
    uint64_t cursor = writer->cursor;
    writer->is_prepared = true;
    writer->listener.claimed(writer->listener.arg);
    take_progress(writer, reply);
    /* Whether that has mended what the batch is held for only the batch can tell. */
    if (!writer->is_reopening || writer->cursor != cursor) {
        writer_begin_bisect(writer);
        succeeded(writer);
    }
    writer->is_reopening = false;
    go_on(writer);
}

static void open_session(void *arg)
{
    struct writer *writer = arg;
    writer->is_prepared = false;
    writer_set_state(writer, WRITER_OPENING);
    ingest_session_open(writer->session, on_opened, writer);
}

static void on_lost(void *arg)
{
    struct writer *writer = arg;
    writer->is_reopening = false;
    writer_set_state(writer, WRITER_DOWN);
}

static void be_patient(struct writer *writer, enum writer_state state)
{
    writer_set_state(writer, state);
    timer_arm(writer->timer, WRITER_PATIENCE_MS);
    writer->waited = 0;
}

static void on_kept(void *arg, const struct db_reply *claimed)
{
    struct writer *writer = arg;
    if (claimed != NULL)
        take_progress(writer, claimed);
    go_on(writer);
}

static void keep_up(struct writer *writer)
{
    be_patient(writer, WRITER_KEEPING);
    ingest_session_keep(writer->session, on_kept, writer);
}

/* Under load it is each batch's end that looks; here those are served who have none. */
static void on_upkeep_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct writer *writer = arg;
    if (writer->state == WRITER_IDLE && event_queue_count(writer->queue) == 0 &&
        ingest_session_is_upkeep_due(writer->session))
        keep_up(writer);
}

static void on_batch(void *arg, const struct db_reply *reply)
{
    struct writer *writer = arg;
    if (reply->outcome == DB_LOST) {
        writer_batch_lost(writer);
        return;
    }
    if (reply->outcome == DB_ERROR) {
        writer_batch_refused(writer, reply);
        return;
    }
    histogram_observe(writer->batch_seconds,
                      (double)(clock_monotonic_us() - writer->sent_us) / 1e6);
    histogram_observe(writer->batch_events, batch_rows(writer->batch));
    bisect_passed(&writer->bisect, batch_rows(writer->batch),
                     writer->reject_reason[0] != '\0');
    writer->reject_reason[0] = '\0';
    writer->cancelled = 0;
    succeeded(writer);
    take_progress(writer, reply);
    if (ingest_session_is_upkeep_due(writer->session) && !writer->is_hurried)
        keep_up(writer);
    else
        go_on(writer);
}

/* A row to be put aside is alone in its batch: the bisection's limit is 1 then. */
void writer_send_batch(struct writer *writer)
{
    batch_fill(writer->batch, writer->queue, bisect_limit(&writer->bisect));
    if (writer->reject_reason[0] != '\0' && writer->is_escaping)
        batch_escape_event_id(writer->batch);
    be_patient(writer, WRITER_SENDING);
    writer->sent_us = clock_monotonic_us();
    ingest_session_send(writer->session, writer->batch,
                        writer->reject_reason[0] == '\0' ? NULL : writer->reject_reason, on_batch,
                        writer);
}

void writer_wake(struct writer *writer)
{
    uint64_t waiting = event_queue_count(writer->queue);
    if (writer->state != WRITER_IDLE || waiting == 0)
        return;
    if (waiting >= bisect_limit(&writer->bisect) || writer->is_hurried)
        writer_send_batch(writer);
    else if (!event_pending(writer->timer, EV_TIMEOUT, NULL))
        timer_arm(writer->timer, WRITER_BATCH_DELAY_MS);
}

/*
 * Tries again what was put off. Now and then, while it is held, the session is opened anew: the
 * schema may have been made anew meanwhile, without what migrations put into it. Not while fenced:
 * the cursor that is gone with the schema would be made as if nothing was stored.
 */
static void try_again(struct writer *writer)
{
    bool is_to_reopen =
        writer->is_held && !writer->is_fenced && ++writer->held_tries % REOPEN_EVERY == 0;
    bool has_batch = writer->is_prepared && event_queue_count(writer->queue) > 0;
    if (has_batch && !is_to_reopen) {
        writer_send_batch(writer);
        return;
    }
    writer->is_reopening = writer->is_reopening || has_batch;
    open_session(writer);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct writer *writer = arg;
    switch (writer->state) {
    case WRITER_DOWN:
    case WRITER_OPENING:
        break;
    case WRITER_IDLE:
        if (event_queue_count(writer->queue) > 0)
            writer_send_batch(writer);
        break;
    case WRITER_SENDING:
    case WRITER_KEEPING:
        timer_arm(writer->timer, WRITER_PATIENCE_MS);
        writer->listener.waiting(writer->listener.arg, ++writer->waited);
        break;
    case WRITER_PAUSED:
        try_again(writer);
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
    return writer->is_fenced;
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
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        abort();
    writer->queue = queue;
    writer->log = log;
    writer->listener = listener;
    writer->conn_settings =
        (struct db_settings){.name = "writer", .setup_sql = ingest_session_setup_sql()};
    const struct db_listener conn_listener = {
        .on_ready = open_session, .on_lost = on_lost, .arg = writer};
    writer->conn = db_conn_new(base, target, &writer->conn_settings, conn_listener, metrics, log);
    writer->session = ingest_session_new(writer->conn, settings, log);
    writer->timer = event_new(base, -1, 0, on_timer, writer);
    writer->upkeep_timer = event_new(base, -1, EV_PERSIST, on_upkeep_timer, writer);
    if (writer->timer == NULL || writer->upkeep_timer == NULL)
        abort();
    timer_arm(writer->upkeep_timer, UPKEEP_LOOK_MS);
    writer->batch = batch_new(WRITER_BATCH_ROWS);
    bisect_init(&writer->bisect, WRITER_BATCH_ROWS);
    writer_add_metrics(writer, metrics);
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
    batch_free(writer->batch);
    free(writer);
}
