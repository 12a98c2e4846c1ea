/* What a fresh connection goes through before batches can be sent on it. */
#include "store/ingest/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "store/database/conn.h"
#include "store/database/migration.h"

enum { MAINTAIN_EVERY_S = 3600, CLAIM_EVERY_S = 2 };

/* The parameters of ingest_batch(): journal, nonce, the batch's columns, the reject reason. */
enum { COLUMNS_AT = 2, REASON_AT = COLUMNS_AT + BATCH_COLUMNS, INGEST_PARAMETERS };

struct ingest_session {
    struct db_conn *conn;
    struct log *log;
    const struct ingest_settings *settings;
    struct migration *migration;
    int64_t maintained_us; /* monotonic */
    int64_t claimed_us;
    bool is_claiming; /* claim_journal() is what is in flight */
    bool is_locked;   /* the journal's lock is this session's */
    bool is_fsync_on; /* in the database, as last heard */
    char ingest_sql[300];
    ingest_opened_fn opened;
    void *opened_arg;
    ingest_kept_fn kept; /* NULL while opening */
    void *kept_arg;
};

static const char setup_sql[] =
    "SET timezone = 'UTC'; SET client_encoding = 'UTF8'; SET statement_timeout = '7s'; "
    "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '10s'; "
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; "
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')";

const char *ingest_session_setup_sql(void)
{
    return setup_sql;
}

/* Answers whoever asked for what has come to its end. */
static void finish(struct ingest_session *session, const char *step, const struct db_reply *reply)
{
    bool is_claimed = reply->outcome == DB_OK && session->is_claiming;
    session->is_claiming = false;
    if (session->kept != NULL)
        session->kept(session->kept_arg, is_claimed ? reply : NULL);
    else
        session->opened(session->opened_arg, step, reply, NULL);
}

static void note_fsync(struct ingest_session *session, bool is_on)
{
    if (session->is_fsync_on && !is_on)
        log_write(session->log, LOG_WARNING, "store",
                  "the database runs with fsync=off: a power loss there loses stored events");
    session->is_fsync_on = is_on;
}

/* If an open session is refused here, so will be its next batch, which tells. */
static void on_claimed(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    if (reply->outcome == DB_LOST)
        return;
    session->claimed_us = clock_monotonic_us();
    if (reply->outcome == DB_OK) {
        session->is_locked = PQgetvalue(reply->rows, 0, 4)[0] == 't';
        note_fsync(session, strcmp(PQgetvalue(reply->rows, 0, 5), "off") != 0);
    }
    finish(session, "claim_journal", reply);
}

