/* Carries events from the queue into PostgreSQL, batch by batch, one in flight. */
#include "store/writer.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/utf8.h"
#include "store/backoff.h"
#include "store/batch.h"
#include "store/db_conn.h"
#include "store/event_queue.h"
#include "store/ingest_session.h"
#include "store/isolation.h"
#include "store/sqlstate.h"
#include "store/timer.h"
#include "store/writer_totals.h"

enum { HOLD_RETRY_MS = 2000, STUCK_FAILURES = 8 };

enum writer_state {
    WRITER_DOWN,    /* no connection */
    WRITER_OPENING, /* the session goes through its steps */
    WRITER_IDLE,    /* open; the timer, if armed, is the batch's delay */
    WRITER_SENDING, /* the batch is in flight; the timer ends our patience */
    WRITER_PAUSED,  /* something has to pass or be mended first; the timer tries again */
};

/* `batch` mirrors the head of the queue while sending, and means nothing otherwise. */
struct writer {
    struct event_queue *queue;
    struct log *log;
    struct writer_owner owner;
    struct db_conn *conn;
    struct db_settings conn_settings;
    struct ingest_session *session;
    struct event *timer;
    struct batch *batch;
    struct isolation isolation;
    struct backoff backoff;
    struct writer_totals totals;
    enum writer_state state;
    bool is_hurried;
    bool is_prepared;        /* on this connection: batches can be sent */
    unsigned cancelled;      /* times in a row that the batch was too slow for the server */
    unsigned waited;         /* times that our patience with the batch ended */
    bool is_fenced;          /* the journal is another process's */
    bool is_held;            /* waiting for somebody to mend the database; logged once */
    char reject_reason[160]; /* "" = the batch is to be stored, else why it is put aside */
    bool is_escaping;        /* the event_id of the row put aside */
    int64_t sent_us;         /* monotonic */
    double last_success;     /* Unix time; 0 = never */
    struct histogram *batch_seconds;
    struct histogram *batch_events;
};

static void send_batch(struct writer *writer);

static void set_state(struct writer *writer, enum writer_state state)
{
    writer->state = state;
    event_del(writer->timer);
}

/* Waits for somebody to mend the database: alarm once, try again now and then. */
static void hold(struct writer *writer, const char *reason)
{
    if (!writer->is_held)
        log_write(writer->log, LOG_ERROR, "store", "ingest held until this is mended: %s", reason);
    writer->is_held = true;
    set_state(writer, WRITER_PAUSED);
    timer_arm(writer->timer, HOLD_RETRY_MS);
}

static void pause_for(struct writer *writer, const struct db_reply *reply, const char *step)
{
    char reason[80];
    uint32_t random;
    (void)evutil_snprintf(reason, sizeof reason, "%s failed sqlstate=%s", step, reply->sqlstate);
    switch (sqlstate_fault(reply->sqlstate)) {
    case SQL_FAULT_RECONNECT:
        db_conn_reset(writer->conn, reason);
        break;
    case SQL_FAULT_RETRY:
        evutil_secure_rng_get_bytes(&random, sizeof random);
        set_state(writer, WRITER_PAUSED);
        timer_arm(writer->timer, backoff_next(&writer->backoff, random));
        if (writer->backoff.failures == STUCK_FAILURES)
            log_write(writer->log, LOG_ERROR, "store", "ingest does not get on: %s", reason);
        break;
    case SQL_FAULT_FENCED:
        writer->is_fenced = true;
        hold(writer, "another process has taken this journal over");
        break;
    case SQL_FAULT_BAD_ROW:
    case SQL_FAULT_HOLD:
        hold(writer, reason);
        break;
    }
}

static void succeeded(struct writer *writer)
{
    if (writer->is_held)
        log_write(writer->log, LOG_INFO, "store", "ingest goes on");
    writer->is_held = false;
    backoff_reset(&writer->backoff);
    writer->last_success = (double)clock_wall_us() / 1e6;
}

/* Takes the cursor's position and the totals out of a reply. */
static void take_progress(struct writer *writer, const struct db_reply *reply)
{
    uint64_t sequence = writer_totals_take(&writer->totals, reply->rows);
    writer->owner.stored(writer->owner.arg, sequence);
}

static void go_on(struct writer *writer)
{
    set_state(writer, WRITER_IDLE);
    writer_wake(writer);
}

