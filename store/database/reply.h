/* The reply to a query: collected from libpq one result after the other, delivered once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <libpq-fe.h>

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
    PGresult **owner;     /* of `rows`; for db_reply_take_rows() */
};

/* Lets the rows outlive the call: the caller PQclear()s them. */
PGresult *db_reply_take_rows(const struct db_reply *reply);

typedef void (*db_reply_fn)(void *arg, const struct db_reply *reply);

/* What has arrived for the query in flight, and who waits for it. All zero: nothing, nobody. */
struct db_pending_reply {
    PGresult *result; /* the first error, else the latest result; owned */
    db_reply_fn done; /* NULL = nobody */
    void *arg;        /* borrowed */
};

/* Takes in the results that have arrived. Returns whether the last one is among them. */
bool db_reply_collect(struct db_pending_reply *pending, PGconn *pg);

/* Whether the query succeeded, once the last result is there. */
bool db_reply_is_success(const struct db_pending_reply *pending);

/* Calls `done`, if there is one, at the end: `pending` is all zero by then, for the next query. */
void db_reply_deliver(struct db_pending_reply *pending, enum db_outcome outcome);

/* Writes what the log may say of the error, as sqlstate_describe() does. Returns false when the
 * server has sent none. */
bool db_reply_describe_error(const struct db_pending_reply *pending, char *text, size_t text_bytes);

/* Makes `pending` all zero without a call. */
void db_reply_discard(struct db_pending_reply *pending);
