/* The buckets of the levels of counts. */
#include "store/analytics/levels.h"

#include <time.h>

enum { LEVEL_MONTHS = 4 };

int64_t level_width_us(int level)
{
    static const int64_t widths_s[] = {60, 900, 3600, 86400, 0};
    return widths_s[level] * 1000000;
}

static int64_t floor_to(int64_t time_us, int64_t width_us)
{
    int64_t rest = time_us % width_us;
    return time_us - (rest < 0 ? rest + width_us : rest);
}

/* The first of the month of a time, `more` months on. */
static int64_t month_start(int64_t time_us, int more)
{
    time_t seconds = (time_t)(floor_to(time_us, 1000000) / 1000000);
    struct tm tm;
    (void)gmtime_r(&seconds, &tm);
    struct tm first = {.tm_year = tm.tm_year, .tm_mon = tm.tm_mon + more, .tm_mday = 1};
    return (int64_t)timegm(&first) * 1000000;
}

int64_t level_floor(int level, int64_t time_us)
{
    return level == LEVEL_MONTHS ? month_start(time_us, 0)
                                 : floor_to(time_us, level_width_us(level));
}

int64_t level_ceiling(int level, int64_t time_us)
{
    int64_t floor_us = level_floor(level, time_us);
    if (floor_us == time_us)
        return time_us;
    return level == LEVEL_MONTHS ? month_start(time_us, 1) : floor_us + level_width_us(level);
}
