/* The settings that all our sessions have in common. */
#pragma once

/* Below the deadlines that a query is sent with, so that the server is the first to give up. */
enum { SESSION_STATEMENT_TIMEOUT_MS = 7000 };

/*
 * What a fresh connection runs first, in the simple protocol: sets all that the program or its
 * functions rely on, whatever the role, the database or the server's configuration say; then runs
 * `own_sql`, what this session needs besides ("" = nothing). The caller frees it with free().
 *
 * Left as they are: search_path and role, which say where the schema lies and whose it is;
 * default_transaction_read_only, by which somebody tells us not to write; and what only makes
 * queries quicker or slower.
 */
char *session_settings_sql(const char *own_sql);
