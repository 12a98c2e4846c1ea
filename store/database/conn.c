/* One connection to PostgreSQL as a state machine on the event loop. */
#include "store/database/conn.h"

#include <assert.h>
#include <stdlib.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/database/conn_parts.h"
#include "store/database/conn_results.h"
#include "store/database/resolver.h"
#include "store/database/sqlstate.h"
#include "store/database/target.h"

enum { CONNECT_TIMEOUT_MS = 3000 };
enum { RESOLVE_ALL_TIMEOUT_MS = 3000, RESOLVE_ANY_TIMEOUT_MS = 7000 };

static void on_socket(evutil_socket_t fd, short what, void *arg);

void conn_set_state(struct db_conn *conn, enum db_state state)
{
    assert(db_state_may_become(conn->state, state));
    bool was_up = db_conn_is_up(conn);
    conn->state = state;
    if (state == DB_READY)
        event_del(conn->timer);
    if (state == DB_READY || state <= DB_WAITING)
        db_place_settled(&conn->place);
    if (state != DB_READY || was_up)
        return;
    counter_add(conn->connects, 1);
    conn->backoff_before = conn->backoff;
    db_outage_end(&conn->outage, PQserverVersion(conn->pg));
}

/* Opens the socket that libpq has now, which may be another than before. */
static bool open_socket(struct db_conn *conn)
{
    return db_socket_open(&conn->socket, conn->base, conn->pg, on_socket, conn);
}

static void close_connection(struct db_conn *conn)
{
    db_resolver_cancel(conn->resolver);
    event_del(conn->timer);
    db_socket_close(&conn->socket);
    PQfinish(conn->pg);
    conn->pg = NULL;
    conn->outage.last_words[0] = '\0';
}

static void back_off(struct db_conn *conn)
{
    uint32_t random;
    evutil_secure_rng_get_bytes(&random, sizeof random);
    timer_arm(conn->timer, backoff_next(&conn->backoff, random));
}

/* Without a reason it is by our own will. */
static void disconnect(struct db_conn *conn, const char *reason, enum db_state next)
{
    bool was_up = db_conn_is_up(conn);
    close_connection(conn);
    session_proof_drop(&conn->proof);
    conn_set_state(conn, next);
    if (next == DB_WAITING) {
        if (reason == NULL)
            db_outage_hide(&conn->outage);
        else
            db_outage_begin(&conn->outage, reason);
        back_off(conn);
    }
    conn_end_check(conn);
    db_reply_deliver(&conn->pending, DB_LOST);
    if (was_up)
        conn->listener.on_lost(conn->listener.arg);
}

/* The next attempt starts with the following address. */
static void leave_address(struct db_conn *conn, const char *reason)
{
    db_resolver_skip_current(conn->resolver, conn->pg);
    disconnect(conn, reason, DB_WAITING);
}

/* Whatever it answers, it is of no use as it is. */
void conn_refuse(struct db_conn *conn)
{
    db_outage_refuse(&conn->outage, SESSION_PROOF_FAILED);
    leave_address(conn, SESSION_PROOF_FAILED);
}

static void give_way(void *arg)
{
    struct db_conn *conn = arg;
    if (conn->state > DB_WAITING)
        disconnect(conn, "the server has no connection left for one that goes first", DB_WAITING);
}

static void resolve(struct db_conn *conn);

/* At once, and nobody has to know. */
static void connect_again(struct db_conn *conn)
{
    close_connection(conn);
    db_reply_discard(&conn->pending);
    conn_set_state(conn, DB_WAITING);
    resolve(conn);
}

/* For the reason that the server gave, if it did: libpq's own words are that it is gone. */
void conn_fail(struct db_conn *conn)
{
    char reason[256]; /* a copy: the message goes with the connection */
    if (conn->outage.last_words[0] != '\0')
        (void)evutil_snprintf(reason, sizeof reason, "%s", conn->outage.last_words);
    else if (!db_reply_describe_error(&conn->pending, reason, sizeof reason))
        (void)evutil_snprintf(reason, sizeof reason, "%s", PQerrorMessage(conn->pg));
    bool is_ending = conn->state == DB_ENDING || conn->state == DB_DOUBTING;
    if (is_ending && session_proof_take_end(&conn->proof, reason, clock_monotonic_us())) {
        connect_again(conn);
        return;
    }
    bool is_full = sqlstate_tells_full(PQerrorMessage(conn->pg));
    disconnect(conn, reason, DB_WAITING);
    if (is_full)
        db_place_refused(&conn->place);
}

