/* What a connection hears from the server. */
#include "store/database/conn_results.h"

#include <stdbool.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "store/database/conn_parts.h"

void conn_end_check(struct db_conn *conn)
{
    if (conn->answered.done == NULL)
        return;
    db_reply_discard(&conn->pending);
    conn->pending = conn->answered;
    conn->answered = (struct db_pending_reply){0};
}

static void answer(struct db_conn *conn)
{
    bool is_ok = db_reply_is_success(&conn->pending);
    if (is_ok)
        backoff_reset(&conn->backoff);
    conn_set_state(conn, DB_READY);
    db_reply_deliver(&conn->pending, is_ok ? DB_OK : DB_ERROR);
}

/* Behind the owner's query, whose reply waits: so nobody finds the connection busy. */
static void check_session(struct db_conn *conn)
{
    conn->answered = conn->pending;
    conn->pending = (struct db_pending_reply){0};
    bool is_sent = PQsendQuery(conn->pg, session_proof_check_sql()) == 1;
    conn_await_results(conn, is_sent, DB_CHECKING, CONN_SETUP_TIMEOUT_MS);
}

static void finish_check(struct db_conn *conn)
{
    if (!session_proof_is_kept(&conn->proof, conn->pending.result, clock_monotonic_us())) {
        conn->backoff = conn->backoff_before;
        conn_refuse(conn);
        return;
    }
    conn_end_check(conn);
    answer(conn);
}

static void finish_setup(struct db_conn *conn)
{
    bool is_given =
        session_proof_is_given(&conn->proof, conn->pg, conn->pending.result, clock_monotonic_us());
    db_reply_discard(&conn->pending);
    if (is_given) {
        conn_set_state(conn, DB_READY);
        conn->listener.on_ready(conn->listener.arg);
        return;
    }
    bool is_sent = PQsendQuery(conn->pg, session_proof_sql()) == 1;
    conn_await_results(conn, is_sent, DB_PROVING, SESSION_PROOF_TIMEOUT_MS);
}

static void await_end(struct db_conn *conn)
{
    db_reply_discard(&conn->pending);
    session_proof_await_end(&conn->proof, clock_monotonic_us());
    conn_set_state(conn, DB_ENDING);
    timer_arm(conn->timer, SESSION_PROOF_TIMEOUT_MS);
}

/* The last result is there. */
static void finish_query(struct db_conn *conn)
{
    bool is_ok = db_reply_is_success(&conn->pending);
    if (conn->state == DB_CHECKING) {
        finish_check(conn);
    } else if (conn->state == DB_BUSY) {
        if (session_proof_is_check_due(&conn->proof, clock_monotonic_us()))
            check_session(conn);
        else
            answer(conn);
    } else if (!is_ok) {
        conn_fail(conn);
    } else if (conn->state == DB_SETTING_UP) {
        finish_setup(conn);
    } else if (conn->state == DB_PROVING) {
        await_end(conn);
    } else {
        conn_refuse(conn); /* another session answers than the one that was to end */
    }
}

static bool is_in_flight(const struct db_conn *conn)
{
    switch (conn->state) {
    case DB_STOPPED:
    case DB_WAITING:
    case DB_RESOLVING:
    case DB_CONNECTING:
    case DB_ENDING:
    case DB_READY:
        return false;
    case DB_SETTING_UP:
    case DB_PROVING:
    case DB_DOUBTING:
    case DB_BUSY:
    case DB_CHECKING:
        return true;
    }
    return false;
}

void conn_read_results(struct db_conn *conn)
{
    bool is_waiting = is_in_flight(conn);
    /* After a failure the server's last words may still be among the results. */
    if (PQconsumeInput(conn->pg) == 1 && !db_socket_flush(&conn->socket, conn->pg) && !is_waiting) {
        conn_fail(conn);
        return;
    }
    bool is_finished = is_waiting && db_reply_collect(&conn->pending, conn->pg);
    /* Last: one that came behind the results is taken in with them, and nothing more may follow. */
    for (PGnotify *notify; (notify = PQnotifies(conn->pg)) != NULL; PQfreemem(notify)) {
        if (conn->listener.on_notify != NULL)
            conn->listener.on_notify(conn->listener.arg, notify->relname);
    }
    if (PQstatus(conn->pg) == CONNECTION_BAD)
        conn_fail(conn);
    else if (is_finished)
        finish_query(conn);
}
