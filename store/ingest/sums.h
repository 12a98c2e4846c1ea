/*
 * Sums of what the server itself has to tell: requests, fills, no-fills, of which there are too
 * many for a record each. They add up by the second, or, while they can't be written, by the
 * minute. Time comes from the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"

struct sums;

/*
 * How many are kept at most; and how many that name a placement begin in a second: whose placement
 * comes later is added to that of "(other)". Those without a placement are bounded by the ads.
 */
enum { SUMS_MAX = 20000, SUMS_WITH_PLACEMENT_MAX = 1000 };

struct sum {
    int64_t period_us; /* the second or the minute, where it begins */
    uint64_t quantity;
    int32_t ad_id;  /* 0 = none */
    int32_t reason; /* of a no-fill, else 0 */
    uint8_t kind;
    uint8_t verdict;
    uint8_t placement_bytes;                   /* 0 = none */
    char placement[EVENT_PLACEMENT_MAX_BYTES]; /* not terminated; the rest is 0 */
};

struct sums *sums_new(void);
void sums_free(struct sums *sums);

size_t sums_count(const struct sums *sums);

/* When the oldest of their periods begins; INT64_MAX = there are none. */
int64_t sums_oldest_us(const struct sums *sums);

/* Adds `sum`, whose period is not set, at `now_us`; one of nothing adds nothing. Returns what of
 * its quantity is lost: all where there is no room, else 0. */
uint64_t sums_add(struct sums *sums, const struct sum *sum, int64_t now_us);

/* The same of one that was taken: its period stays. */
uint64_t sums_put_back(struct sums *sums, const struct sum *sum);

/* From now on they add up by the minute, those that there are as well; or by the second again. */
void sums_by_minute(struct sums *sums);
void sums_by_second(struct sums *sums);

/* Takes out at most `max` whose period began before `before_us`. Returns how many. */
size_t sums_take(struct sums *sums, int64_t before_us, struct sum *taken, size_t max);
