/*
 * Brings a database's schema up to date. Most starts find it so by one query; else it is asked
 * again under the lock, since another instance may have been faster.
 */
#include "store/database/migration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/log.h"
#include "protocol/ad_fields.h"
#include "protocol/digest.h"
#include "protocol/event.h"
#include "protocol/memory.h"
#include "store/database/conn.h"
#include "store/database/schema_state.h"
#include "store/database/sql_embedded.h"
#include "store/database/sqlstate.h"

enum { CHECK_TIMEOUT_MS = 8000, APPLY_TIMEOUT_MS = 3600 * 1000 };

/* The numbered files that are in a database which convert_unreleased.sql has converted. */
enum { CONVERTED_FILES = 2 };

enum step {
    STEP_CHECK, /* chooses the schema and asks what it has: often all */
    STEP_KINDS, /* adds the kinds of events that it lacks, in a transaction of their own */
    STEP_LOCK,  /* begins the transaction and asks again */
    STEP_APPLY, /* sends what is missing and the end of the transaction */
};

struct migration {
    struct db_conn *conn;
    struct log *log;
    bool sample_data; /* still to be loaded */
    bool has_warned;  /* of a newer schema */
    bool is_told;     /* what is applied: not again until it works, or fails for another reason */
    struct error failure; /* the last reason */
    enum step step;       /* of what is in flight */
    migration_done_fn done;
    void *arg;
};

/* One instance at a time, however long it takes. Each statement must see what was committed before
 * the lock was had. */
static const char lock_sql[] =
    "BEGIN ISOLATION LEVEL READ COMMITTED;\n"
    "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;\n"
    "SET LOCAL citus.multi_shard_modify_mode = 'sequential';\n" /* many in one transaction */
    "SELECT pg_advisory_xact_lock(hashtextextended('video-ad-tracker migrate', oid::bigint)) "
    "FROM pg_namespace WHERE nspname = current_schema();\n";

/* Views are replaced under a lock that waits for their readers, and holds up those behind it. */
static const char functions_sql[] =
    "SET LOCAL check_function_bodies = off; SET LOCAL lock_timeout = '5s';\n";

/* What the files have noted for the log. */
static const char notes_sql[] =
    "SELECT note FROM unnest(string_to_array(current_setting('adtracker.notes', true), chr(10))) "
    "AS note WHERE note <> ''";

/* Of what is applied: once, and not at each try. */
static enum log_level level_of(const struct migration *migration)
{
    return migration->is_told ? LOG_DEBUG : LOG_INFO;
}

static void write_file(FILE *out, const struct sql_file *file)
{
    (void)fwrite(file->text, 1, file->text_bytes, out);
    (void)fputs(";\n", out);
}

/* A transaction that has failed may still be open. The schema is chosen in one of its own: without
 * the tables the rest fails. */
static void write_check(FILE *out)
{
    (void)fputs("ROLLBACK; BEGIN;\n", out);
    write_file(out, sql_find("own_schema.sql"));
    (void)fprintf(out, "COMMIT; %s", schema_state_sql());
}

/* Whether what is there can be taken over: of a database that has nothing of ours yet. */
static void write_adoption_check(FILE *out)
{
    (void)fputs("SELECT set_config('adtracker.ad_columns', '{", out);
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        (void)fprintf(out, "%s\"%s\":\"%s\"", field == ad_fields() ? "" : ",", field->name,
                      ad_field_type_name(field));
    (void)fputs("}', true);\n", out);
    write_file(out, sql_find("check_adoption.sql"));
}

static void write_kinds(FILE *out)
{
    (void)fputs(lock_sql, out);
    write_adoption_check(out);
    (void)fputs("SELECT set_config('adtracker.event_kinds', '{", out);
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        (void)fprintf(out, "%s%s", kind == 0 ? "" : ",", event_kind_name((enum event_kind)kind));
    (void)fprintf(out, "}', true);\n");
    write_file(out, sql_find("event_kinds.sql"));
    (void)fputs("COMMIT", out);
}

