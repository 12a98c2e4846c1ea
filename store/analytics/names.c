/* The names of the placements that an answer has rows of. */
#include "store/analytics/names.h"

#include <endian.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/analytics/table.h"
#include "protocol/event.h"
#include "protocol/memory.h"

enum { NAMES_AT_ONCE = 4000 };

struct names {
    struct analytics_table *table;
    size_t next; /* group */
};

struct names *names_new(struct analytics_table *table)
{
    struct names *names = memory_zeroed(sizeof *names);
    names->table = table;
    return names;
}

void names_free(struct names *names)
{
    free(names);
}

/* Groups of one placement may stand in a row: its number may come more than once. */
char *names_statement(struct names *names)
{
    size_t groups = analytics_table_groups(names->table);
    char *sql = NULL;
    size_t sql_bytes;
    if (names->next >= groups)
        return NULL;
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    (void)fputs("SELECT id, name FROM placements WHERE id = ANY ('{0", out);
    for (int i = 0; i < NAMES_AT_ONCE && names->next < groups; i++)
        (void)fprintf(out, ",%" PRId64, analytics_table_key(names->table, names->next++).key);
    (void)fputs("}'::bigint[])", out);
    if (fclose(out) != 0)
        memory_exhausted(0);
    return sql;
}

bool names_take(struct names *names, const PGresult *rows)
{
    bool has_other = false;
    for (int i = 0; PQnfields(rows) == NAMES_COLUMNS && i < PQntuples(rows); i++) {
        uint64_t id;
        const char *name = PQgetvalue(rows, i, 1);
        size_t bytes = (size_t)PQgetlength(rows, i, 1);
        if (PQgetlength(rows, i, 0) != (int)sizeof id)
            continue;
        memcpy(&id, PQgetvalue(rows, i, 0), sizeof id);
        analytics_table_name(names->table, (int64_t)be64toh(id), name, bytes);
        has_other = has_other || (bytes == sizeof EVENT_PLACEMENT_OTHER - 1 &&
                                  memcmp(name, EVENT_PLACEMENT_OTHER, bytes) == 0);
    }
    return has_other;
}