static void on_opened(void *arg, const char *step, const struct db_reply *reply,
                      const struct error *error)
{
    struct writer *writer = arg;
    if (reply == NULL) {
        hold(writer, error->text);
        return;
    }
    if (reply->outcome == DB_ERROR) {
        pause_for(writer, reply, step);
        return;
    }
    /* The row that was to be put aside may be gone from the queue's head. */
    isolation_init(&writer->isolation, WRITER_BATCH_ROWS);
    writer->reject_reason[0] = '\0';
    writer->is_prepared = true;
    writer->is_fenced = false;
    writer->owner.claimed(writer->owner.arg);
    take_progress(writer, reply);
    succeeded(writer);
    go_on(writer);
}

static void open_session(void *arg)
{
    struct writer *writer = arg;
    writer->is_prepared = false;
    set_state(writer, WRITER_OPENING);
    ingest_session_open(writer->session, on_opened, writer);
}

static void on_lost(void *arg)
{
    struct writer *writer = arg;
    set_state(writer, WRITER_DOWN);
}

/* Cut to whole characters: PostgreSQL refuses half of one. */
static void set_reject_reason(struct writer *writer, const struct db_reply *reply)
{
    char text[sizeof writer->reject_reason + 3];
    (void)evutil_snprintf(text, sizeof text, "%s: %s", reply->sqlstate, reply->message);
    size_t length = metrics_utf8_cut(text, strlen(text), sizeof writer->reject_reason - 1);
    memcpy(writer->reject_reason, text, length);
    writer->reject_reason[length] = '\0';
    writer->is_escaping = false;
}

static void isolate(struct writer *writer, const struct db_reply *reply)
{
    char reason[80];
    uint32_t rows = batch_rows(writer->batch);
    switch (isolation_failed(&writer->isolation, rows, reply->sqlstate)) {
    case ISOLATION_HALVE:
        break;
    case ISOLATION_REJECT:
        set_reject_reason(writer, reply);
        log_write(writer->log, LOG_WARNING, "store", "event refused by the database sqlstate=%s",
                  reply->sqlstate);
        break;
    case ISOLATION_HOLD:
        (void)evutil_snprintf(reason, sizeof reason, "event after event fails alike sqlstate=%s",
                              reply->sqlstate);
        hold(writer, reason);
        return;
    }
    send_batch(writer);
}

static void on_batch_error(struct writer *writer, const struct db_reply *reply)
{
    enum sql_fault fault = sqlstate_fault(reply->sqlstate);
    bool was_cancelled = strcmp(reply->sqlstate, "57014") == 0;
    if (was_cancelled && batch_rows(writer->batch) > 1 && ++writer->cancelled > 1)
        fault = SQL_FAULT_BAD_ROW; /* twice too slow: perhaps half of it is not */
    if (fault == SQL_FAULT_BAD_ROW && writer->reject_reason[0] == '\0') {
        isolate(writer, reply);
    } else if (fault == SQL_FAULT_BAD_ROW && !writer->is_escaping) {
        writer->is_escaping = true;
        send_batch(writer);
    } else {
        pause_for(writer, reply, "ingest_batch");
    }
}

static void on_maintained(void *arg)
{
    go_on(arg);
}

static void on_batch(void *arg, const struct db_reply *reply)
{
    struct writer *writer = arg;
    if (reply->outcome == DB_LOST)
        return;
    if (reply->outcome == DB_ERROR) {
        on_batch_error(writer, reply);
        return;
    }
    histogram_observe(writer->batch_seconds,
                      (double)(clock_monotonic_us() - writer->sent_us) / 1e6);
    histogram_observe(writer->batch_events, batch_rows(writer->batch));
    isolation_passed(&writer->isolation, batch_rows(writer->batch),
                     writer->reject_reason[0] != '\0');
    writer->reject_reason[0] = '\0';
    writer->cancelled = 0;
    succeeded(writer);
    take_progress(writer, reply);
    if (ingest_session_is_maintenance_due(writer->session))
        ingest_session_maintain(writer->session, on_maintained, writer);
    else
        go_on(writer);
}

/* A row to be put aside is alone in its batch: the isolation's limit is 1 then. */
static void send_batch(struct writer *writer)
{
    batch_fill(writer->batch, writer->queue, isolation_limit(&writer->isolation));
    if (writer->reject_reason[0] != '\0' && writer->is_escaping)
        batch_escape_event_id(writer->batch);
    set_state(writer, WRITER_SENDING);
    timer_arm(writer->timer, WRITER_PATIENCE_MS);
    writer->sent_us = clock_monotonic_us();
    writer->waited = 0;
    ingest_session_send(writer->session, writer->batch,
                        writer->reject_reason[0] == '\0' ? NULL : writer->reject_reason, on_batch,
                        writer);
}

