/*
 * One connection to PostgreSQL as a state machine on the event loop: it resolves, connects, sets
 * the session up, runs one query at a time, and comes back by itself when it is lost.
 *
 *   stopped -> waiting -> resolving -> connecting -> setting up -> ready <-> busy
 *                 ^___________|____________|______________|__________|_______|   (lost)
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "store/database/query.h"

struct db_conn;
struct db_target;
struct event_base;
struct log;
struct metrics;

/* What the owner hears, always from the event loop. The connection must not be freed from inside
 * these. */
struct db_listener {
    void (*on_ready)(void *arg);                       /* connected, set up, no query in flight */
    void (*on_lost)(void *arg);                        /* was ready or busy and is not any more */
    void (*on_notify)(void *arg, const char *channel); /* NULL = not interested */
    void *arg;
};

struct db_settings {
    const char *name;      /* for the log: "writer" */
    const char *setup_sql; /* run on each new connection, simple protocol */
};

/* Everything is borrowed and must outlive the connection. */
struct db_conn *db_conn_new(struct event_base *base, const struct db_target *target,
                            const struct db_settings *settings, struct db_listener listener,
                            struct metrics *metrics, struct log *log);
void db_conn_free(struct db_conn *conn);

/* Starts connecting at once, backoff or not, and reconnects until stopped. Does nothing when it is
 * at it already. */
void db_conn_start(struct db_conn *conn);

/* Closes the connection; a query in flight is answered DB_LOST first. */
void db_conn_stop(struct db_conn *conn);

/* Ends the query in flight, if there is one, as at its deadline. */
void db_conn_abort_query(struct db_conn *conn, const char *reason);

/*
 * Gives this connection up, for a reason for the log, and connects anew after a backoff: one that
 * is longer each time, whatever else this server may have answered meanwhile.
 */
void db_conn_reconnect(struct db_conn *conn, const char *reason);

/* After a query was answered DB_LOST: waits longer before the next connect, as if this connection
 * had never answered anything. */
void db_conn_increase_backoff(struct db_conn *conn);

bool db_conn_is_ready(const struct db_conn *conn); /* a query may be sent */
bool db_conn_is_up(const struct db_conn *conn);    /* ready or busy */

enum db_outcome {
    DB_OK,
    DB_ERROR, /* the server refused it; the connection stands */
    DB_LOST,  /* the connection ended first: whether it took effect is unknown */
};

/* Borrowed for the time of the call. `rows` is the last statement's result (DB_OK only). */
struct db_reply {
    enum db_outcome outcome;
    const PGresult *rows;
    const char *sqlstate; /* "" unless DB_ERROR */
    const char *message;  /* the server's primary message; may hold values: not for the log */
};

typedef void (*db_reply_fn)(void *arg, const struct db_reply *reply);

/* Sends a query; the connection must be ready. `reply` runs exactly once, later. */
void db_conn_query(struct db_conn *conn, const struct db_query *query, db_reply_fn reply,
                   void *arg);
