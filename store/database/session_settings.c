/* The settings that all our sessions have in common. */
#include "store/database/session_settings.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/memory.h"

struct setting {
    const char *name;
    const char *value;
    bool is_local; /* a transaction that only reads needs it, too */
};

/* In this order: the patience of a role must not end those behind it. */
static const struct setting settings[] = {
    {"lock_timeout", "5s", true},
    {"idle_in_transaction_session_timeout", "10s", true},
    {"idle_session_timeout", "0", false},
    {"exit_on_error", "off", false}, /* an event that is refused must not end the session */

    /* What comes in and goes out as text. */
    {"client_encoding", "UTF8", true},
    {"client_min_messages", "warning", true}, /* why a session is ended may be one */
    {"DateStyle", "ISO, YMD", true},
    {"TimeZone", "UTC", true},
    {"IntervalStyle", "postgres", true},
    {"bytea_output", "hex", true},
    {"extra_float_digits", "1", true},
    {"standard_conforming_strings", "on", true},
    {"array_nulls", "on", true},
    {"quote_all_identifiers", "off", true},

    /* What statements mean. */
    {"default_transaction_isolation", "read committed", false},
    {"default_transaction_deferrable", "off", false},
    {"row_security", "on", true},
    {"transform_null_equals", "off", true},

    /* A client that has vanished holds its locks no longer than this. */
    {"tcp_keepalives_idle", "5", false},
    {"tcp_keepalives_interval", "2", false},
    {"tcp_keepalives_count", "3", false},
};

/* Not every release that we work with has these. */
static const struct setting recent_settings[] = {
    {"transaction_timeout", "0", false},
    {"restrict_nonsystem_relation_kind", "", false},
};

static void write_recent(FILE *out)
{
    (void)fputs("SELECT pg_catalog.set_config(name, value, false) FROM (VALUES ", out);
    for (size_t i = 0; i < sizeof recent_settings / sizeof recent_settings[0]; i++)
        (void)fprintf(out, "%s('%s', '%s')", i == 0 ? "" : ", ", recent_settings[i].name,
                      recent_settings[i].value);
    (void)fputs(") AS s (name, value) WHERE pg_catalog.current_setting(name, true) IS NOT NULL; ",
                out);
}

/* The transaction is there for its isolation: a standby refuses every query of a serializable one.
 */
char *session_settings_sql(const char *own_sql)
{
    char *sql = NULL;
    size_t sql_bytes;
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    (void)fprintf(out, "BEGIN ISOLATION LEVEL READ COMMITTED; SET statement_timeout = %d; ",
                  SESSION_STATEMENT_TIMEOUT_MS);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        (void)fprintf(out, "SET %s = '%s'; ", settings[i].name, settings[i].value);
    write_recent(out);
    (void)fputs("SELECT pg_catalog.set_config('synchronous_commit', 'on', false) "
                "WHERE pg_catalog.current_setting('synchronous_commit') "
                "IN ('off', 'local', 'remote_write'); COMMIT; ",
                out);
    (void)fputs(own_sql, out);
    if (fclose(out) != 0)
        memory_exhausted(0);
    return sql;
}

/* On Citus each node is asked on one connection, so that there is one snapshot of what lies there.
 * Elsewhere nobody knows it. */
static const char citus_sql[] = "SET LOCAL citus.max_adaptive_executor_pool_size = 1; ";

/* JIT costs more than it saves in each of these: they touch few rows of many columns. */
static void write_local(FILE *out, const char *schema, uint32_t timeout_ms)
{
    (void)fprintf(out, "%sSET LOCAL statement_timeout = %u; SET LOCAL jit = off; ", citus_sql,
                  timeout_ms);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (settings[i].is_local)
            (void)fprintf(out, "SET LOCAL %s = '%s'; ", settings[i].name, settings[i].value);
    }
    if (schema != NULL)
        (void)fprintf(out, "SET LOCAL search_path = %s, pg_temp; ", schema);
}

static char *local_sql(const char *begin, const char *schema, uint32_t timeout_ms)
{
    char *sql = NULL;
    size_t sql_bytes;
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    (void)fputs(begin, out);
    write_local(out, schema, timeout_ms);
    if (fclose(out) != 0)
        memory_exhausted(0);
    return sql;
}

char *session_settings_local_sql(const char *schema, uint32_t timeout_ms)
{
    return local_sql("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; ", schema, timeout_ms);
}

char *session_settings_implicit_sql(const char *schema, uint32_t timeout_ms)
{
    return local_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; ", schema,
                     timeout_ms);
}