void conn_await_results(struct db_conn *conn, bool is_sent, enum db_state state,
                        uint32_t timeout_ms)
{
    conn_set_state(conn, state);
    timer_arm(conn->timer, timeout_ms);
    /* A write that failed shows in the result, which the loop reads: never from inside the call. */
    if (!is_sent || !db_socket_flush(&conn->socket, conn->pg))
        event_active(conn->socket.read_event, EV_READ, 0);
}

static void set_up(struct db_conn *conn)
{
    if (PQsetnonblocking(conn->pg, 1) != 0 || !open_socket(conn)) {
        conn_fail(conn);
        return;
    }
    (void)event_add(conn->socket.read_event, NULL);
    char *setup_sql = session_proof_setup_sql(&conn->proof);
    bool is_sent = PQsendQuery(conn->pg, setup_sql) == 1;
    free(setup_sql);
    conn_await_results(conn, is_sent, DB_SETTING_UP, CONN_SETUP_TIMEOUT_MS);
}

static void poll_connection(struct db_conn *conn)
{
    db_socket_close(&conn->socket);
    PostgresPollingStatusType status = PQconnectPoll(conn->pg);
    if (status == PGRES_POLLING_OK) {
        set_up(conn);
        return;
    }
    if (status == PGRES_POLLING_FAILED || !open_socket(conn)) {
        conn_fail(conn);
        return;
    }
    /* Each address has its own time: libpq moves to the next only on an error, never on silence. */
    if (db_socket_moved(&conn->socket, conn->pg))
        timer_arm(conn->timer, CONNECT_TIMEOUT_MS);
    (void)event_add(
        status == PGRES_POLLING_WRITING ? conn->socket.write_event : conn->socket.read_event, NULL);
}

static void on_resolved(void *arg, const struct db_address *addresses, size_t count)
{
    struct db_conn *conn = arg;
    if (count == 0) {
        disconnect(conn, "no host of DB_CONN could be resolved", DB_WAITING);
        return;
    }
    if (db_place_must_wait(&conn->place)) {
        give_way(conn);
        return;
    }
    conn->pg = db_target_connect(db_resolver_target(conn->resolver), addresses, count);
    conn_set_state(conn, DB_CONNECTING);
    if (conn->pg == NULL || PQstatus(conn->pg) == CONNECTION_BAD || !open_socket(conn)) {
        conn_fail(conn);
        return;
    }
    (void)PQsetNoticeReceiver(conn->pg, db_outage_on_notice, &conn->outage);
    (void)db_socket_moved(&conn->socket, conn->pg);
    timer_arm(conn->timer, CONNECT_TIMEOUT_MS);
    (void)event_add(conn->socket.write_event, NULL);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    struct db_conn *conn = arg;
    if (conn->state == DB_CONNECTING)
        poll_connection(conn);
    else if ((what & EV_READ) != 0)
        conn_read_results(conn);
    else if (!db_socket_flush(&conn->socket, conn->pg))
        event_active(conn->socket.read_event, EV_READ, 0);
}

static void resolve(struct db_conn *conn)
{
    conn_set_state(conn, DB_RESOLVING);
    conn->is_any_enough = false;
    timer_arm(conn->timer, RESOLVE_ALL_TIMEOUT_MS);
    db_resolver_start(conn->resolver);
}

/* One name that nobody answers for must not keep us from a host that is known. */
static void wait_for_any_address(struct db_conn *conn)
{
    if (!db_resolver_hurry(conn->resolver) && conn->is_any_enough) {
        disconnect(conn, "name resolution timed out", DB_WAITING);
        return;
    }
    conn->is_any_enough = true;
    timer_arm(conn->timer, RESOLVE_ANY_TIMEOUT_MS);
}

