/* The two clocks, in microseconds. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t clock_us(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* For durations and deadlines: never set back. */
static inline int64_t clock_monotonic_us(void)
{
    return clock_us(CLOCK_MONOTONIC);
}

/* Microseconds since 1970-01-01T00:00:00Z. */
static inline int64_t clock_wall_us(void)
{
    return clock_us(CLOCK_REALTIME);
}