void writer_wake(struct writer *writer)
{
    uint64_t waiting = event_queue_count(writer->queue);
    if (writer->state != WRITER_IDLE || waiting == 0)
        return;
    if (waiting >= isolation_limit(&writer->isolation) || writer->is_hurried)
        send_batch(writer);
    else if (!event_pending(writer->timer, EV_TIMEOUT, NULL))
        timer_arm(writer->timer, WRITER_BATCH_DELAY_MS);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct writer *writer = arg;
    if (writer->state == WRITER_IDLE && event_queue_count(writer->queue) > 0) {
        send_batch(writer);
    } else if (writer->state == WRITER_PAUSED) {
        if (writer->is_prepared && event_queue_count(writer->queue) > 0)
            send_batch(writer);
        else
            open_session(writer);
    } else if (writer->state == WRITER_SENDING) {
        timer_arm(writer->timer, WRITER_PATIENCE_MS);
        writer->owner.waiting(writer->owner.arg, ++writer->waited);
    }
}

void writer_give_up(struct writer *writer)
{
    if (writer->state == WRITER_SENDING)
        db_conn_give_up(writer->conn, "the database has gone silent");
}

void writer_hurry(struct writer *writer)
{
    writer->is_hurried = true;
    writer_wake(writer);
}

/* Whether the database is connected and takes events. */
static bool is_open(const struct writer *writer)
{
    /* A batch that is sent once more is no sign that events are taken again. */
    bool is_failing = writer->is_held || writer->backoff.failures > 0;
    return !is_failing && (writer->state == WRITER_IDLE || writer->state == WRITER_SENDING);
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

static double read_up(void *arg)
{
    return is_open(arg) ? 1 : 0;
}

static double read_held(void *arg)
{
    return ((const struct writer *)arg)->is_held ? 1 : 0;
}

static double read_last_success(void *arg)
{
    return ((const struct writer *)arg)->last_success;
}

static void add_metrics(struct writer *writer, struct metrics *metrics)
{
    static const double sizes[] = {1, 10, 50, 100, 250, 500, 1000, 2000};
    writer_totals_init(&writer->totals, metrics);
    metrics_gauge(metrics, "adtracker_db_up", "1 while the database is connected and takes events.",
                  "", read_up, writer);
    metrics_gauge(
        metrics, "adtracker_ingest_held",
        "1 while storing waits for somebody: the schema, permissions, or a journal that another "
        "process owns.",
        "", read_held, writer);
    metrics_gauge(metrics, "adtracker_db_last_success_timestamp_seconds",
                  "Unix time of the last batch committed or database opened.", "",
                  read_last_success, writer);
    writer->batch_seconds =
        metrics_latency_histogram(metrics, "adtracker_db_batch_duration_seconds",
                                  "Time from sending a batch to its commit's answer.", "");
    writer->batch_events =
        metrics_histogram(metrics, "adtracker_db_batch_events", "Events per committed batch.", "",
                          sizes, sizeof sizes / sizeof sizes[0]);
}

struct writer *writer_new(struct event_base *base, const struct writer_settings *settings,
                          struct event_queue *queue, struct writer_owner owner,
                          struct metrics *metrics, struct log *log)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        abort();
    writer->queue = queue;
    writer->log = log;
    writer->owner = owner;
    writer->conn_settings =
        (struct db_settings){.name = "writer", .setup_sql = ingest_session_setup_sql()};
    const struct db_owner conn_owner = {
        .on_ready = open_session, .on_lost = on_lost, .arg = writer};
    writer->conn =
        db_conn_new(base, settings->target, &writer->conn_settings, conn_owner, metrics, log);
    writer->session = ingest_session_new(writer->conn, settings, log);
    writer->timer = event_new(base, -1, 0, on_timer, writer);
    if (writer->timer == NULL)
        abort();
    writer->batch = batch_new(WRITER_BATCH_ROWS);
    isolation_init(&writer->isolation, WRITER_BATCH_ROWS);
    add_metrics(writer, metrics);
    return writer;
}

void writer_free(struct writer *writer)
{
    if (writer == NULL)
        return;
    db_conn_free(writer->conn);
    ingest_session_free(writer->session);
    event_free(writer->timer);
    batch_free(writer->batch);
    free(writer);
}
