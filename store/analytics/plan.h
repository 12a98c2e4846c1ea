/*
 * Which counts answer a window, or each bucket of one. Its time is cut into *strips*, each of which
 * is whole in one place: the months, days, hours, quarter hours that are rolled up, minutes, and
 * for the rest the events themselves, a minute at each end at most (EVENTS: of an ad or a placement
 * before the minutes that are kept, a quarter hour).
 *
 *     |.. minutes, quarters, hours ..|======= days =======|.. hours, quarters, minutes ..|
 *
 * A day of another zone than UTC is made of the UTC day, less what of that belongs to the day
 * before, more what it has of the next. Both are the same strips: the one between an edge and the
 * midnight that is nearest is added to the bucket on its one side and taken from the one on the
 * other.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a strip is read: the first five are levels of `counts`, by their numbers there. */
enum strip_source {
    STRIP_MINUTES_OF_ALL, /* minutes of dimension 0 */
    STRIP_QUARTERS,
    STRIP_HOURS,
    STRIP_DAYS,
    STRIP_MONTHS,
    STRIP_MINUTES, /* counts_minute */
    STRIP_EVENTS,
    STRIP_SOURCES,
};

struct strip {
    int64_t first_us; /* microseconds since 1970; up to before past_us */
    int64_t past_us;
    enum strip_source source;
    int32_t plus; /* the buckets that it is added to and taken from; -1 = none */
    int32_t minus;
};

/* A lane's marks by their numbers: the times since 1970, INT64_MIN = before all. */
enum {
    MARK_CLOSED,
    MARK_QUARTERS,
    MARK_HOURS,
    MARK_DAYS,
    MARK_MONTHS,
    MARK_MINUTES_FROM, /* before it there are minutes of dimension 0 alone */
    MARK_EVENTS_FROM,  /* before it no events are kept */
    MARK_OLDEST,       /* nothing was counted before it, INT64_MAX = at all */
    MARK_NEWEST,       /* nor from it on, INT64_MIN = at all */
    PLAN_MARKS,
};

struct plan {
    struct strip *strips; /* owned; by source, and of each by time */
    size_t count;
    size_t size;
    size_t first_of[STRIP_SOURCES + 1]; /* where those of a source begin */
    int64_t *edges;                     /* as they are answered: owned, bucket_count + 1 */
    size_t bucket_count;
    int64_t late_grain_us; /* in steps of so much late counts are told apart; but by the minute
                              where strips of events lie */
    bool is_rounded;       /* events that are gone were needed: some edges were moved */
};

/* Plans the `count` buckets between `count + 1` ascending `edges` for one lane. `is_all`: of
 * dimension 0. Clear with plan_clear(). */
void plan_make(struct plan *plan, const int64_t marks[static PLAN_MARKS], const int64_t *edges,
               size_t count, bool is_all);
void plan_clear(struct plan *plan);

/* The lengths of what the first four levels and STRIP_MINUTES count. Months have none: 0. */
int64_t strip_width_us(enum strip_source source);

/* The bucket that late counts of a grain that begins at `at_us` belong to. */
size_t plan_bucket_of(const struct plan *plan, int64_t at_us);

/* Whether events are read in the minute that begins at `minute_us`. Then late counts of it belong
 * to each bucket plan_late_weight() times, which may be none; to those that plan_next_late() does
 * not tell, none. */
bool plan_is_ragged(const struct plan *plan, int64_t minute_us);

/* The least bucket above `behind` that counts of the minute may belong to; -1 = there is none. */
int32_t plan_next_late(const struct plan *plan, int64_t minute_us, int32_t behind);
int plan_late_weight(const struct plan *plan, int64_t minute_us, int32_t bucket);
