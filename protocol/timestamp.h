/* Points in time as microseconds since 1970-01-01T00:00:00Z, and their RFC 3339 form. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"

enum { TIMESTAMP_TEXT_SIZE = sizeof "9999-12-31T23:59:59.999999Z" };

/*
 * Reads an RFC 3339 date-time (section 5.6) of `length` bytes: any offset, `Z`, either case, any
 * number of fraction digits, second 60 where a month ends in UTC (it counts as the second after
 * it). A space stands for the `T`, and before an offset for the `+` it was before a query string
 * was decoded. Fraction digits beyond the microsecond are cut off, and `*cut` (may be NULL) says
 * whether any of them was not 0. Returns RESULT_MALFORMED when it is no date-time.
 */
MUST_CHECK enum result timestamp_parse(const char *text, size_t length, int64_t *time_us,
                                       bool *cut);

/*
 * Writes `time_us` as RFC 3339 in UTC, with six fraction digits where they are not all 0. A year
 * has four digits there: a time before 0000-01-01T00:00:00Z or after 9999-12-31T23:59:59.999999Z,
 * which no reader of the format knows, is written as that one, the nearest that it has.
 */
void timestamp_format(int64_t time_us, char text[static TIMESTAMP_TEXT_SIZE]);
