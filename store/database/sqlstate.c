/* What an error of the database means for the work that met it. */
#include "store/database/sqlstate.h"

#include <stddef.h>
#include <string.h>

/* The first prefix that matches decides, so whole states stand before their class. */
static const struct {
    const char *prefix;
    enum sql_fault fault;
} faults[] = {
    {"VA001", SQL_FAULT_FENCED},
    {"25006", SQL_FAULT_RECONNECT}, /* read-only: an old primary after a failover */
    {"57P", SQL_FAULT_RECONNECT},   /* shut down, crashed, not yet up, idle too long */
    {"25P03", SQL_FAULT_RECONNECT}, /* idle in transaction too long: the session has ended */
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

enum sql_fault sqlstate_fault(const char *sqlstate)
{
    if (sqlstate == NULL || sqlstate[0] == '\0')
        return SQL_FAULT_RECONNECT;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        if (strncmp(sqlstate, faults[i].prefix, strlen(faults[i].prefix)) == 0)
            return faults[i].fault;
    }
    return SQL_FAULT_RETRY;
}
