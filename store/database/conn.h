/*
 * One connection to PostgreSQL as a state machine on the event loop: it resolves, connects, sets
 * the session up, runs one query at a time, and comes back by itself when it is lost.
 *
 *   stopped -> resolving -> connecting -> setting up -> ready <-> busy
 *               ^    |          |              |          |        |
 *    (backoff)  |    v          v              v          v        v
 *              waiting <-------------------------------------------+   (lost)
 *
 * From each state it may be stopped. Behind a pooler a first connection proves that it keeps its
 * session (session_proof.h), and the next one is used; without a word in the log.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "store/database/listener.h"
#include "store/database/query.h"
#include "store/database/reply.h"

struct db_conn;
struct db_target;
struct event_base;
struct log;
struct metrics;

struct db_settings {
    const char *name; /* for the log: "writer" */
    const char
        *own_sql; /* what each new connection runs behind the settings of all; "" = nothing */
};

/* Everything is borrowed and must outlive the connection, but for `settings`: of these its strings.
 */
struct db_conn *db_conn_new(struct event_base *base, const struct db_target *target,
                            const struct db_settings *settings, struct db_listener listener,
                            struct metrics *metrics, struct log *log);
void db_conn_free(struct db_conn *conn);

/* Starts connecting at once, backoff or not, and reconnects until stopped. Does nothing when it is
 * at it already. */
void db_conn_start(struct db_conn *conn);

/* Closes the connection; a query in flight is answered DB_LOST first. */
void db_conn_stop(struct db_conn *conn);

/*
 * Three ways to leave a database that fails, by what has failed: a query that takes too long
 * (abort), a connection that answers but is useless (reconnect), or one that has ended under a
 * query which may end the next one too (increase the backoff). `reason` is for the log.
 */

/*
 * Ends the query in flight, if there is one, as at its deadline: it is answered DB_LOST, the
 * connection is closed, and the next attempt starts with the following address, after a backoff
 * that every query that succeeds resets.
 */
void db_conn_abort_query(struct db_conn *conn, const char *reason);

/*
 * The same with or without a query in flight, and whatever this server has answered meanwhile: the
 * backoff goes on from where it was before this connection, so that it grows from one to the next.
 * Does nothing when there is no connection and none is being made.
 */
void db_conn_reconnect(struct db_conn *conn, const char *reason);

/*
 * After a query was answered DB_LOST there is nothing left to close: only the backoff that has
 * begun is replaced by the longer one of db_conn_reconnect(). Does nothing outside a backoff.
 */
void db_conn_increase_backoff(struct db_conn *conn);

/*
 * What the owner wants of the database works, or fails without a way out but to try again. Of such
 * failures the session may be the cause, by its role's settings: so while they go on, it is closed
 * and opened anew now and then (renewal.h), with on_lost() from inside the call and no word in the
 * log. Returns whether it was; never with a query in flight.
 */
void db_conn_note_success(struct db_conn *conn);
bool db_conn_note_failure(struct db_conn *conn);

bool db_conn_is_ready(const struct db_conn *conn); /* a query may be sent */
bool db_conn_is_up(const struct db_conn *conn);    /* ready or busy */
bool db_conn_is_waiting(
    const struct db_conn *conn); /* the last attempt, or connection, has failed */

/* Sends a query; the connection must be ready. `done` runs exactly once, later. */
void db_conn_query(struct db_conn *conn, const struct db_query *query, db_reply_fn done, void *arg);
