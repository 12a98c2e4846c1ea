/* What a fresh connection goes through before batches can be sent on it. */
#include "store/ingest_session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "metrics/log.h"
#include "store/db_conn.h"
#include "store/migration.h"
#include "store/writer.h"

enum { MAINTAIN_EVERY_S = 3600 };

struct ingest_session {
    struct db_conn *conn;
    struct log *log;
    const struct writer_settings *settings;
    struct migration *migration;
    time_t maintained_at;
    ingest_opened_fn opened;
    void *opened_arg;
    ingest_maintained_fn maintained; /* NULL while opening */
    void *maintained_arg;
};

static const char setup_sql[] =
    "SET timezone = 'UTC'; SET client_encoding = 'UTF8'; SET statement_timeout = '7s'; "
    "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '10s'; "
    "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; "
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')";

static const char ingest_sql[] =
    "SELECT last_sequence, stored, duplicate, rejected FROM ingest_batch($1::uuid, $2::uuid, "
    "$3::bigint[], $4::smallint[], $5::integer[], $6::timestamptz[], $7::inet[], $8::integer[], "
    "$9::text[], $10::text)";

const char *ingest_session_setup_sql(void)
{
    return setup_sql;
}

static void on_claimed(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    if (reply->outcome != DB_LOST)
        session->opened(session->opened_arg, "claim_journal", reply, NULL);
}

static void on_prepared(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    /* What failed after it, claiming or the batch, is tried again on the same connection. */
    bool is_there = reply->outcome == DB_ERROR && strcmp(reply->sqlstate, "42P05") == 0;
    if (reply->outcome == DB_ERROR && !is_there)
        session->opened(session->opened_arg, "prepare", reply, NULL);
    if (reply->outcome != DB_OK && !is_there)
        return;
    const char *values[] = {session->settings->journal, session->settings->owners,
                            session->settings->nonce};
    const struct db_query query = {
        .sql = "SELECT last_sequence, stored, duplicate, rejected "
               "FROM claim_journal($1::uuid, $2::uuid[], $3::uuid)",
        .parameter_count = 3,
        .values = values,
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(session->conn, &query, on_claimed, session);
}

static void prepare(struct ingest_session *session)
{
    const struct db_query query = {
        .sql = ingest_sql, .prepare_as = "ingest", .timeout_ms = INGEST_TIMEOUT_MS};
    db_conn_query(session->conn, &query, on_prepared, session);
}

/* A failure here costs nothing today: there is a default partition. */
static void on_maintained(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    if (reply->outcome == DB_LOST)
        return;
    session->maintained_at = time(NULL);
    if (reply->outcome == DB_ERROR)
        log_write(session->log, LOG_WARNING, "store", "maintenance failed sqlstate=%s",
                  reply->sqlstate);
    else if (strcmp(PQgetvalue(reply->rows, 0, 1), "off") == 0)
        log_write(session->log, LOG_WARNING, "store",
                  "the database runs with fsync=off: a power loss there loses stored events");
    if (session->maintained != NULL)
        session->maintained(session->maintained_arg);
    else
        prepare(session);
}

void ingest_session_maintain(struct ingest_session *session, ingest_maintained_fn done, void *arg)
{
    session->maintained = done;
    session->maintained_arg = arg;
    const struct db_query query = {
        .sql = "SELECT maintain(), current_setting('fsync')",
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(session->conn, &query, on_maintained, session);
}

bool ingest_session_is_maintenance_due(const struct ingest_session *session)
{
    return time(NULL) - session->maintained_at >= MAINTAIN_EVERY_S;
}

static void on_migrated(void *arg, enum result result, const struct error *error)
{
    struct ingest_session *session = arg;
    if (result == RESULT_OK)
        ingest_session_maintain(session, NULL, NULL);
    else if (result != RESULT_UNAVAILABLE)
        session->opened(session->opened_arg, "migration", NULL, error);
}

void ingest_session_open(struct ingest_session *session, ingest_opened_fn opened, void *arg)
{
    session->opened = opened;
    session->opened_arg = arg;
    migration_start(session->migration, on_migrated, session);
}

void ingest_session_send(struct ingest_session *session, const struct batch *batch,
                         const char *reject_reason,
                         void (*reply)(void *arg, const struct db_reply *reply), void *arg)
{
    enum { PARAMETERS = 3 + BATCH_COLUMNS };
    const char *values[PARAMETERS] = {session->settings->journal, session->settings->nonce};
    int lengths[PARAMETERS] = {0};
    static const int formats[PARAMETERS] = {0, 0, 1, 1, 1, 1, 1, 1, 1, 0};
    batch_columns(batch, values + 2, lengths + 2);
    values[PARAMETERS - 1] = reject_reason;
    const struct db_query query = {
        .statement = "ingest",
        .parameter_count = PARAMETERS,
        .values = values,
        .lengths = lengths,
        .formats = formats,
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(session->conn, &query, reply, arg);
}

struct ingest_session *ingest_session_new(struct db_conn *conn,
                                          const struct writer_settings *settings, struct log *log)
{
    struct ingest_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        abort();
    *session = (struct ingest_session){
        .conn = conn,
        .log = log,
        .settings = settings,
        .migration = migration_new(conn, settings->sample_data, log),
    };
    return session;
}

void ingest_session_free(struct ingest_session *session)
{
    if (session == NULL)
        return;
    migration_free(session->migration);
    free(session);
}
