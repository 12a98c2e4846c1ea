/* Exports of raw events. */
#include "store/analytics/export.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/news.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/analytics/export_pace.h"
#include "store/analytics/export_rows.h"
#include "store/analytics/fault.h"
#include "store/database/conn.h"
#include "store/database/sqlstate.h"

enum {
    EXPORTS_MAX = 20,
    SLICE_BYTES = 32 * 1024,
    REPLY_TIMEOUT_MS = 6000, /* above a page's: the server is the first to give up */
    AGAIN_MS = 200,
    REST_MAX_MS = 500,
    BEGIN_PATIENCE_MS = 3000, /* nobody has been answered yet */
    PATIENCE_MS = 20000,      /* a server that is restarted is back by then */
};

enum export_state {
    EXPORT_BEGINNING, /* the schema is to be asked for, then the first page */
    EXPORT_WAITING,   /* in the queue, for a page */
    EXPORT_TAKING,    /* it has a page, or the end */
    EXPORT_OVER,      /* ended() was called */
};

/* In the queue in the first two states, at whose head the one is that the query in flight is for.
 */
struct export
{
    struct exporter *exporter;
    struct export_question question;
    struct export_listener listener;
    enum export_state state;
    TAILQ_ENTRY(export) all;
    TAILQ_ENTRY(export) queued;
    struct export_pace pace;
    struct export_page page; /* asked for last */
    PGresult *rows;          /* owned; NULL = none are in hand */
    int next_row;
    bool has_begun; /* it had a page */
    bool has_head;
    int64_t failing_since_us; /* monotonic; 0 = it is not */
};

TAILQ_HEAD(export_list, export);

struct exporter {
    struct db_conn *conn;
    struct log *log;
    struct export_list all;
    struct export_list queue;
    unsigned count;
    struct export *asking; /* whom the query in flight is for; NULL = none is, or it was closed */
    bool is_stopped;
    char *schema;        /* as it must be written; owned, NULL = as search_path is */
    int64_t asked_us;    /* monotonic: when the query in flight was sent */
    struct event *again; /* after a failure, and while there is no connection */
    struct news faults;
    struct counter *rows;
};

static bool is_queued(const struct export *export)
{
    return export->state == EXPORT_BEGINNING || export->state == EXPORT_WAITING;
}

static void on_begun(void *arg, const struct db_reply *reply);
static void on_page(void *arg, const struct db_reply *reply);

static void ask(struct exporter *exporter, const char *sql, db_reply_fn done)
{
    const struct db_query query = {.sql = sql, .timeout_ms = REPLY_TIMEOUT_MS};
    exporter->asked_us = clock_monotonic_us();
    db_conn_query(exporter->conn, &query, done, exporter);
}

/* What is next in the queue. */
static void run(struct exporter *exporter)
{
    struct export *export = TAILQ_FIRST(&exporter->queue);
    if (export == NULL)
        return;
    if (!db_conn_is_up(exporter->conn) && !event_pending(exporter->again, EV_TIMEOUT, NULL))
        timer_arm(exporter->again, AGAIN_MS);
    if (!db_conn_is_ready(exporter->conn) || event_pending(exporter->again, EV_TIMEOUT, NULL))
        return;
    exporter->asking = export;
    if (export->state == EXPORT_BEGINNING) {
        ask(exporter, export_begin_sql, on_begun);
        return;
    }
    export->page = export_pace_next(&export->pace);
    char *sql = export_page_sql(exporter->schema, &export->question, &export->page);
    ask(exporter, sql, on_page);
    free(sql);
}

static void leave_queue(struct export *export)
{
    struct exporter *exporter = export->exporter;
    if (is_queued(export))
        TAILQ_REMOVE(&exporter->queue, export, queued);
    if (exporter->asking == export)
        exporter->asking = NULL;
}

static void end(struct export *export, enum result result, const char *reason)
{
    leave_queue(export);
    export->state = EXPORT_OVER;
    export->listener.ended(export->listener.arg, result, reason);
}

static bool has_patience(const struct export *export)
{
    int64_t patience_ms = export->has_begun ? PATIENCE_MS : BEGIN_PATIENCE_MS;
    return clock_monotonic_us() - export->failing_since_us < patience_ms * 1000;
}

