/* A call of a function that stores a batch: its parameters before the batch's own, in text, these,
 * and behind them the reject reason. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "store/database/reply.h"

struct batch;
struct db_conn;

enum { BATCH_CALL_LEADING_MAX = 7, BATCH_CALL_SQL_SIZE = 1000 };

struct batch_call {
    const char *results;       /* the columns that are asked for */
    const char *function;      /* that takes the batch in binary form */
    const char *text_function; /* that takes arrays as text: where the lanes lie on several nodes */
    const char *const *types;  /* of the leading parameters */
    size_t leading;            /* how many */
    const char *prepared;      /* the name of the prepared statement; NULL = there is none */
};

/*
 * Writes the statement, which is nothing but the call: so a database of several nodes hands it on
 * to the one that has the lane.
 */
void batch_call_write(const struct batch_call *call, bool is_text,
                      char sql[static BATCH_CALL_SQL_SIZE]);

/* Sends it; `done` as of db_conn_query(). With `reject_reason` (not NULL) the events go into
 * rejected_events for that reason. */
void batch_call_send(struct db_conn *conn, const struct batch_call *call, bool is_text,
                     const char *const *leading, const struct batch *batch,
                     const char *reject_reason, db_reply_fn done, void *arg);
