/* One connection that questions are answered on. */
#include "store/analytics/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/clock.h"
#include "protocol/memory.h"
#include "protocol/result.h"
#include "store/analytics/inquiry.h"
#include "store/analytics/state.h"
#include "store/database/conn.h"
#include "store/database/session_settings.h"
#include "store/database/sqlstate.h"

enum {
    FETCH_ROWS = 4000, /* about two milliseconds of the loop */
    SHORT_TIMEOUT_MS = 3000,
    GRACE_MS = 500, /* what the server has to end a statement that took too long */
};

enum session_state {
    SESSION_AWAY,
    SESSION_LEARNING, /* which schema it works in */
    SESSION_IDLE,
    SESSION_BEGINNING,
    SESSION_FETCHING,
    SESSION_ENDING,
    SESSION_ROLLING_BACK,
};

/* `inquiry` is set from BEGINNING to ENDING; while it is rolled back it has ended already. */
struct reader_session {
    struct db_conn *conn;
    struct db_settings conn_settings;
    const char *journal;
    struct reader_session_listener listener;
    enum session_state state;
    char *schema; /* quoted; owned, NULL = as search_path is */
    struct inquiry *inquiry;
    int64_t deadline_us;
    unsigned cursors; /* of this transaction: the last one is c<number> */
    bool is_suspect;  /* what failed may be the session's fault, by its role's settings */
};

/* What may follow a state, besides being away. */
static const unsigned followers[] = {
    [SESSION_AWAY] = 1U << SESSION_LEARNING,
    [SESSION_LEARNING] = 1U << SESSION_IDLE,
    [SESSION_IDLE] = 1U << SESSION_BEGINNING,
    [SESSION_BEGINNING] =
        1U << SESSION_FETCHING | 1U << SESSION_ENDING | 1U << SESSION_ROLLING_BACK,
    [SESSION_FETCHING] = 1U << SESSION_FETCHING | 1U << SESSION_ENDING | 1U << SESSION_ROLLING_BACK,
    [SESSION_ENDING] = 1U << SESSION_IDLE | 1U << SESSION_ROLLING_BACK,
    [SESSION_ROLLING_BACK] = 1U << SESSION_IDLE,
};

static void set_state(struct reader_session *session, enum session_state state)
{
    assert(state == SESSION_AWAY || (followers[session->state] & 1U << state) != 0);
    session->state = state;
}

static void end(struct reader_session *session, const struct reader_end *how)
{
    struct inquiry *inquiry = session->inquiry;
    session->inquiry = NULL;
    session->listener.ended(session->listener.arg, inquiry, how);
}

static void go_idle(struct reader_session *session)
{
    set_state(session, SESSION_IDLE);
    session->listener.idle(session->listener.arg);
}

static int64_t left_ms(const struct reader_session *session)
{
    return (session->deadline_us - clock_monotonic_us()) / 1000;
}

static void on_reply(void *arg, const struct db_reply *reply);

static void send(struct reader_session *session, const char *sql, enum session_state state,
                 int64_t timeout_ms)
{
    const struct db_query query = {.sql = sql, .timeout_ms = (uint32_t)timeout_ms};
    set_state(session, state);
    db_conn_query(session->conn, &query, on_reply, session);
}

static void learn(struct reader_session *session)
{
    send(session, "SELECT pg_catalog.quote_ident(pg_catalog.current_schema())", SESSION_LEARNING,
         SHORT_TIMEOUT_MS);
}

/* The inquiry has ended; the transaction has yet to. */
static void roll_back(struct reader_session *session, const struct reader_end *how)
{
    send(session, "ROLLBACK", SESSION_ROLLING_BACK, SHORT_TIMEOUT_MS);
    end(session, how);
}

static void give_up(struct reader_session *session, enum analytics_fault fault)
{
    const struct reader_end how = {.fault = fault};
    roll_back(session, &how);
}

static void begin(struct reader_session *session)
{
    int64_t timeout_ms = left_ms(session);
    if (timeout_ms <= 0)
        timeout_ms = 1;
    char *settings = session_settings_local_sql(session->schema, (uint32_t)timeout_ms);
    char *state = analytics_state_sql(session->journal);
    char *sql = NULL;
    size_t sql_bytes;
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    (void)fprintf(out,
                  "%sSET LOCAL enable_seqscan = off; SET LOCAL cursor_tuple_fraction = 1; "
                  "%s%s",
                  settings, analytics_lock_sql, state);
    if (fclose(out) != 0)
        memory_exhausted(0);
    send(session, sql, SESSION_BEGINNING, timeout_ms + GRACE_MS);
    free(sql);
    free(state);
    free(settings);
}

/* The rows of a statement, or more of them: as they come in parts, none takes long. */
static void fetch(struct reader_session *session, const char *statement)
{
    char *sql = NULL;
    size_t sql_bytes;
    int64_t timeout_ms = left_ms(session);
    if (timeout_ms <= 0) {
        give_up(session, ANALYTICS_SLOW);
        return;
    }
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    (void)fprintf(out, "SET LOCAL statement_timeout = %d; ", (int)timeout_ms);
    if (statement != NULL)
        (void)fprintf(out, "DECLARE c%u BINARY NO SCROLL CURSOR FOR %s; ", ++session->cursors,
                      statement);
    (void)fprintf(out, "FETCH %d FROM c%u", FETCH_ROWS, session->cursors);
    if (fclose(out) != 0)
        memory_exhausted(0);
    send(session, sql, SESSION_FETCHING, timeout_ms + GRACE_MS);
    free(sql);
}