static void write_lock(FILE *out)
{
    (void)fputs(lock_sql, out);
    write_file(out, sql_find("records.sql"));
    (void)fputs(schema_state_sql(), out);
}

/* The numbered files that are missing: the data moves, or the others. */
static void write_numbered(struct migration *migration, const struct schema_state *state,
                           bool is_data_move, FILE *out)
{
    for (int number = 1; number <= sql_numbered_count(); number++) {
        const struct sql_file *file = sql_numbered(number);
        if (file->is_data_move != is_data_move || schema_state_has_file(state, number))
            continue;
        if (!state->is_unreleased || number > CONVERTED_FILES) {
            log_write(migration->log, level_of(migration), "store", "applying schema name=%s",
                      file->name);
            write_file(out, file);
        }
        char checksum[DIGEST_TEXT_SIZE];
        digest_text(file->text, file->text_bytes, checksum);
        (void)fprintf(out,
                      "INSERT INTO schema_migrations (version, name, checksum) "
                      "VALUES (%d, '%s', '%s');\n",
                      number, file->name, checksum);
    }
}

static void write_functions(struct migration *migration, FILE *out)
{
    char digest[DIGEST_TEXT_SIZE];
    schema_functions_digest(digest);
    log_write(migration->log, level_of(migration), "store", "applying functions version=%d",
              sql_functions_version());
    (void)fputs(functions_sql, out);
    for (const struct sql_file *file = sql_functions(); file->name != NULL; file++)
        write_file(out, file);
    (void)fprintf(out,
                  "SET LOCAL lock_timeout = 0;\n"
                  "DELETE FROM schema_functions;\n"
                  "INSERT INTO schema_functions (version, digest) VALUES (%d, '%s');\n",
                  sql_functions_version(), digest);
}

static void write_missing(struct migration *migration, const struct schema_state *state, FILE *out)
{
    bool is_new = !state->is_unreleased && !schema_state_has_file(state, 1);
    (void)fputs("SELECT set_config('adtracker.notes', '', false);\n", out);
    if (state->is_unreleased) {
        log_write(migration->log, level_of(migration), "store",
                  "converting the schema of an unreleased version");
        write_file(out, sql_find("convert_unreleased.sql"));
    }
    if (is_new)
        write_adoption_check(out);
    write_numbered(migration, state, false, out);
    if (state->functions == FUNCTIONS_MISSING)
        write_functions(migration, out);
    if (is_new)
        write_file(out, sql_find("carry_grants.sql"));
    write_numbered(migration, state, true, out);
    if (migration->sample_data)
        write_file(out, sql_find("sample_data.sql"));
    (void)fprintf(out, "COMMIT; %s", notes_sql);
    migration->is_told = true;
}

static void on_reply(void *arg, const struct db_reply *reply);

/* The one place that sends: the SQL of `step`. */
static void send(struct migration *migration, enum step step, const struct schema_state *state)
{
    char *sql = NULL;
    size_t sql_bytes = 0;
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    switch (step) {
    case STEP_CHECK:
        write_check(out);
        break;
    case STEP_KINDS:
        write_kinds(out);
        break;
    case STEP_LOCK:
        write_lock(out);
        break;
    case STEP_APPLY:
        write_missing(migration, state, out);
        break;
    }
    if (fclose(out) != 0)
        abort();
    migration->step = step;
    const struct db_query query = {
        .sql = sql, .timeout_ms = step == STEP_CHECK ? CHECK_TIMEOUT_MS : APPLY_TIMEOUT_MS};
    db_conn_query(migration->conn, &query, on_reply, migration);
    free(sql);
}

static void finish(struct migration *migration, enum result result, const struct error *error)
{
    migration->done(migration->arg, result, error);
}

/* What our own SQL raises here is for whoever reads the log. */
static void describe(struct error *error, const struct db_reply *reply)
{
    if (strncmp(reply->sqlstate, "P0", 2) == 0)
        (void)error_set(error, RESULT_FAILED, "sqlstate=%s %s", reply->sqlstate, reply->message);
    else
        sqlstate_describe(error->text, sizeof error->text, reply->sqlstate, reply->message);
}