/* Where all is silent it is the way there, or the server, that is slow. */
static void doubt(struct db_conn *conn)
{
    bool is_sent = PQsendQuery(conn->pg, session_proof_check_sql()) == 1;
    conn_await_results(conn, is_sent, DB_DOUBTING, SESSION_PROOF_TIMEOUT_MS);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct db_conn *conn = arg;
    switch (conn->state) {
    case DB_STOPPED:
    case DB_READY:
        break;
    case DB_WAITING:
        resolve(conn);
        break;
    case DB_RESOLVING:
        wait_for_any_address(conn);
        break;
    case DB_ENDING:
        doubt(conn);
        break;
    case DB_CONNECTING:
    case DB_SETTING_UP:
    case DB_PROVING:
    case DB_DOUBTING:
    case DB_BUSY:
    case DB_CHECKING:
        leave_address(conn, conn->state == DB_CONNECTING ? "connect timed out" : "query timed out");
        break;
    }
}

struct db_conn *db_conn_new(struct event_base *base, const struct db_target *target,
                            const struct db_settings *settings, struct db_listener listener,
                            struct metrics *metrics, struct log *log)
{
    struct db_conn *conn = memory_zeroed(sizeof *conn);
    conn->base = base;
    session_proof_init(&conn->proof, target->may_be_pooled ? NULL : settings->own_sql);
    conn->listener = listener;
    conn->outage = (struct db_outage){.log = log, .name = settings->name};
    char labels[64];
    (void)metrics_label(labels, sizeof labels, "connection", settings->name);
    conn->connects = metrics_counter(metrics, "adtracker_db_connects_total",
                                     "Connections established to the database.", labels);
    conn->resolver = db_resolver_new(base, target, on_resolved, conn);
    conn->timer = memory_required(event_new(base, -1, 0, on_timer, conn));
    db_place_take(&conn->place, target->precedence, give_way, conn);
    return conn;
}

void db_conn_free(struct db_conn *conn)
{
    if (conn == NULL)
        return;
    close_connection(conn);
    db_place_leave(&conn->place);
    db_reply_discard(&conn->pending);
    db_resolver_free(conn->resolver);
    event_free(conn->timer);
    session_proof_clear(&conn->proof);
    free(conn);
}

void db_conn_start(struct db_conn *conn)
{
    if (conn->state == DB_STOPPED || conn->state == DB_WAITING)
        resolve(conn);
}

void db_conn_stop(struct db_conn *conn)
{
    if (conn->state != DB_STOPPED)
        disconnect(conn, NULL, DB_STOPPED);
}

void db_conn_abort_query(struct db_conn *conn, const char *reason)
{
    if (conn->state >= DB_BUSY)
        leave_address(conn, reason);
}

void db_conn_reconnect(struct db_conn *conn, const char *reason)
{
    if (conn->state <= DB_WAITING)
        return;
    conn->backoff = conn->backoff_before;
    leave_address(conn, reason);
}

void db_conn_increase_backoff(struct db_conn *conn)
{
    if (conn->state != DB_WAITING)
        return;
    conn->backoff = conn->backoff_before;
    back_off(conn);
}

void db_conn_note_success(struct db_conn *conn)
{
    renewal_worked(&conn->renewal);
}

bool db_conn_note_failure(struct db_conn *conn)
{
    if (!renewal_failed(&conn->renewal, clock_monotonic_us()) || conn->state != DB_READY)
        return false;
    disconnect(conn, NULL, DB_WAITING);
    return true;
}

bool db_conn_is_ready(const struct db_conn *conn)
{
    return conn->state == DB_READY;
}

bool db_conn_is_up(const struct db_conn *conn)
{
    return conn->state >= DB_READY;
}

bool db_conn_is_waiting(const struct db_conn *conn)
{
    return conn->state == DB_WAITING;
}

void db_conn_query(struct db_conn *conn, const struct db_query *query, db_reply_fn done, void *arg)
{
    assert(conn->state == DB_READY);
    conn->pending.done = done;
    conn->pending.arg = arg;
    conn_await_results(conn, db_query_send(query, conn->pg), DB_BUSY, query->timeout_ms);
}
