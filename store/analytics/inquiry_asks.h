/* Which statements a query takes, and where their rows go. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/table.h"
#include "protocol/result.h"
#include "store/analytics/ask.h"
#include "store/analytics/ask_row.h"

enum ask_target { TARGET_TOTAL, TARGET_PREVIOUS, TARGET_ROWS };

enum { INQUIRY_ASKS_MAX = 4 };

struct inquiry_ask {
    struct ask ask;
    enum ask_target target;
    bool is_of_all; /* rows: of what has a key and what has none: less those with one it is the row
                       of none */
    bool has_rest;  /* rows: such a statement is there as well */
};

/* Stays where it is: the asks point to its keys. */
struct inquiry_asks {
    struct inquiry_ask asks[INQUIRY_ASKS_MAX];
    size_t count;
    int64_t keys[ANALYTICS_FILTER_MAX]; /* of the filter */
    size_t key_count;
};

void inquiry_asks_make(struct inquiry_asks *asks, const struct analytics_query *query);

/* Adds a row of an ask for rows to a bucket. Returns false as analytics_table_add() does. */
MUST_CHECK bool inquiry_asks_add(const struct inquiry_ask *ask, const struct analytics_query *query,
                                 const struct ask_row *row, size_t bucket, int times,
                                 struct analytics_table *table);

/* Whether the rows are grouped by this, alone or beside something. */
bool inquiry_asks_has_group(const struct analytics_query *query, enum analytics_group group);
