/* Whether a connection keeps its session. */
#include "store/database/session_proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"
#include "store/database/session_settings.h"

enum { CHECK_EVERY_MS = 2000 };

/* A pooler that was held up may pass on the end of a session together with its last answer, as if
 * it had kept it. */
enum { IDLE_MS = 200, TOO_SOON_MS = IDLE_MS / 2 };

/* It ends so when it has been idle for as long as it may be. */
#define IDLE_END "57P05"

void session_proof_init(struct session_proof *proof, const char *own_sql)
{
    *proof =
        (struct session_proof){.is_needless = own_sql == NULL,
                               .settings_sql = own_sql == NULL ? memory_copy_text("SELECT 1")
                                                               : session_settings_sql(own_sql)};
}

void session_proof_clear(struct session_proof *proof)
{
    free(proof->settings_sql);
    *proof = (struct session_proof){0};
}

char *session_proof_setup_sql(struct session_proof *proof)
{
    static const char mark_sql[] = "%s; SELECT pg_catalog.pg_backend_pid(), "
                                   "pg_catalog.set_config('adtracker.session', '%s', false)";
    uint8_t mark[UUID_BYTES];
    if (proof->is_needless)
        return memory_copy_text(proof->settings_sql);
    uuid_make(mark);
    uuid_format(mark, proof->mark);
    size_t bytes = strlen(proof->settings_sql) + sizeof mark_sql + sizeof proof->mark;
    char *sql = memory_resized(NULL, bytes);
    (void)snprintf(sql, bytes, mark_sql, proof->settings_sql, proof->mark);
    return sql;
}

bool session_proof_is_given(struct session_proof *proof, const PGconn *pg, const PGresult *setup,
                            int64_t now_us)
{
    bool is_proven = proof->is_proven;
    session_proof_drop(proof);
    proof->is_pooled = !proof->is_needless && PQntuples(setup) == 1 &&
                       strtol(PQgetvalue(setup, 0, 0), NULL, 10) != PQbackendPID(pg);
    proof->checked_us = now_us;
    return !proof->is_pooled || is_proven;
}

const char *session_proof_sql(void)
{
    return "SET idle_session_timeout = 200"; /* IDLE_MS */
}

void session_proof_await_end(struct session_proof *proof, int64_t now_us)
{
    proof->told_us = now_us;
}

void session_proof_drop(struct session_proof *proof)
{
    proof->is_proven = false;
}

bool session_proof_take_end(struct session_proof *proof, const char *reason, int64_t now_us)
{
    proof->is_proven = strstr(reason, "=" IDLE_END " ") != NULL &&
                       now_us - proof->told_us >= TOO_SOON_MS * INT64_C(1000);
    return proof->is_proven;
}

bool session_proof_is_check_due(const struct session_proof *proof, int64_t now_us)
{
    return proof->is_pooled && now_us - proof->checked_us >= CHECK_EVERY_MS * INT64_C(1000);
}

const char *session_proof_check_sql(void)
{
    return "SELECT pg_catalog.current_setting('adtracker.session', true)";
}

bool session_proof_is_kept(struct session_proof *proof, const PGresult *checked, int64_t now_us)
{
    if (checked == NULL || PQresultStatus(checked) != PGRES_TUPLES_OK)
        return true;
    proof->checked_us = now_us;
    return PQntuples(checked) == 1 && strcmp(PQgetvalue(checked, 0, 0), proof->mark) == 0;
}
