/*
 * Groups that came to nothing. What is added to a bucket and taken from it again, for the hours of
 * a neighbouring day, makes groups of which nothing is left: they are no rows. But one of which
 * only such events are left as no metric tells of is a row of zeros. So where that is not known,
 * they are asked for once more, with every kind of event.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/table.h"
#include "store/analytics/inquiry_asks.h"

enum { EMPTIES_KEYS_MAX = 1000 };

struct empties {
    struct analytics_table *events; /* owned: of what was asked for once more; NULL = nothing was */
    size_t count;                   /* of those that are in doubt */
    int64_t keys[EMPTIES_KEYS_MAX]; /* their ads or placements, as many as there are places */
    bool has_none;                  /* events without a placement are in doubt */
};

/* Looks for those in doubt. Returns whether there are any: then inquiry_asks_add() fills `events`,
 * in a bucket, with the rows of each ask that empties_ask() gives. Clear in any case. */
bool empties_find(struct empties *empties, const struct analytics_query *query,
                  const struct analytics_table *table);
void empties_clear(struct empties *empties);

/* What is to be asked in the place of `ask`; false = nothing. */
bool empties_ask(const struct empties *empties, const struct analytics_query *query,
                 const struct inquiry_ask *ask, struct inquiry_ask *once_more);

/* Drops the groups that came to nothing. */
void empties_drop(const struct empties *empties, const struct analytics_query *query,
                  struct analytics_table *table);
