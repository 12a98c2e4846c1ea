/* What a row of an answer is made of. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/analytics/terms.h"

/* Quantities of events; all zero: none. */
struct analytics_sums {
    int64_t events;      /* of every kind, where that was asked for */
    int64_t invalid;     /* of every kind, of a verdict that is neither valid nor test */
    int64_t playback_ms; /* of the clicks together */
    int64_t cells[ANALYTICS_CELLS];
};

void analytics_sums_add(struct analytics_sums *sums, const struct analytics_sums *more, int times);

bool analytics_sums_are_zero(const struct analytics_sums *sums);

/* Whether a metric is a count, a whole number, which analytics_sums_count() gives exactly. */
bool analytics_metric_is_count(enum analytics_metric metric);
int64_t analytics_sums_count(const struct analytics_sums *sums, enum analytics_metric metric);

/*
 * The value of a metric: counts are whole. NaN where there is none: a ratio without a divisor, but
 * for click_rate and average_playback_time, which are 0 then. click_rate is clicks per 100
 * impressions, to four decimals; average_playback_time seconds, to four; the others are shares from
 * 0 to 1, to six.
 */
double analytics_sums_metric(const struct analytics_sums *sums, enum analytics_metric metric);
