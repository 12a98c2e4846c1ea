/* The settings that all our sessions have in common. */
#include "store/database/session_settings.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/memory.h"

struct setting {
    const char *name;
    const char *value;
};

/* In this order: the patience of a role must not end those behind it. */
static const struct setting settings[] = {
    {"lock_timeout", "5s"},
    {"idle_in_transaction_session_timeout", "10s"},
    {"idle_session_timeout", "0"},
    {"exit_on_error", "off"}, /* an event that is refused must not end the session */

    /* What comes in and goes out as text. */
    {"client_encoding", "UTF8"},
    {"client_min_messages", "warning"}, /* why a session is ended may be one */
    {"DateStyle", "ISO, YMD"},
    {"TimeZone", "UTC"},
    {"IntervalStyle", "postgres"},
    {"bytea_output", "hex"},
    {"extra_float_digits", "1"},
    {"standard_conforming_strings", "on"},
    {"array_nulls", "on"},
    {"quote_all_identifiers", "off"},

    /* What statements mean. */
    {"default_transaction_isolation", "read committed"},
    {"default_transaction_deferrable", "off"},
    {"row_security", "on"},
    {"transform_null_equals", "off"},

    /* A client that has vanished holds its locks no longer than this. */
    {"tcp_keepalives_idle", "5"},
    {"tcp_keepalives_interval", "2"},
    {"tcp_keepalives_count", "3"},
};

/* Not every release that we work with has these. */
static const struct setting recent_settings[] = {
    {"transaction_timeout", "0"},
    {"restrict_nonsystem_relation_kind", ""},
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
