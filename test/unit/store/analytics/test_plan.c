/* Windows cut into strips: every moment is in one of them, or in as many that take it away again.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/analytics/levels.h"
#include "store/analytics/plan.h"
#include "test/unit/suites.h"

#define MINUTE_US INT64_C(60000000)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)
#define START_US INT64_C(1767225600000000) /* 2026-01-01 */

enum { CASES = 400, PROBES = 300, BUCKETS_MAX = 120 };

static uint64_t seed;

static uint64_t random_below(uint64_t bound)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % bound;
}

static int64_t random_time(int64_t span_us)
{
    static const int64_t grains_us[] = {1, MINUTE_US, 15 * MINUTE_US, HOUR_US, DAY_US};
    int64_t grain_us = grains_us[random_below(5)];
    int64_t time_us = (int64_t)random_below((uint64_t)span_us);
    return START_US + time_us - time_us % grain_us;
}

/* Each level is behind the one below. */
static void make_marks(int64_t marks[PLAN_MARKS], int64_t span_us)
{
    marks[MARK_CLOSED] = level_floor(STRIP_MINUTES_OF_ALL, random_time(span_us));
    for (int level = STRIP_QUARTERS; level <= STRIP_MONTHS; level++)
        marks[level] = level_floor(level, marks[level - 1] - (int64_t)random_below(3 * HOUR_US));
    marks[MARK_MINUTES_FROM] = level_floor(
        STRIP_DAYS, marks[MARK_QUARTERS] - (int64_t)random_below((uint64_t)(3 * DAY_US)));
    marks[MARK_EVENTS_FROM] = INT64_MIN;
    marks[MARK_OLDEST] = INT64_MIN;
    marks[MARK_NEWEST] = INT64_MAX;
}

/* Buckets of one width, those at the ends cut off. */
static size_t make_edges(int64_t *edges, int64_t span_us)
{
    static const int64_t widths_us[] = {MINUTE_US, HOUR_US, DAY_US, 7 * DAY_US, 31 * DAY_US};
    static const int64_t offsets_us[] = {0, HOUR_US, 5 * HOUR_US + HOUR_US / 2, -12 * HOUR_US,
                                         5 * HOUR_US + 45 * MINUTE_US};
    int64_t width_us = widths_us[random_below(5)];
    int64_t offset_us = offsets_us[random_below(5)];
    int64_t start_us = random_time(span_us);
    size_t buckets = 1 + random_below(random_below(2) == 0 ? 2 : BUCKETS_MAX - 1);
    edges[0] = start_us;
    int64_t first_us = start_us - (start_us - offset_us) % width_us + width_us;
    for (size_t i = 1; i <= buckets; i++)
        edges[i] = first_us + (int64_t)(i - 1) * width_us;
    if (random_below(2) == 0)
        edges[buckets] -= (int64_t)random_below((uint64_t)width_us);
    if (edges[buckets] <= edges[buckets - 1])
        edges[buckets] = edges[buckets - 1] + 1;
    return buckets;
}

static int weight_at(const struct plan *plan, int64_t time_us, int32_t bucket)
{
    int weight = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct strip *strip = &plan->strips[i];
        if (strip->first_us <= time_us && time_us < strip->past_us)
            weight += (strip->plus == bucket) - (strip->minus == bucket);
    }
    return weight;
}

static void check_moment(const struct plan *plan, const int64_t *edges, int64_t time_us)
{
    for (size_t bucket = 0; bucket < plan->bucket_count; bucket++) {
        bool is_inside = edges[bucket] <= time_us && time_us < edges[bucket + 1];
        ck_assert_int_eq(weight_at(plan, time_us, (int32_t)bucket), is_inside ? 1 : 0);
    }
}

