/* What an error of the database means for the work that met it. */
#include "store/database/sqlstate.h"

#include <stdio.h>
#include <string.h>

/* The first prefix that matches decides, so whole states stand before their class. */
static const struct {
    const char *prefix;
    enum sql_fault fault;
} faults[] = {
    {"VA001", SQL_FAULT_FENCED},
    {"VA003", SQL_FAULT_RECONNECT}, /* the lanes have changed: a new session asks how many */
    {"25006", SQL_FAULT_RECONNECT}, /* read-only: an old primary after a failover */
    {"57P", SQL_FAULT_RECONNECT},   /* shut down, crashed, not yet up, idle too long */
    {"25P03", SQL_FAULT_RECONNECT}, /* idle in transaction too long: the session has ended */
    {"25P04", SQL_FAULT_RECONNECT}, /* likewise a transaction that took too long */
    {"08", SQL_FAULT_RECONNECT},
    {"26", SQL_FAULT_RECONNECT}, /* the prepared statement is gone: a pooler changed the session */
    {"22", SQL_FAULT_BAD_ROW},
    {"23", SQL_FAULT_BAD_ROW},
    {"44", SQL_FAULT_BAD_ROW}, /* WITH CHECK OPTION */
    {"54", SQL_FAULT_BAD_ROW},
    {"P0", SQL_FAULT_BAD_ROW}, /* raised by a trigger */
    {"0A000", SQL_FAULT_HOLD},
    {"28", SQL_FAULT_HOLD},
    {"3D", SQL_FAULT_HOLD},
    {"3F", SQL_FAULT_HOLD},
    {"42", SQL_FAULT_HOLD},
};

/* What speaks of the schema, the session or the server. */
static const char *const telling[] = {
    "08", "09", "0A", "0B", "0L", "0P", "21", "24", "25", "26", "27", "28", "2B",    "2D",
    "34", "3B", "3D", "3F", "40", "42", "53", "55", "57", "58", "F0", "VA", "XX001", "XX002"};

static bool begins(const char *sqlstate, const char *prefix)
{
    return strncmp(sqlstate, prefix, strlen(prefix)) == 0;
}

/* A syntax error shows the place: in a trigger's own SQL that may be a value. */
static bool is_telling(const char *sqlstate)
{
    if (strcmp(sqlstate, "42601") == 0)
        return false;
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        if (begins(sqlstate, telling[i]))
            return true;
    }
    return false;
}

void sqlstate_describe(char *text, size_t text_bytes, const char *sqlstate, const char *message)
{
    int message_bytes = is_telling(sqlstate) ? (int)strcspn(message, "\n") : 0;
    (void)snprintf(text, text_bytes, "sqlstate=%s%s%.*s", sqlstate, message_bytes > 0 ? " " : "",
                   message_bytes, message);
}

enum sql_fault sqlstate_fault(const char *sqlstate)
{
    if (sqlstate == NULL || sqlstate[0] == '\0')
        return SQL_FAULT_RECONNECT;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (begins(sqlstate, faults[i].prefix))
            return faults[i].fault;
    }
    return SQL_FAULT_RETRY;
}

/* Behind the severity, whatever its language. */
bool sqlstate_tells_full(const char *message)
{
    return strstr(message, ":  53300: ") != NULL;
}
