/* Finds the row that makes a batch fail, by halving. */
#include "store/isolation.h"

#include <stdio.h>
#include <string.h>

void isolation_init(struct isolation *isolation, uint32_t max_rows)
{
    *isolation = (struct isolation){.max_rows = max_rows};
}

uint32_t isolation_limit(const struct isolation *isolation)
{
    return isolation->suspects > 0 ? (isolation->suspects + 1) / 2 : isolation->max_rows;
}

enum isolation_step isolation_failed(struct isolation *isolation, uint32_t rows,
                                     const char *sqlstate)
{
    isolation->suspects = rows;
    if (rows > 1)
        return ISOLATION_HALVE;
    if (strcmp(isolation->sqlstate, sqlstate) != 0)
        isolation->alike = 0;
    (void)snprintf(isolation->sqlstate, sizeof isolation->sqlstate, "%s", sqlstate);
    if (isolation->alike == ISOLATION_ALIKE_MAX)
        return ISOLATION_HOLD;
    isolation->alike++;
    return ISOLATION_REJECT;
}

void isolation_suspect(struct isolation *isolation, uint32_t rows)
{
    isolation->suspects = rows;
}

void isolation_passed(struct isolation *isolation, uint32_t rows, bool rejected)
{
    isolation->suspects = rejected || rows >= isolation->suspects ? 0 : isolation->suspects - rows;
    if (!rejected)
        isolation->alike = 0;
}
