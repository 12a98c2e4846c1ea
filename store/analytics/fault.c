/* Why a question could not be answered. */
#include "store/analytics/fault.h"

#include <stddef.h>
#include <string.h>

#include "store/database/sqlstate.h"

/* The first prefix that matches decides, so whole states stand before their class. */
static const struct {
    const char *prefix;
    enum analytics_fault fault;
} faults[] = {
    {"57014", ANALYTICS_SLOW}, /* cancelled, by statement_timeout above all */
    {"55P03", ANALYTICS_SLOW}, /* lock_timeout */
    {"42501", ANALYTICS_DENIED},    {"28", ANALYTICS_DENIED},       {"3F", ANALYTICS_NO_SCHEMA},
    {"42P01", ANALYTICS_NO_SCHEMA}, /* a table, a function, a type, a column is not there */
    {"42883", ANALYTICS_NO_SCHEMA}, {"42704", ANALYTICS_NO_SCHEMA}, {"42703", ANALYTICS_NO_SCHEMA},
};

enum analytics_fault analytics_fault_of(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (strncmp(sqlstate, faults[i].prefix, strlen(faults[i].prefix)) == 0)
            return faults[i].fault;
    }
    return sqlstate_fault(sqlstate) == SQL_FAULT_RECONNECT ? ANALYTICS_UNREACHABLE
                                                           : ANALYTICS_REFUSED;
}

const char *analytics_fault_text(enum analytics_fault fault)
{
    switch (fault) {
    case ANALYTICS_UNREACHABLE:
        return "the database is unreachable";
    case ANALYTICS_SLOW:
        return "the database is too slow to answer in time";
    case ANALYTICS_NO_SCHEMA:
        return "the database does not have the schema yet";
    case ANALYTICS_DENIED:
        return "the database denies permission";
    case ANALYTICS_REFUSED:
        break;
    }
    return "the database could not answer the question";
}
