/* A row that a question's statement gave. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "protocol/analytics/sums.h"
#include "protocol/result.h"
#include "store/analytics/ask.h"

struct ask_row {
    int32_t strip; /* of the plan; -1 = late counts */
    int64_t at_us; /* of those */
    int64_t key;
    int32_t detail;
    int32_t verdict;
    struct analytics_sums sums;
    int64_t kinds[EVENT_KINDS]; /* where every kind was asked for */
};

/* Reads row `number`, which is in binary form. False when it is no such row. */
MUST_CHECK bool ask_row_read(struct ask_row *row, const struct ask *ask, const PGresult *rows,
                             int number);
