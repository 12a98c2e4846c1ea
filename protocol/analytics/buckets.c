/*
 * The buckets of time. Days and longer ones begin at a date's first moment. Minutes and hours begin
 * where the zone's clocks show a full one, or are put on over it, so an hour that is shown twice is
 * two, and where clocks go back by half of one it is longer.
 */
#include "protocol/analytics/buckets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/calendar.h"
#include "protocol/memory.h"

enum { COUNT_BEFORE = 64, DAYS_OF_WEEK = 7, MONTHS_OF_YEAR = 12 };

static const int64_t second_us = 1000000;
static const int64_t minute_us = 60000000;
static const int64_t hour_us = 3600000000;

/* No hour of clocks that were put back is as long. */
static const int64_t hour_at_most_us = 4 * 3600000000;

/* No calendar is asked about for longer: to look for changes of the clocks takes its time. */
static const int64_t window_max_us = INT64_C(400) * 366 * 86400 * 1000000;

struct maker {
    const struct analytics_query *query;
    struct zone *zone;
    struct analytics_buckets *buckets;
    size_t size; /* of its arrays; one more edge fits */

    /* From here on until the clocks change they are so much ahead of UTC. */
    int64_t steady_from_us;
    int64_t steady_until_us;
    int64_t ahead_us;
};

static void grow(struct maker *maker)
{
    struct analytics_buckets *buckets = maker->buckets;
    if (buckets->count < maker->size)
        return;
    maker->size = maker->size == 0 ? COUNT_BEFORE : maker->size * 2;
    buckets->edges = memory_resized(buckets->edges, (maker->size + 1) * sizeof buckets->edges[0]);
    buckets->labels = memory_resized(buckets->labels, maker->size * sizeof buckets->labels[0]);
}

/* Adds a bucket that begins at `begin_us`, and returns the place for its label. One that begins at
 * the same moment lasts no time, and one that ends before the window is not of it: both make way.
 */
static char *add(struct maker *maker, int64_t begin_us)
{
    struct analytics_buckets *buckets = maker->buckets;
    int64_t start_us = maker->query->window.start_us;
    if (begin_us <= start_us) {
        begin_us = start_us;
        buckets->count = 0;
    } else if (buckets->count > 0 && buckets->edges[buckets->count - 1] == begin_us) {
        buckets->count--;
    }
    grow(maker);
    buckets->edges[buckets->count] = begin_us;
    return buckets->labels[buckets->count++];
}

static void add_clock(struct maker *maker, int64_t begin_us)
{
    zone_format(maker->zone, begin_us, add(maker, begin_us));
}

static int64_t offset_us_at(struct maker *maker, int64_t time_us)
{
    int offset_s = 0;
    (void)zone_date_of(maker->zone, time_us, &offset_s, NULL);
    return offset_s * second_us;
}

/* Whether clocks that were changed at that moment show a full hour (or minute), or have passed one
 * over. */
static bool begins_by_change(int64_t time_us, int64_t before_us, int64_t offset_us, int64_t step_us)
{
    int64_t number = calendar_floor_divide(time_us + offset_us, step_us);
    return number * step_us == time_us + offset_us ||
           number > calendar_floor_divide(time_us + before_us - 1, step_us);
}

static void make_clock(struct maker *maker, int64_t step_us)
{
    const struct analytics_window *window = &maker->query->window;
    int64_t at_us = window->start_us - hour_at_most_us;
    int64_t before_us = offset_us_at(maker, at_us);
    while (at_us <= window->end_us) {
        int64_t offset_us = offset_us_at(maker, at_us);
        int64_t change_us = zone_next_change(maker->zone, at_us, window->end_us + 1);
        if (offset_us != before_us && begins_by_change(at_us, before_us, offset_us, step_us))
            add_clock(maker, at_us);
        at_us += step_us - calendar_floor_remainder(at_us + offset_us, step_us);
        for (; at_us < change_us; at_us += step_us)
            add_clock(maker, at_us);
        at_us = change_us;
        before_us = offset_us;
    }
}

/* The date that the bucket of one begins with. */
static struct zone_date beginning(enum analytics_group bucket, struct zone_date date, int weekday)
{
    date.hour = 0;
    date.minute = 0;
    if (bucket == GROUP_WEEK)
        date.day -= weekday;
    if (bucket == GROUP_MONTH)
        date.day = 1;
    return date;
}

/* The first moment of a date. The zone is asked for the first behind each change of the clocks. */
static int64_t date_begin(struct maker *maker, struct zone_date date)
{
    int64_t clock_us = zone_days_of(date) * 24 * hour_us;
    int64_t begin_us = clock_us - maker->ahead_us;
    if (begin_us >= maker->steady_from_us && begin_us < maker->steady_until_us)
        return begin_us;
    begin_us = zone_time_of(maker->zone, date);
    maker->ahead_us = offset_us_at(maker, begin_us);
    maker->steady_from_us = begin_us;
    maker->steady_until_us =
        maker->query->bucket == GROUP_MONTH
            ? begin_us
            : zone_next_change(maker->zone, begin_us, maker->query->window.end_us + 1);
    return begin_us;
}