static void fail(struct migration *migration, const struct db_reply *reply)
{
    struct error error = {""};
    enum result result = RESULT_UNAVAILABLE;
    if (reply->outcome == DB_ERROR) {
        describe(&error, reply);
        result = RESULT_FAILED;
        if (migration->failure.text[0] != '\0' && strcmp(error.text, migration->failure.text) != 0)
            migration->is_told = false;
        migration->failure = error;
    }
    finish(migration, result, &error);
}

/* Once: it is found so at every connect. */
static void warn_of_newer(struct migration *migration, const struct schema_state *state)
{
    bool has_newer_files = !state->is_unreleased && state->newest_file > sql_numbered_count();
    bool has_newer_functions = state->functions == FUNCTIONS_NEWER;
    if (migration->has_warned || (!has_newer_files && !has_newer_functions))
        return;
    migration->has_warned = true;
    if (has_newer_files)
        log_write(migration->log, LOG_WARNING, "store",
                  "the schema is newer than this program version=%d known=%d", state->newest_file,
                  sql_numbered_count());
    if (has_newer_functions)
        log_write(migration->log, LOG_WARNING, "store",
                  "the schema's functions are newer than this program: they are left as they are "
                  "version=%d known=%d",
                  state->functions_version, sql_functions_version());
}

/* After STEP_CHECK and STEP_LOCK. Nothing recorded is an empty database, or one that is to be
 * converted: under the lock there are tables to look into. */
static void go_on(struct migration *migration, const struct db_reply *reply)
{
    struct schema_state state = {0};
    struct error error = {""};
    if (reply->outcome == DB_OK && schema_state_read(&state, reply->rows, &error) != RESULT_OK) {
        finish(migration, RESULT_FAILED, &error);
        return;
    }
    warn_of_newer(migration, &state);
    if (migration->step == STEP_LOCK)
        send(migration, STEP_APPLY, &state);
    else if (!schema_state_has_kinds(&state))
        send(migration, STEP_KINDS, NULL);
    else if (!schema_state_is_current(&state) || migration->sample_data)
        send(migration, STEP_LOCK, NULL);
    else
        finish(migration, RESULT_OK, NULL);
}

static void on_applied(struct migration *migration, const PGresult *notes)
{
    migration->sample_data = false;
    migration->is_told = false;
    migration->failure = (struct error){""};
    for (int row = 0; row < PQntuples(notes); row++)
        log_write(migration->log, LOG_WARNING, "store", "%s", PQgetvalue(notes, row, 0));
    log_write(migration->log, LOG_INFO, "store", "schema is up to date version=%d functions=%d",
              sql_numbered_count(), sql_functions_version());
    finish(migration, RESULT_OK, NULL);
}

static void on_reply(void *arg, const struct db_reply *reply)
{
    struct migration *migration = arg;
    bool is_unrecorded = migration->step == STEP_CHECK && reply->outcome == DB_ERROR &&
                         strcmp(reply->sqlstate, "42P01") == 0;
    if (reply->outcome != DB_OK && !is_unrecorded) {
        fail(migration, reply);
        return;
    }
    switch (migration->step) {
    case STEP_CHECK:
    case STEP_LOCK:
        go_on(migration, reply);
        break;
    case STEP_KINDS:
        send(migration, STEP_LOCK, NULL);
        break;
    case STEP_APPLY:
        on_applied(migration, reply->rows);
        break;
    }
}

void migration_start(struct migration *migration, migration_done_fn done, void *arg)
{
    migration->done = done;
    migration->arg = arg;
    send(migration, STEP_CHECK, NULL);
}

struct migration *migration_new(struct db_conn *conn, bool sample_data, struct log *log)
{
    struct migration *migration = memory_zeroed(sizeof *migration);
    *migration = (struct migration){.conn = conn, .sample_data = sample_data, .log = log};
    return migration;
}

void migration_free(struct migration *migration)
{
    free(migration);
}
