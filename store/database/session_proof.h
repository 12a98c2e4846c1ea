/*
 * Whether a connection keeps its session. Behind a pooler of transactions or statements each of
 * them may run in another session of the server: what is set, prepared, locked or listened to in
 * one is found by others, or gone, and while nobody else is there all seems well.
 *
 * A pooler shows by the number that it gives the session's process, which is not the server's. Then
 * the connection proves itself: the session is told to end once it is idle for a moment. Whose
 * connection keeps it hears why it ends, and the next one is used; of a session that has gone back
 * to its pool nobody hears, and another one answers in its place. A connection that is used still
 * looks now and then whether the session is the one that it has marked, since a pooler's mode may
 * be changed at any time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "protocol/uuid.h"

enum { SESSION_PROOF_TIMEOUT_MS = 3000 };

/* What the log says of a connection that keeps none. */
#define SESSION_PROOF_FAILED                                                                       \
    "DB_CONN leads through a pooler of transactions or statements, which gives each of them "      \
    "another session: its pool_mode has to be session"

struct session_proof {
    char *settings_sql;        /* that each session begins with; owned */
    bool is_needless;          /* nothing is kept in the session */
    bool is_pooled;            /* the present one's process is not the one that libpq was told */
    bool is_proven;            /* the connection before the present one kept its session */
    char mark[UUID_TEXT_SIZE]; /* of the present session */
    int64_t checked_us;        /* monotonic: when it was last seen there */
    int64_t told_us;           /* when it was told to end */
};

/* `own_sql` is what sessions need besides session_settings_sql(); NULL: nothing is kept in them. */
void session_proof_init(struct session_proof *proof, const char *own_sql);
void session_proof_clear(struct session_proof *proof);

/* What a new connection runs first, of which session_proof_is_given() takes the result. The caller
 * frees it with free(). */
char *session_proof_setup_sql(struct session_proof *proof);

/* Whether the connection can be used, at `now_us`, since the server is its only end or it is
 * proven. Else session_proof_sql() is to be run on it, and then its end awaited; where it does not
 * come and the connection still answers, it keeps no session. */
bool session_proof_is_given(struct session_proof *proof, const PGconn *pg, const PGresult *setup,
                            int64_t now_us);
const char *session_proof_sql(void);

/* Its session has been told to end, at the monotonic time `now_us`. */
void session_proof_await_end(struct session_proof *proof, int64_t now_us);

/* The connection is given up: its end says nothing about the next one. */
void session_proof_drop(struct session_proof *proof);

/* The connection has ended at `now_us` for this reason, as sqlstate_describe() has it. Returns
 * whether it has proven itself by that, and not too soon: then the next one is used. */
bool session_proof_take_end(struct session_proof *proof, const char *reason, int64_t now_us);

/* Whether session_proof_check_sql() is to be run now, whose result session_proof_is_kept() takes;
 * NULL, as of a transaction that has failed, tells nothing. */
bool session_proof_is_check_due(const struct session_proof *proof, int64_t now_us);
const char *session_proof_check_sql(void);
bool session_proof_is_kept(struct session_proof *proof, const PGresult *checked, int64_t now_us);