static void claim(struct ingest_session *session)
{
    const char *values[] = {session->settings->journal, session->settings->lineage,
                            session->settings->nonce};
    const struct db_query query = {
        .sql = "SELECT last_sequence, stored, duplicate, rejected, is_locked, "
               "current_setting('fsync') FROM claim_journal($1::uuid, $2::uuid[], $3::uuid)",
        .parameter_count = 3,
        .values = values,
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    session->is_claiming = true;
    db_conn_query(session->conn, &query, on_claimed, session);
}

static void on_prepared(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    /* What failed after it, claiming or the batch, is tried again on the same connection. */
    bool is_there = reply->outcome == DB_ERROR && strcmp(reply->sqlstate, "42P05") == 0;
    if (reply->outcome == DB_OK || is_there)
        claim(session);
    else if (reply->outcome == DB_ERROR)
        finish(session, "prepare", reply);
}

static void prepare(struct ingest_session *session)
{
    const struct db_query query = {
        .sql = session->ingest_sql, .prepare_as = "ingest", .timeout_ms = INGEST_TIMEOUT_MS};
    db_conn_query(session->conn, &query, on_prepared, session);
}

/* A failure of what follows costs nothing today: there is a default partition. */
static void note_failure(struct ingest_session *session, const struct db_reply *reply)
{
    if (reply->outcome == DB_ERROR)
        log_write(session->log, LOG_WARNING, "store", "maintenance failed sqlstate=%s",
                  reply->sqlstate);
}

static void on_folded(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    note_failure(session, reply);
    if (reply->outcome != DB_LOST)
        finish(session, "fold_counts", reply);
}

/* A statement of its own: it reads the most, and must not take the partitions with it. */
static void fold(struct ingest_session *session)
{
    const struct db_query query = {
        .sql = "SELECT fold_counts(now() - interval '7 days')",
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(session->conn, &query, on_folded, session);
}

static void on_maintained(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    note_failure(session, reply);
    if (reply->outcome == DB_LOST)
        return;
    session->maintained_us = clock_monotonic_us();
    if (session->kept != NULL)
        fold(session);
    else
        prepare(session);
}

static void maintain(struct ingest_session *session)
{
    const struct db_query query = {.sql = "SELECT maintain()", .timeout_ms = INGEST_TIMEOUT_MS};
    db_conn_query(session->conn, &query, on_maintained, session);
}

static bool is_over(int64_t since_us, int64_t seconds)
{
    return clock_monotonic_us() - since_us >= seconds * 1000000;
}

static bool is_claim_due(const struct ingest_session *session)
{
    return !session->is_locked && is_over(session->claimed_us, CLAIM_EVERY_S);
}

bool ingest_session_is_upkeep_due(const struct ingest_session *session)
{
    return is_claim_due(session) || is_over(session->maintained_us, MAINTAIN_EVERY_S);
}

void ingest_session_keep(struct ingest_session *session, ingest_kept_fn done, void *arg)
{
    session->kept = done;
    session->kept_arg = arg;
    if (is_claim_due(session))
        claim(session);
    else
        maintain(session);
}

static void on_migrated(void *arg, enum result result, const struct error *error)
{
    struct ingest_session *session = arg;
    if (result == RESULT_OK)
        maintain(session);
    else if (result != RESULT_UNAVAILABLE)
        session->opened(session->opened_arg, "migration", NULL, error);
}

void ingest_session_open(struct ingest_session *session, ingest_opened_fn opened, void *arg)
{
    session->opened = opened;
    session->opened_arg = arg;
    session->kept = NULL;
    migration_start(session->migration, on_migrated, session);
}

void ingest_session_send(struct ingest_session *session, const struct batch *batch,
                         const char *reject_reason,
                         void (*reply)(void *arg, const struct db_reply *reply), void *arg)
{
    const struct batch_parameters columns = batch_parameters(batch);
    const char *values[INGEST_PARAMETERS] = {session->settings->journal, session->settings->nonce};
    int lengths[INGEST_PARAMETERS] = {0};
    int formats[INGEST_PARAMETERS] = {0};
    memcpy(values + COLUMNS_AT, columns.values, sizeof columns.values);
    memcpy(lengths + COLUMNS_AT, columns.lengths, sizeof columns.lengths);
    memcpy(formats + COLUMNS_AT, columns.formats, sizeof columns.formats);
    values[REASON_AT] = reject_reason;
    const struct db_query query = {
        .statement = "ingest",
        .parameter_count = INGEST_PARAMETERS,
        .values = values,
        .lengths = lengths,
        .formats = formats,
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(session->conn, &query, reply, arg);
}

static void write_ingest_sql(struct ingest_session *session)
{
    char columns[160];
    size_t length = batch_placeholders(columns, sizeof columns, COLUMNS_AT + 1);
    assert(length < sizeof columns);
    length = (size_t)snprintf(session->ingest_sql, sizeof session->ingest_sql,
                              "SELECT last_sequence, stored, duplicate, rejected "
                              "FROM ingest_batch($1::uuid, $2::uuid, %s, $%d::text)",
                              columns, REASON_AT + 1);
    assert(length < sizeof session->ingest_sql);
}

struct ingest_session *ingest_session_new(struct db_conn *conn,
                                          const struct ingest_settings *settings, struct log *log)
{
    struct ingest_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        abort();
    *session = (struct ingest_session){
        .conn = conn,
        .log = log,
        .settings = settings,
        .migration = migration_new(conn, settings->sample_data, log),
        .is_fsync_on = true,
    };
    write_ingest_sql(session);
    return session;
}

void ingest_session_free(struct ingest_session *session)
{
    if (session == NULL)
        return;
    migration_free(session->migration);
    free(session);
}