static void make_dates(struct maker *maker)
{
    const struct analytics_query *query = maker->query;
    int weekday = 0;
    struct zone_date date = zone_date_of(maker->zone, query->window.start_us, NULL, &weekday);
    date = beginning(query->bucket, date, weekday);
    int64_t begin_us = date_begin(maker, date);
    while (begin_us <= query->window.end_us) {
        zone_format_date(date, add(maker, begin_us));
        if (query->bucket == GROUP_MONTH)
            date.month++;
        else
            date.day += query->bucket == GROUP_WEEK ? DAYS_OF_WEEK : 1;
        date = zone_date_of_days(zone_days_of(date));
        begin_us = date_begin(maker, date);
    }
}

/* How many there are; of hours, where some are cut by changes of the clocks, about. */
static int64_t estimate(struct zone *zone, const struct analytics_query *query)
{
    const struct analytics_window *window = &query->window;
    enum analytics_group bucket = query->bucket;
    int offset_s = 0;
    int weekday = 0;
    struct zone_date first = zone_date_of(zone, window->start_us, &offset_s, &weekday);
    struct zone_date last = zone_date_of(zone, window->end_us, NULL, NULL);
    if (bucket == GROUP_MINUTE || bucket == GROUP_HOUR) {
        int64_t step_us = bucket == GROUP_HOUR ? hour_us : minute_us;
        int64_t local_us = window->start_us + offset_s * second_us;
        int64_t into_us = calendar_floor_remainder(local_us, step_us);
        return (window->end_us - window->start_us + into_us) / step_us + 1;
    }
    if (bucket == GROUP_MONTH)
        return (int64_t)(last.year - first.year) * MONTHS_OF_YEAR + last.month - first.month + 1;
    int64_t days = zone_days_of(last) - zone_days_of(beginning(bucket, first, weekday));
    return days / (bucket == GROUP_WEEK ? DAYS_OF_WEEK : 1) + 1;
}

static enum result refuse(enum analytics_group bucket, int64_t count, struct error *error)
{
    if (bucket == GROUP_MONTH)
        return error_set(error, RESULT_MALFORMED,
                         "group_by=month makes %lld rows of this window, and %d are the most: "
                         "narrow start and end",
                         (long long)count, ANALYTICS_CELLS_MAX);
    return error_set(
        error, RESULT_MALFORMED,
        "group_by=%s makes %lld rows of this window, and %d are the most: narrow start "
        "and end, or group by %s",
        analytics_group_name(bucket), (long long)count, ANALYTICS_CELLS_MAX,
        analytics_group_name(bucket + 1));
}

static void make(struct maker *maker)
{
    if (maker->query->bucket == GROUP_MINUTE)
        make_clock(maker, minute_us);
    else if (maker->query->bucket == GROUP_HOUR)
        make_clock(maker, hour_us);
    else
        make_dates(maker);
    maker->buckets->edges[maker->buckets->count] = maker->query->window.end_us + 1;
}

static void make_one(const struct analytics_query *query, struct analytics_buckets *buckets)
{
    buckets->count = 1;
    buckets->edges = memory_zeroed_array(2, sizeof buckets->edges[0]);
    buckets->edges[0] = query->window.start_us;
    buckets->edges[1] = query->window.end_us + 1;
}

enum result analytics_buckets_make(const struct analytics_query *query,
                                   struct analytics_buckets *buckets, struct error *error)
{
    *buckets = (struct analytics_buckets){0};
    if (query->bucket == GROUP_NONE) {
        make_one(query, buckets);
        return RESULT_OK;
    }
    struct maker maker = {.query = query, .zone = zone_open(query->zone, error)};
    if (maker.zone == NULL)
        return RESULT_MALFORMED;
    enum result result = RESULT_OK;
    int64_t count = estimate(maker.zone, query);
    if (count > ANALYTICS_CELLS_MAX) {
        result = refuse(query->bucket, count, error);
    } else if (query->window.end_us - query->window.start_us > window_max_us) {
        result = error_set(error, RESULT_MALFORMED,
                           "group_by=%s is for windows of at most 400 years: narrow start and end",
                           analytics_group_name(query->bucket));
    } else {
        maker.buckets = buckets;
        make(&maker);
    }
    zone_close(maker.zone);
    return result;
}

void analytics_buckets_clear(struct analytics_buckets *buckets)
{
    free(buckets->edges);
    free(buckets->labels);
    *buckets = (struct analytics_buckets){0};
}

size_t analytics_buckets_find(const struct analytics_buckets *buckets, int64_t time_us)
{
    assert(time_us >= buckets->edges[0] && time_us < buckets->edges[buckets->count]);
    size_t low = 0;
    size_t high = buckets->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (buckets->edges[middle] <= time_us)
            low = middle;
        else
            high = middle;
    }
    return low;
}