/* Tries again in a moment, or ends it. */
static void fail(struct export *export, enum analytics_fault fault, const char *details)
{
    struct exporter *exporter = export->exporter;
    bool is_passing = fault == ANALYTICS_UNREACHABLE || fault == ANALYTICS_SLOW;
    if (export->failing_since_us == 0)
        export->failing_since_us = clock_monotonic_us();
    timer_arm(exporter->again, AGAIN_MS);
    if (is_passing && has_patience(export))
        return;
    const char *text = analytics_fault_text(fault);
    if (news_is(&exporter->faults, details, clock_monotonic_us()))
        log_write(exporter->log, LOG_WARNING, "store", "an export failed: %s", details);
    end(export, RESULT_UNAVAILABLE, text);
}

/* A standby ends queries to go on; and two may have locked in another order. */
static enum analytics_fault fault_of(const char *sqlstate)
{
    return strncmp(sqlstate, "40", 2) == 0 ? ANALYTICS_SLOW : analytics_fault_of(sqlstate);
}

static void try_again_later(struct exporter *exporter, struct export *export,
                            const struct db_reply *reply, enum analytics_fault fault,
                            const char *details)
{
    bool is_timeout = strcmp(reply->sqlstate, "57014") == 0 && export->state == EXPORT_WAITING;
    TAILQ_REMOVE(&exporter->queue, export, queued); /* it must not hold up the others */
    TAILQ_INSERT_TAIL(&exporter->queue, export, queued);
    if (!is_timeout || !export_pace_shrink(&export->pace))
        fail(export, fault, details);
}

static void refuse(struct exporter *exporter, struct export *export, const struct db_reply *reply)
{
    char details[200];
    enum analytics_fault fault = fault_of(reply->sqlstate);
    sqlstate_describe(details, sizeof details, reply->sqlstate, reply->message);
    if (export != NULL)
        try_again_later(exporter, export, reply, fault, details);
    if (fault == ANALYTICS_UNREACHABLE)
        db_conn_reconnect(exporter->conn, details);
}

/* Whom a reply is for. NULL = it was no success, which is dealt with, or nobody waits any more. */
static struct export *take_reply(struct exporter *exporter, const struct db_reply *reply)
{
    struct export *export = exporter->asking;
    exporter->asking = NULL;
    switch (reply->outcome) {
    case DB_OK:
        return export;
    case DB_ERROR:
        refuse(exporter, export, reply);
        break;
    case DB_LOST:
        if (export != NULL)
            fail(export, ANALYTICS_UNREACHABLE, analytics_fault_text(ANALYTICS_UNREACHABLE));
        break;
    }
    return NULL;
}

static void on_begun(void *arg, const struct db_reply *reply)
{
    struct exporter *exporter = arg;
    struct export *export = take_reply(exporter, reply);
    if (export != NULL) {
        free(exporter->schema);
        exporter->schema =
            PQgetisnull(reply->rows, 0, 0) ? NULL : memory_copy_text(PQgetvalue(reply->rows, 0, 0));
        export->state = EXPORT_WAITING;
        if (PQgetvalue(reply->rows, 0, 1)[0] == 't')
            end(export, RESULT_UNAVAILABLE,
                "what an older version has stored is still being brought over");
    }
    run(exporter);
}

/* The database is for others, too: exports have half its time at most. */
static void rest(struct exporter *exporter, int64_t took_us)
{
    int64_t rest_ms = took_us / 1000;
    if (rest_ms > 0)
        timer_arm(exporter->again, rest_ms < REST_MAX_MS ? rest_ms : REST_MAX_MS);
}

/* To the end of the queue where there is nothing to take and more to look for. */
static void take_page(struct export *export, const struct db_reply *reply)
{
    struct exporter *exporter = export->exporter;
    struct export_position last = {0};
    if (!export_rows_find_last(reply->rows, &last)) {
        fail(export, ANALYTICS_REFUSED, "the rows are not what was asked for");
        return;
    }
    int count = PQntuples(reply->rows);
    int64_t took_us = clock_monotonic_us() - exporter->asked_us;
    export->failing_since_us = 0;
    export_pace_took(&export->pace, &export->page, (uint32_t)count, last, took_us);
    rest(exporter, took_us);
    TAILQ_REMOVE(&exporter->queue, export, queued);
    if (count == 0 && !export->pace.is_done) {
        TAILQ_INSERT_TAIL(&exporter->queue, export, queued);
        return;
    }
    export->rows = db_reply_take_rows(reply);
    export->next_row = 0;
    export->has_begun = true;
    export->state = EXPORT_TAKING;
    counter_add(exporter->rows, (uint64_t)count);
    export->listener.ready(export->listener.arg);
}

