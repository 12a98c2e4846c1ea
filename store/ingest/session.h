/*
 * What a fresh connection goes through before batches can be sent on it: the schema is brought up
 * to date, partitions are made ahead, the batch statement is prepared, the journal is claimed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"
#include "store/ingest/ingest_settings.h"

struct batch;
struct db_conn;
struct db_reply;
struct ingest_session;
struct log;

/* All is borrowed. */
struct ingest_session *ingest_session_new(struct db_conn *conn,
                                          const struct ingest_settings *settings, struct log *log);
void ingest_session_free(struct ingest_session *session);

/*
 * `step` names what came last. With DB_OK `reply` holds claim_journal()'s row, or claim_lane()'s,
 * or of a session that has joined another one nothing. It is NULL, and `error` tells, when the
 * schema was found unusable without an error of the database.
 */
typedef void (*ingest_opened_fn)(void *arg, const char *step, const struct db_reply *reply,
                                 const struct error *error);

/* Opens the session on the connection, which must be ready, and claims the journal by its position
 * in the lane `door`. `opened` runs exactly once, later; not when it is lost. */
void ingest_session_open(struct ingest_session *session, unsigned door, ingest_opened_fn opened,
                         void *arg);

/* Opens another one beside `first`, which is open, for further lanes. */
void ingest_session_join(struct ingest_session *session, const struct ingest_session *first,
                         ingest_opened_fn opened, void *arg);

/* Claims a further lane, or the same again, on an open session. */
void ingest_session_claim(struct ingest_session *session, unsigned lane, ingest_opened_fn claimed,
                          void *arg);

/* Of an open session: how many lanes there are, and whether they lie on several nodes. */
unsigned ingest_session_lanes(const struct ingest_session *session);
bool ingest_session_is_distributed(const struct ingest_session *session);

/*
 * What an open session has to do now and then: claim the journal again, as long as an earlier
 * session holds its lock. `claimed` holds claim_journal()'s row; it is NULL where that was refused.
 * `done` runs once, later, unless the connection is lost.
 */
typedef void (*ingest_kept_fn)(void *arg, const struct db_reply *claimed);
void ingest_session_keep(struct ingest_session *session, ingest_kept_fn done, void *arg);
bool ingest_session_is_upkeep_due(const struct ingest_session *session);

/* Sends one batch, or none of any event; with `reject_reason` (not NULL) its events go into
 * rejected_events for that reason. */
void ingest_session_send(struct ingest_session *session, const struct batch *batch,
                         const struct batch_scope *scope, const char *reject_reason,
                         void (*reply)(void *arg, const struct db_reply *reply), void *arg);
