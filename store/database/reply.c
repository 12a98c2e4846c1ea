/* The reply to a query. */
#include "store/database/reply.h"

#include <stddef.h>

#include "store/database/query.h"
#include "store/database/sqlstate.h"

bool db_reply_collect(struct db_pending_reply *pending, PGconn *pg)
{
    while (!PQisBusy(pg)) {
        PGresult *result = PQgetResult(pg);
        if (result == NULL)
            return true;
        pending->result = db_query_merge_results(pending->result, result);
    }
    return false;
}

bool db_reply_is_success(const struct db_pending_reply *pending)
{
    return db_query_succeeded(pending->result);
}

static const char *error_field(const PGresult *result, enum db_outcome outcome, int field)
{
    const char *text = outcome == DB_ERROR ? PQresultErrorField(result, field) : NULL;
    return text == NULL ? "" : text;
}

PGresult *db_reply_take_rows(const struct db_reply *reply)
{
    PGresult *rows = *reply->owner;
    *reply->owner = NULL;
    return rows;
}

void db_reply_deliver(struct db_pending_reply *pending, enum db_outcome outcome)
{
    struct db_pending_reply complete = *pending;
    *pending = (struct db_pending_reply){0};
    const struct db_reply reply = {
        .outcome = outcome,
        .rows = complete.result,
        .sqlstate = error_field(complete.result, outcome, PG_DIAG_SQLSTATE),
        .message = error_field(complete.result, outcome, PG_DIAG_MESSAGE_PRIMARY),
        .owner = &complete.result,
    };
    if (complete.done != NULL)
        complete.done(complete.arg, &reply);
    PQclear(complete.result);
}

bool db_reply_describe_error(const struct db_pending_reply *pending, char *text, size_t text_bytes)
{
    const char *sqlstate = error_field(pending->result, DB_ERROR, PG_DIAG_SQLSTATE);
    if (sqlstate[0] == '\0')
        return false;
    sqlstate_describe(text, text_bytes, sqlstate,
                      error_field(pending->result, DB_ERROR, PG_DIAG_MESSAGE_PRIMARY));
    return true;
}

void db_reply_discard(struct db_pending_reply *pending)
{
    PQclear(pending->result);
    *pending = (struct db_pending_reply){0};
}