/* Each strip lies where its source has something to tell. */
static void check_strip(const struct strip *strip, const int64_t *marks, bool is_all)
{
    ck_assert(strip->first_us < strip->past_us);
    if (strip->source <= STRIP_MONTHS) {
        ck_assert(strip->first_us == level_floor((int)strip->source, strip->first_us));
        ck_assert(strip->past_us == level_floor((int)strip->source, strip->past_us));
        int mark = strip->source == STRIP_MINUTES_OF_ALL ? MARK_QUARTERS : (int)strip->source;
        ck_assert(strip->past_us <= marks[mark]);
        ck_assert(strip->source != STRIP_MINUTES_OF_ALL || is_all);
    } else if (strip->source == STRIP_MINUTES) {
        ck_assert(strip->first_us >= marks[is_all ? MARK_QUARTERS : MARK_MINUTES_FROM]);
    } else {
        ck_assert(strip->past_us - strip->first_us < (is_all ? 1 : 15) * MINUTE_US);
    }
}

static void check_case(void)
{
    int64_t marks[PLAN_MARKS];
    int64_t edges[BUCKETS_MAX + 1] = {0};
    struct plan plan;
    const int64_t span_us = 100 * DAY_US;
    bool is_all = random_below(2) == 0;
    make_marks(marks, span_us);
    size_t count = make_edges(edges, span_us);
    plan_make(&plan, marks, edges, count, is_all);
    ck_assert(!plan.is_rounded);
    for (size_t i = 0; i < plan.count; i++)
        check_strip(&plan.strips[i], marks, is_all);
    for (int i = 0; i < PROBES; i++) {
        int64_t around_us = edges[random_below(count + 1)];
        check_moment(&plan, edges, around_us);
        check_moment(&plan, edges, around_us - 1);
        check_moment(&plan, edges, around_us + (int64_t)random_below(DAY_US) - DAY_US / 2);
        check_moment(&plan, edges, random_time(span_us));
    }
    plan_clear(&plan);
}

START_TEST(every_moment_is_in_its_bucket_once)
{
    seed = (uint64_t)(unsigned)_i * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x2545f4914f6cdd1d);
    check_case();
}
END_TEST

/* All is rolled up, and kept. */
static const int64_t rolled[PLAN_MARKS] = {
    [MARK_CLOSED] = INT64_MAX,
    [MARK_QUARTERS] = START_US + 365 * DAY_US,
    [MARK_HOURS] = START_US + 365 * DAY_US,
    [MARK_DAYS] = START_US + 365 * DAY_US,
    [MARK_MONTHS] = START_US + 365 * DAY_US,
    [MARK_MINUTES_FROM] = START_US + 360 * DAY_US,
    [MARK_EVENTS_FROM] = INT64_MIN,
    [MARK_OLDEST] = INT64_MIN,
    [MARK_NEWEST] = INT64_MAX,
};

static size_t count_of(const struct plan *plan, enum strip_source source)
{
    return plan->first_of[source + 1] - plan->first_of[source];
}

/* Two hours before each midnight, once for both days. */
START_TEST(days_of_another_zone_share_the_hours_between)
{
    int64_t edges[31];
    struct plan plan;
    for (int i = 0; i <= 30; i++)
        edges[i] = START_US + 40 * DAY_US + i * DAY_US - 2 * HOUR_US;
    plan_make(&plan, rolled, edges, 30, false);
    ck_assert_uint_eq(count_of(&plan, STRIP_DAYS), 30);
    ck_assert_uint_eq(count_of(&plan, STRIP_HOURS), 31);
    ck_assert_uint_eq(plan.count, 61);
    plan_clear(&plan);
}
END_TEST

START_TEST(whole_months_are_read_as_such)
{
    const int64_t edges[] = {START_US, START_US + 59 * DAY_US};
    struct plan plan;
    plan_make(&plan, rolled, edges, 1, true);
    ck_assert_uint_eq(plan.count, 1);
    ck_assert_int_eq(plan.strips[0].source, STRIP_MONTHS);
    plan_clear(&plan);
}
END_TEST

/* Where the events are gone the first minute counts whole, and so does the last. */
START_TEST(edges_before_the_events_are_rounded_outwards)
{
    const int64_t edges[] = {START_US + 90500000, START_US + 5 * MINUTE_US + 1};
    int64_t marks[PLAN_MARKS];
    struct plan plan;
    for (int i = 0; i < PLAN_MARKS; i++)
        marks[i] = rolled[i];
    marks[MARK_EVENTS_FROM] = START_US + 10 * DAY_US;
    plan_make(&plan, marks, edges, 1, true);
    ck_assert(plan.is_rounded);
    ck_assert_int_eq(plan.edges[0], START_US + MINUTE_US);
    ck_assert_int_eq(plan.edges[1], START_US + 6 * MINUTE_US);
    ck_assert_uint_eq(count_of(&plan, STRIP_EVENTS), 0);
    plan_clear(&plan);
    plan_make(&plan, marks, edges, 1, false);
    ck_assert_int_eq(plan.edges[0], START_US);
    ck_assert_int_eq(plan.edges[1], START_US + 15 * MINUTE_US);
    plan_clear(&plan);
}
END_TEST

