/* Finds the row that makes a batch fail, by halving. */
#include "store/ingest/bisect.h"

#include <stdio.h>
#include <string.h>

void bisect_init(struct bisect *bisect, uint32_t max_rows)
{
    *bisect = (struct bisect){.max_rows = max_rows};
}

uint32_t bisect_limit(const struct bisect *bisect)
{
    return bisect->suspects > 0 ? (bisect->suspects + 1) / 2 : bisect->max_rows;
}

enum bisect_step bisect_failed(struct bisect *bisect, uint32_t rows, const char *sqlstate)
{
    bisect->suspects = rows;
    if (rows > 1)
        return BISECT_HALVE;
    if (strcmp(bisect->sqlstate, sqlstate) != 0)
        bisect->alike = 0;
    (void)snprintf(bisect->sqlstate, sizeof bisect->sqlstate, "%s", sqlstate);
    if (bisect->alike == BISECT_ALIKE_MAX)
        return BISECT_HOLD;
    bisect->alike++;
    return BISECT_REJECT;
}

void bisect_suspect(struct bisect *bisect, uint32_t rows)
{
    bisect->suspects = rows;
}

void bisect_passed(struct bisect *bisect, uint32_t rows, bool rejected)
{
    bisect->suspects = rejected || rows >= bisect->suspects ? 0 : bisect->suspects - rows;
    if (!rejected)
        bisect->alike = 0;
}
