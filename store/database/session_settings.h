/* The settings that all our sessions have in common. */
#pragma once

#include <stdint.h>

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

/*
 * The same for one transaction, which it begins: of one snapshot (REPEATABLE READ), that only
 * reads, in `schema` (quoted where it must be; NULL = as search_path is), each of its statements
 * for `timeout_ms` at most. For sessions that are a pooler's, and other clients' between
 * transactions: nothing is kept in them. It takes no snapshot yet, so that tables may be locked
 * before. The caller frees it with free().
 */
char *session_settings_local_sql(const char *schema, uint32_t timeout_ms);

/* The same for the statements that are sent behind it in one query: they are the transaction, which
 * so takes one round trip, and ends with them. */
char *session_settings_implicit_sql(const char *schema, uint32_t timeout_ms);
