/* The statements of questions. */
#pragma once

#include "store/analytics/ask.h"

struct plan;

/* So many rows at most: three for each cell that an answer may have, and one. */
enum { ASK_ROWS_MAX = 3 * 100000 + 1 };

/* A SELECT for the rows of an ask in a lane, to be freed with free(). All that is in it is numbers
 * and our own words. */
char *ask_sql(const struct ask *ask, const struct plan *plan, int lane);
