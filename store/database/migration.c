/*
 * Brings a database's schema up to date. Most starts find it so by one query; else the list is read
 * again under the lock, since another instance may have been faster.
 */
#include "store/database/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/log.h"
#include "protocol/digest.h"
#include "store/database/conn.h"
#include "store/database/sql_embedded.h"

enum { CHECK_TIMEOUT_MS = 8000, APPLY_TIMEOUT_MS = 3600 * 1000 };

struct migration {
    struct db_conn *conn;
    struct log *log;
    bool sample_data; /* still to be loaded */
    bool is_locked;   /* this is the second look, inside the transaction */
    migration_done_fn done;
    void *arg;
};

static const char check_sql[] =
    "ROLLBACK; SELECT version, checksum FROM schema_migrations ORDER BY version";

/* IF NOT EXISTS would ask for the right to create even where there is nothing to. Each statement
 * must see what was committed before the lock was had. */
static const char lock_sql[] =
    "BEGIN ISOLATION LEVEL READ COMMITTED; "
    "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; "
    "SELECT pg_advisory_xact_lock(86, 65); "
    "DO $$ BEGIN IF to_regclass('schema_migrations') IS NULL THEN "
    "CREATE TABLE schema_migrations (version integer PRIMARY KEY, "
    "name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()); "
    "END IF; END $$; "
    "SELECT version, checksum FROM schema_migrations ORDER BY version";

static void on_checked(void *arg, const struct db_reply *reply);

static void send(struct migration *migration, const char *sql, uint32_t timeout_ms,
                 db_reply_fn reply)
{
    const struct db_query query = {.sql = sql, .timeout_ms = timeout_ms};
    db_conn_query(migration->conn, &query, reply, migration);
}

static void finish(struct migration *migration, enum result result, const struct error *error)
{
    migration->done(migration->arg, result, error);
}

static void fail(struct migration *migration, const struct db_reply *reply)
{
    struct error error = {""};
    enum result result = RESULT_UNAVAILABLE;
    if (reply->outcome == DB_ERROR)
        result =
            error_set(&error, RESULT_FAILED, "sqlstate=%s %s", reply->sqlstate, reply->message);
    finish(migration, result, &error);
}

static void on_applied(void *arg, const struct db_reply *reply)
{
    struct migration *migration = arg;
    if (reply->outcome != DB_OK) {
        fail(migration, reply);
        return;
    }
    migration->sample_data = false;
    log_write(migration->log, LOG_INFO, "store", "schema is up to date version=%zu",
              sql_migration_count());
    finish(migration, RESULT_OK, NULL);
}

/* All that is missing as one script, with its end of transaction. */
static void apply(struct migration *migration, size_t applied)
{
    char *script = NULL;
    size_t script_bytes = 0;
    FILE *out = open_memstream(&script, &script_bytes);
    if (out == NULL)
        abort();
    for (size_t i = applied; i < sql_migration_count(); i++) {
        const struct sql_file *file = sql_migration(i);
        char checksum[DIGEST_TEXT_SIZE];
        digest_text(file->text, file->text_bytes, checksum);
        (void)fwrite(file->text, 1, file->text_bytes, out);
        (void)fprintf(out,
                      ";\nINSERT INTO schema_migrations (version, name, checksum) "
                      "VALUES (%zu, '%s', '%s');\n",
                      i + 1, file->name, checksum);
        log_write(migration->log, LOG_INFO, "store", "applying migration name=%s", file->name);
    }
    if (migration->sample_data) {
        const struct sql_file *file = sql_find("sample_data.sql");
        (void)fwrite(file->text, 1, file->text_bytes, out);
    }
    (void)fprintf(out, ";\nCOMMIT");
    if (fclose(out) != 0)
        abort();
    send(migration, script, APPLY_TIMEOUT_MS, on_applied);
    free(script);
}

/* How many of ours the database has, from the first on; an error when one is not what it was. */
static enum result count_applied(struct migration *migration, const PGresult *rows, size_t *applied,
                                 struct error *error)
{
    int count = rows == NULL ? 0 : PQntuples(rows);
    for (int row = 0; row < count; row++) {
        size_t version = (size_t)strtoul(PQgetvalue(rows, row, 0), NULL, 10);
        if (version > sql_migration_count()) {
            log_write(migration->log, LOG_WARNING, "store",
                      "the schema is newer than this program version=%zu known=%zu", version,
                      sql_migration_count());
            break;
        }
        const struct sql_file *file = sql_migration((size_t)row);
        char checksum[DIGEST_TEXT_SIZE];
        digest_text(file->text, file->text_bytes, checksum);
        if (version != (size_t)row + 1 || strcmp(PQgetvalue(rows, row, 1), checksum) != 0)
            return error_set(error, RESULT_FAILED,
                             "migration %s was applied with another text than this program's",
                             file->name);
        *applied = version;
    }
    return RESULT_OK;
}

static void on_checked(void *arg, const struct db_reply *reply)
{
    struct migration *migration = arg;
    bool is_new = reply->outcome == DB_ERROR && strcmp(reply->sqlstate, "42P01") == 0;
    if (reply->outcome != DB_OK && !is_new) {
        fail(migration, reply);
        return;
    }
    size_t applied = 0;
    struct error error = {""};
    if (!is_new && count_applied(migration, reply->rows, &applied, &error) != RESULT_OK) {
        finish(migration, RESULT_FAILED, &error);
        return;
    }
    if (migration->is_locked) {
        apply(migration, applied);
    } else if (applied == sql_migration_count() && !migration->sample_data) {
        finish(migration, RESULT_OK, NULL);
    } else {
        migration->is_locked = true;
        send(migration, lock_sql, APPLY_TIMEOUT_MS, on_checked);
    }
}

void migration_start(struct migration *migration, migration_done_fn done, void *arg)
{
    migration->done = done;
    migration->arg = arg;
    migration->is_locked = false;
    send(migration, check_sql, CHECK_TIMEOUT_MS, on_checked);
}

struct migration *migration_new(struct db_conn *conn, bool sample_data, struct log *log)
{
    struct migration *migration = calloc(1, sizeof *migration);
    if (migration == NULL)
        abort();
    *migration = (struct migration){.conn = conn, .sample_data = sample_data, .log = log};
    return migration;
}

void migration_free(struct migration *migration)
{
    free(migration);
}
