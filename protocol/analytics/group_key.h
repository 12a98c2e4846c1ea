/* What a row of an answer is of, but for its time. */
#pragma once

#include <stdint.h>

/*
 * key: the ad (0 = none), the number that a placement is counted under (0 = none), or what the rows
 * are grouped by where that is neither: the number of a kind, a verdict or a no-fill's reason, an
 * error's code. second: the same of what they are grouped by beside an ad or a placement, else 0.
 */
struct analytics_group_key {
    int64_t key;
    int32_t second;
};
