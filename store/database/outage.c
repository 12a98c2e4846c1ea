/* What the log hears of a connection's outages. */
#include "store/database/outage.h"

#include <string.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "store/database/sqlstate.h"

void db_outage_begin(struct db_outage *outage, const char *reason)
{
    if (outage->is_on)
        return;
    outage->is_on = true;
    outage->is_hidden = !news_is(&outage->reasons, reason, clock_monotonic_us());
    if (!outage->is_hidden)
        log_write(outage->log, LOG_WARNING, "store", "database unreachable name=%s: %.*s",
                  outage->name, (int)strcspn(reason, "\n"), reason);
}

void db_outage_refuse(struct db_outage *outage, const char *reason)
{
    outage->is_on = true;
    outage->is_hidden = false;
    if (news_is(&outage->reasons, reason, clock_monotonic_us()))
        log_write(outage->log, LOG_ERROR, "store", "database refused name=%s: %s", outage->name,
                  reason);
}

void db_outage_on_notice(void *arg, const PGresult *notice)
{
    struct db_outage *outage = arg;
    const char *sqlstate = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    bool is_first = outage->last_words[0] == '\0'; /* a pooler adds that the server is gone */
    if (is_first && sqlstate != NULL && message != NULL &&
        sqlstate_fault(sqlstate) == SQL_FAULT_RECONNECT)
        sqlstate_describe(outage->last_words, sizeof outage->last_words, sqlstate, message);
}

void db_outage_hide(struct db_outage *outage)
{
    outage->is_on = false;
    outage->is_hidden = true;
}

void db_outage_end(struct db_outage *outage, int server_version)
{
    outage->is_on = false;
    log_write(outage->log, outage->is_hidden ? LOG_DEBUG : LOG_INFO, "store",
              "connected name=%s server=%d", outage->name, server_version);
}