/* A window may begin and end in other millennia. */
START_TEST(nothing_is_looked_for_where_nothing_was_counted)
{
    const int64_t edges[] = {-62135596800000000, INT64_C(253402300800000000)};
    int64_t marks[PLAN_MARKS];
    struct plan plan;
    for (int i = 0; i < PLAN_MARKS; i++)
        marks[i] = rolled[i];
    marks[MARK_OLDEST] = START_US + 3 * DAY_US;
    marks[MARK_NEWEST] = START_US + 365 * DAY_US + HOUR_US;
    plan_make(&plan, marks, edges, 1, true);
    for (size_t i = 0; i < plan.first_of[STRIP_EVENTS]; i++) {
        ck_assert(plan.strips[i].first_us >= START_US);
        ck_assert(plan.strips[i].past_us <= marks[MARK_NEWEST]);
    }
    ck_assert_uint_gt(plan.count, 0);
    plan_clear(&plan);
}
END_TEST

/* Hours of a zone that was 53 minutes and a half ahead: each has two edges within a quarter hour.
 */
START_TEST(no_events_are_looked_for_where_nothing_was_counted)
{
    enum { HOURS = 5000 };
    int64_t edges[HOURS + 1];
    int64_t marks[PLAN_MARKS];
    struct plan plan;
    memcpy(marks, rolled, sizeof marks);
    marks[MARK_OLDEST] = START_US + (HOURS - 1) * HOUR_US;
    for (int i = 0; i <= HOURS; i++)
        edges[i] = START_US + i * HOUR_US + 6 * MINUTE_US + 30000000;
    plan_make(&plan, marks, edges, HOURS, false);
    ck_assert_uint_eq(plan.count - plan.first_of[STRIP_EVENTS], 3);
    ck_assert_int_eq(plan.strips[plan.first_of[STRIP_EVENTS]].first_us, marks[MARK_OLDEST]);
    plan_clear(&plan);
}
END_TEST

/* 10:00:30 on: the rest of the minute is read from the events, where late ones are as well. */
START_TEST(late_counts_belong_where_their_minute_is_counted)
{
    const int64_t edges[] = {START_US + 10 * HOUR_US + 30000000, START_US + 12 * HOUR_US};
    struct plan plan;
    plan_make(&plan, rolled, edges, 1, true);
    ck_assert(plan_is_ragged(&plan, START_US + 10 * HOUR_US));
    ck_assert(!plan_is_ragged(&plan, START_US + 10 * HOUR_US + MINUTE_US));
    ck_assert_int_eq(plan_late_weight(&plan, START_US + 10 * HOUR_US, 0), 0);
    ck_assert_int_eq(plan_late_weight(&plan, START_US + 10 * HOUR_US + MINUTE_US, 0), 1);
    ck_assert_uint_eq(plan_bucket_of(&plan, START_US + 11 * HOUR_US), 0);
    plan_clear(&plan);
}
END_TEST

Suite *plan_suite(void)
{
    Suite *suite = suite_create("plan");
    TCase *tcase = tcase_create("plan");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, every_moment_is_in_its_bucket_once, 0, CASES);
    tcase_add_test(tcase, days_of_another_zone_share_the_hours_between);
    tcase_add_test(tcase, whole_months_are_read_as_such);
    tcase_add_test(tcase, edges_before_the_events_are_rounded_outwards);
    tcase_add_test(tcase, nothing_is_looked_for_where_nothing_was_counted);
    tcase_add_test(tcase, no_events_are_looked_for_where_nothing_was_counted);
    tcase_add_test(tcase, late_counts_belong_where_their_minute_is_counted);
    suite_add_tcase(suite, tcase);
    return suite;
}
