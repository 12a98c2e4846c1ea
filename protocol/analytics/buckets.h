/* The buckets of time that an answer's rows are of. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/asked.h"
#include "protocol/analytics/zone.h"
#include "protocol/result.h"

/* Bucket i is from edges[i] to before edges[i + 1], cut to the window; its label is when its
 * minute, hour, day ... begins in the zone: RFC 3339 with the offset for minutes and hours, else
 * the date (the Monday of a week, the first of a month). */
struct analytics_buckets {
    size_t count;
    int64_t *edges;                      /* count + 1, ascending, owned */
    char (*labels)[ZONE_TIME_TEXT_SIZE]; /* count, owned; NULL without groups of time */
};

/* Makes those of a query: one of the whole window where it has no group of time. Returns
 * RESULT_MALFORMED with an error when they are more than ANALYTICS_CELLS_MAX. Release with
 * analytics_buckets_clear(). */
MUST_CHECK enum result analytics_buckets_make(const struct analytics_query *query,
                                              struct analytics_buckets *buckets,
                                              struct error *error);
void analytics_buckets_clear(struct analytics_buckets *buckets);

/* The bucket that a time of the window lies in. */
size_t analytics_buckets_find(const struct analytics_buckets *buckets, int64_t time_us);
