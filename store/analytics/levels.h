/* The buckets of the levels of counts: 0 minutes, 1 quarter hours, 2 hours, 3 days, 4 months, all
 * of UTC, in microseconds since 1970. */
#pragma once

#include <stdint.h>

/* The start of the bucket that a time falls into, and of the first that begins no earlier. */
int64_t level_floor(int level, int64_t time_us);
int64_t level_ceiling(int level, int64_t time_us);

/* How long each is; 0 = months, which differ. */
int64_t level_width_us(int level);
