/* Reads a question of GET /ads/analytics. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/analytics/asked.h"
#include "protocol/analytics/cursor.h" /* which writes them */
#include "protocol/result.h"

/*
 * Reads a query string (NULL is empty). `now_us` is what periods go by, `accept` the Accept field
 * (NULL = none).
 *
 * start, end: RFC 3339, both inclusive; a start finer than a microsecond is rounded up, an end
 * down. Or period, whole days of the zone. compare=previous with start and end is the window of the
 * same length right before; with a period the same one before by the calendar, and where the period
 * is not over yet up to the same time of the same day of it, to the minute, so that like is
 * compared with like. group_by: any one; ad, placement, kind, error_code, nofill_reason or verdict
 * with a time; ad with kind, error_code or verdict; placement with kind, nofill_reason or verdict.
 * With a pair of two that are not times `group` is the ad or placement.
 *
 * Returns RESULT_MALFORMED with an error in words that names the parameter, also for a parameter
 * that is most likely a slip of one of ours; others that nobody knows are ignored. `*question` is
 * written only with RESULT_OK.
 */
MUST_CHECK enum result analytics_question_parse(const char *query_string, const char *accept,
                                                int64_t now_us, struct analytics_question *question,
                                                struct error *error);

/* Whether it is about all ads and placements together, whose counts are the finest: without a
 * filter, and without a group but kind or verdict. */
bool analytics_query_is_of_all(const struct analytics_query *query);