static void on_page(void *arg, const struct db_reply *reply)
{
    struct exporter *exporter = arg;
    struct export *export = take_reply(exporter, reply);
    if (export != NULL) {
        db_conn_note_success(exporter->conn);
        take_page(export, reply);
    }
    run(exporter);
}

/* Without a connection nobody's patience is for ever. */
static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct exporter *exporter = arg;
    struct export *next;
    for (struct export *export = TAILQ_FIRST(&exporter->queue);
         export != NULL && !db_conn_is_up(exporter->conn); export = next) {
        next = TAILQ_NEXT(export, queued);
        fail(export, ANALYTICS_UNREACHABLE, analytics_fault_text(ANALYTICS_UNREACHABLE));
    }
    if (db_conn_is_up(exporter->conn))
        run(exporter);
}

static void on_ready(void *arg)
{
    run(arg);
}

static void on_lost(void *arg)
{
    run(arg);
}

struct exporter *exporter_new(struct event_base *base, const struct db_target *target,
                              struct metrics *metrics, struct log *log)
{
    struct exporter *exporter = memory_zeroed(sizeof *exporter);
    static const struct db_settings settings = {.name = "export", .own_sql = ""};
    const struct db_listener listener = {.on_ready = on_ready, .on_lost = on_lost, .arg = exporter};
    TAILQ_INIT(&exporter->all);
    TAILQ_INIT(&exporter->queue);
    exporter->log = log;
    exporter->again = memory_required(event_new(base, -1, 0, on_again, exporter));
    exporter->rows =
        metrics_counter(metrics, "adtracker_export_rows_total", "Raw events read for exports.", "");
    exporter->conn = db_conn_new(base, target, &settings, listener, metrics, log);
    return exporter;
}

void exporter_free(struct exporter *exporter)
{
    if (exporter == NULL)
        return;
    exporter_stop(exporter);
    db_conn_free(exporter->conn);
    event_free(exporter->again);
    free(exporter->schema);
    free(exporter);
}

void exporter_stop(struct exporter *exporter)
{
    struct export *export;
    struct export *next;
    exporter->is_stopped = true;
    exporter->asking = NULL;
    db_conn_stop(exporter->conn);
    for (export = TAILQ_FIRST(&exporter->all); export != NULL; export = next) {
        next = TAILQ_NEXT(export, all);
        if (export->state != EXPORT_OVER)
            end(export, RESULT_UNAVAILABLE, "the server is shutting down");
    }
    event_del(exporter->again);
}

enum result export_open(struct exporter *exporter, const struct export_question *question,
                        struct export_listener listener, struct export **export,
                        const char **reason)
{
    if (exporter->is_stopped) {
        *reason = "the server is shutting down";
        return RESULT_UNAVAILABLE;
    }
    if (exporter->count == EXPORTS_MAX) {
        *reason = "too many exports are under way";
        return RESULT_BUSY;
    }
    *export = memory_zeroed(sizeof **export);
    **export = (struct export){.exporter = exporter,
                               .question = *question,
                               .listener = listener,
                               .pace = export_pace_start(question)};
    exporter->count++;
    TAILQ_INSERT_TAIL(&exporter->all, *export, all);
    TAILQ_INSERT_TAIL(&exporter->queue, *export, queued);
    db_conn_start(exporter->conn);
    run(exporter);
    return RESULT_OK;
}

static enum export_step look_for_more(struct export *export)
{
    struct exporter *exporter = export->exporter;
    PQclear(export->rows);
    export->rows = NULL;
    if (export->pace.is_done)
        return EXPORT_DONE;
    export->state = EXPORT_WAITING;
    TAILQ_INSERT_TAIL(&exporter->queue, export, queued);
    run(exporter);
    return EXPORT_WAITS;
}

enum export_step export_take(struct export *export, struct render_text *text)
{
    bool is_csv = export->question.is_csv;
    if (export->state != EXPORT_TAKING)
        return EXPORT_WAITS;
    if (is_csv && !export->has_head)
        export_row_write_head(text);
    export->has_head = true;
    int count = PQntuples(export->rows);
    while (export->next_row < count && text->length < SLICE_BYTES) {
        const struct export_row row = export_rows_read(export->rows, export->next_row++);
        export_row_write(text, &row, is_csv);
    }
    return export->next_row < count ? EXPORT_HAS_MORE : look_for_more(export);
}

void export_close(struct export *export)
{
    if (export == NULL)
        return;
    struct exporter *exporter = export->exporter;
    leave_queue(export);
    TAILQ_REMOVE(&exporter->all, export, all);
    exporter->count--;
    PQclear(export->rows);
    free(export);
}