static void run_next(struct reader_session *session)
{
    char *statement = inquiry_statement(session->inquiry);
    if (statement != NULL)
        fetch(session, statement);
    else
        send(session, "COMMIT", SESSION_ENDING, SHORT_TIMEOUT_MS);
    free(statement);
}

static void take_schema(struct reader_session *session, const PGresult *rows)
{
    free(session->schema);
    session->schema = NULL;
    if (PQntuples(rows) == 1 && !PQgetisnull(rows, 0, 0))
        session->schema = memory_copy_text(PQgetvalue(rows, 0, 0));
    go_idle(session);
}

static void take_state(struct reader_session *session, const PGresult *rows)
{
    struct analytics_state state;
    struct error error;
    if (!analytics_state_read(&state, rows)) {
        give_up(session, ANALYTICS_REFUSED);
        return;
    }
    if (inquiry_begin(session->inquiry, &state, &error) != RESULT_OK) {
        const struct reader_end how = {.refusal = error.text};
        roll_back(session, &how);
        return;
    }
    run_next(session);
}

static void take_rows(struct reader_session *session, const PGresult *rows)
{
    bool has_enough;
    if (!inquiry_take(session->inquiry, rows, &has_enough))
        give_up(session, ANALYTICS_REFUSED);
    else if (PQntuples(rows) < FETCH_ROWS || has_enough)
        run_next(session);
    else
        fetch(session, NULL);
}

static void finish(struct reader_session *session)
{
    struct error error;
    struct reader_end how = {.report = inquiry_finish(session->inquiry, &error)};
    if (how.report == NULL)
        how.refusal = error.text;
    db_conn_note_success(session->conn);
    set_state(session, SESSION_IDLE);
    end(session, &how);
    if (session->state == SESSION_IDLE)
        session->listener.idle(session->listener.arg);
}

static void take_answer(struct reader_session *session, const PGresult *rows)
{
    switch (session->state) {
    case SESSION_LEARNING:
        take_schema(session, rows);
        break;
    case SESSION_BEGINNING:
        take_state(session, rows);
        break;
    case SESSION_FETCHING:
        take_rows(session, rows);
        break;
    case SESSION_ENDING:
        finish(session);
        break;
    case SESSION_ROLLING_BACK:
        if (!session->is_suspect || !db_conn_note_failure(session->conn))
            go_idle(session);
        break;
    case SESSION_AWAY:
    case SESSION_IDLE:
        break;
    }
}

/* A standby that ends a query to go on, above all; and locks that two took in another order. */
static bool may_try_again(const char *sqlstate)
{
    return strncmp(sqlstate, "40", 2) == 0;
}

static void take_refusal(struct reader_session *session, const struct db_reply *reply)
{
    char details[200];
    enum analytics_fault fault = analytics_fault_of(reply->sqlstate);
    bool is_connection = fault == ANALYTICS_UNREACHABLE;
    sqlstate_describe(details, sizeof details, reply->sqlstate, reply->message);
    const struct reader_end how = {.fault = fault,
                                   .details = details,
                                   .may_try_again =
                                       is_connection || may_try_again(reply->sqlstate)};
    if (session->inquiry == NULL || is_connection) {
        set_state(session, SESSION_AWAY);
        if (session->inquiry != NULL)
            end(session, &how);
        db_conn_reconnect(session->conn, details);
        return;
    }
    session->is_suspect = fault != ANALYTICS_SLOW;
    roll_back(session, &how);
}

static void on_reply(void *arg, const struct db_reply *reply)
{
    struct reader_session *session = arg;
    const struct reader_end lost = {.fault = ANALYTICS_UNREACHABLE, .may_try_again = true};
    switch (reply->outcome) {
    case DB_OK:
        take_answer(session, reply->rows);
        break;
    case DB_ERROR:
        take_refusal(session, reply);
        break;
    case DB_LOST:
        set_state(session, SESSION_AWAY);
        if (session->inquiry != NULL)
            end(session, &lost);
        break;
    }
}

static void on_ready(void *arg)
{
    learn(arg);
}

static void on_lost(void *arg)
{
    struct reader_session *session = arg;
    set_state(session, SESSION_AWAY);
}

struct reader_session *reader_session_new(struct event_base *base, const struct db_target *target,
                                          const char *name, const char *journal,
                                          struct reader_session_listener listener,
                                          struct metrics *metrics, struct log *log)
{
    struct reader_session *session = memory_zeroed(sizeof *session);
    session->journal = journal;
    session->listener = listener;
    session->conn_settings = (struct db_settings){.name = name, .own_sql = ""};
    const struct db_listener conn_listener = {
        .on_ready = on_ready, .on_lost = on_lost, .arg = session};
    session->conn = db_conn_new(base, target, &session->conn_settings, conn_listener, metrics, log);
    return session;
}

void reader_session_free(struct reader_session *session)
{
    if (session == NULL)
        return;
    db_conn_free(session->conn);
    free(session->schema);
    free(session);
}

void reader_session_start(struct reader_session *session)
{
    db_conn_start(session->conn);
}

void reader_session_stop(struct reader_session *session)
{
    db_conn_stop(session->conn);
}

bool reader_session_is_up(const struct reader_session *session)
{
    return db_conn_is_up(session->conn);
}

bool reader_session_is_idle(const struct reader_session *session)
{
    return session->state == SESSION_IDLE && db_conn_is_ready(session->conn);
}

void reader_session_run(struct reader_session *session, struct inquiry *inquiry,
                        int64_t deadline_us)
{
    assert(reader_session_is_idle(session));
    session->inquiry = inquiry;
    session->deadline_us = deadline_us;
    session->cursors = 0;
    session->is_suspect = false;
    begin(session);
}
