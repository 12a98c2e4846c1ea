/* What an ingest session asks of the database. */
#pragma once

#include <stdbool.h>

#include <libpq-fe.h>

#include "store/database/reply.h"

struct batch;
struct batch_scope;
struct db_conn;
struct ingest_settings;

enum { SESSION_NUMBER_TEXT_SIZE = 24 };

/* The calls send a query; `done` as of db_conn_query(). First: prepares the statement of the
 * batches. */
void session_prepare(struct db_conn *conn, db_reply_fn done, void *arg);

/* Asks whose the journal is in a lane: no row, or one with the nonce. */
void session_ask_owner(struct db_conn *conn, const char *journal, unsigned lane, db_reply_fn done,
                       void *arg);

/* Claims the journal by its position in a lane, or it in a further lane, in the place of one of
 * `owners`, an array in text. */
void session_claim_journal(struct db_conn *conn, const struct ingest_settings *settings,
                           unsigned lane, const char *owners, db_reply_fn done, void *arg);
void session_claim_lane(struct db_conn *conn, const struct ingest_settings *settings, unsigned lane,
                        const char *journal_id, const char *owners, db_reply_fn done, void *arg);

/* What claim_journal() answers besides its position. */
struct session_claimed {
    bool is_locked;   /* the journal's lock is this session's */
    bool is_fsync_on; /* in the database */
    int lanes;
    bool is_distributed; /* the lanes lie on several nodes */
    char journal_id[SESSION_NUMBER_TEXT_SIZE];
};
struct session_claimed session_read_claimed(const PGresult *row);

/* A batch, and what is told with it. */
struct session_batch {
    const struct batch_scope *scope;
    const char *journal_id;
    const char *nonce;
    const char *run_nonce; /* NULL = nobody knows it */
    int lanes;
    bool is_distributed;
    const char *reject_reason; /* NULL = it is to be stored */
};
void session_send_batch(struct db_conn *conn, const struct session_batch *sent,
                        const struct batch *batch, db_reply_fn done, void *arg);
