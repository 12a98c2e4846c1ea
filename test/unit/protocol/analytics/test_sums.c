/* Sums, and the metrics that are made of them. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/sums.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct analytics_sums numbered(int64_t first)
{
    struct analytics_sums sums = {first, first + 1, first + 2, {0}};
    for (int i = 0; i < ANALYTICS_CELLS; i++)
        sums.cells[i] = first + 3 + i;
    return sums;
}

START_TEST(every_member_is_added_and_taken_away)
{
    struct analytics_sums sums = numbered(1000);
    const struct analytics_sums more = numbered(50);
    analytics_sums_add(&sums, &more, 1);
    ck_assert_int_eq(sums.events, 1050);
    ck_assert_int_eq(sums.invalid, 1052);
    ck_assert_int_eq(sums.playback_ms, 1054);
    for (int i = 0; i < ANALYTICS_CELLS; i++)
        ck_assert_int_eq(sums.cells[i], 1056 + 2 * i);
    analytics_sums_add(&sums, &more, -1);
    const struct analytics_sums before = numbered(1000);
    ck_assert_mem_eq(&sums, &before, sizeof sums);
}
END_TEST

START_TEST(sums_are_zero_when_every_member_is)
{
    int64_t members[sizeof(struct analytics_sums) / sizeof(int64_t)] = {0};
    struct analytics_sums sums = {0};
    ck_assert(analytics_sums_are_zero(&sums));
    members[_i] = _i % 2 == 0 ? 1 : -1;
    memcpy(&sums, members, sizeof sums);
    ck_assert(!analytics_sums_are_zero(&sums));
}
END_TEST

static const struct {
    enum analytics_metric metric;
    enum analytics_cell cell;
} COUNTS[] = {
    {METRIC_REQUESTS, CELL_REQUEST},
    {METRIC_FILLS, CELL_FILL},
    {METRIC_NOFILLS, CELL_NOFILL},
    {METRIC_IMPRESSIONS, CELL_IMPRESSION},
    {METRIC_CLICKS, CELL_CLICK},
    {METRIC_STARTS, CELL_START},
    {METRIC_FIRST_QUARTILES, CELL_FIRST_QUARTILE},
    {METRIC_MIDPOINTS, CELL_MIDPOINT},
    {METRIC_THIRD_QUARTILES, CELL_THIRD_QUARTILE},
    {METRIC_COMPLETES, CELL_COMPLETE},
    {METRIC_SKIPS, CELL_SKIP},
    {METRIC_ERRORS, CELL_ERROR},
    {METRIC_VIEWABLES, CELL_VIEWABLE},
    {METRIC_NOT_VIEWABLES, CELL_NOT_VIEWABLE},
};

START_TEST(a_count_is_its_cell)
{
    const struct analytics_sums sums = numbered(INT64_C(1) << 60);
    ck_assert(analytics_metric_is_count(COUNTS[_i].metric));
    ck_assert_int_eq(analytics_sums_count(&sums, COUNTS[_i].metric), sums.cells[COUNTS[_i].cell]);
    const struct analytics_sums small = numbered(7);
    ck_assert(analytics_sums_metric(&small, COUNTS[_i].metric) ==
              (double)small.cells[COUNTS[_i].cell]);
}
END_TEST

START_TEST(events_and_invalid_ones_are_counts_of_their_own)
{
    const struct analytics_sums sums = numbered(7);
    ck_assert(analytics_metric_is_count(METRIC_EVENTS));
    ck_assert(analytics_metric_is_count(METRIC_INVALID));
    ck_assert_int_eq(analytics_sums_count(&sums, METRIC_EVENTS), 7);
    ck_assert_int_eq(analytics_sums_count(&sums, METRIC_INVALID), 8);
    ck_assert(analytics_sums_metric(&sums, METRIC_EVENTS) == 7);
    ck_assert(analytics_sums_metric(&sums, METRIC_INVALID) == 8);
}
END_TEST

#define CELLS(...)                                                                                 \
    {                                                                                              \
        .cells = { __VA_ARGS__ }                                                                   \
    }

static const struct {
    enum analytics_metric metric;
    struct analytics_sums sums;
    double value;
} RATIOS[] = {
    {METRIC_FILL_RATE, CELLS([CELL_FILL] = 1, [CELL_REQUEST] = 3), 0.333333},
    {METRIC_FILL_RATE, CELLS([CELL_FILL] = 2, [CELL_REQUEST] = 3), 0.666667},
    {METRIC_FILL_RATE, CELLS([CELL_FILL] = 5, [CELL_REQUEST] = 5), 1},
    {METRIC_FILL_RATE, CELLS([CELL_REQUEST] = 5), 0},
    {METRIC_FILL_RATE, CELLS([CELL_FILL] = 5), (double)NAN},
    {METRIC_FILL_RATE, CELLS([CELL_FILL] = INT64_MAX, [CELL_REQUEST] = 1), 0x1p63},
    {METRIC_FILL_RATE, CELLS([CELL_FILL] = 1, [CELL_REQUEST] = 2000001), 0},
    {METRIC_FILL_RATE, CELLS([CELL_FILL] = 1, [CELL_REQUEST] = 1999999), 0.000001},
    {METRIC_CLICK_RATE, CELLS([CELL_CLICK] = 1, [CELL_IMPRESSION] = 3), 33.3333},
    {METRIC_CLICK_RATE, CELLS([CELL_CLICK] = 2, [CELL_IMPRESSION] = 3), 66.6667},
    {METRIC_CLICK_RATE, CELLS([CELL_CLICK] = 2), 0},
    {METRIC_COMPLETION_RATE, CELLS([CELL_COMPLETE] = 3, [CELL_START] = 4), 0.75},
    {METRIC_COMPLETION_RATE, CELLS([CELL_COMPLETE] = 3, [CELL_IMPRESSION] = 4), (double)NAN},
    {METRIC_SKIP_RATE, CELLS([CELL_SKIP] = 1, [CELL_START] = 8), 0.125},
    {METRIC_SKIP_RATE, CELLS([CELL_SKIP] = 1), (double)NAN},
    {METRIC_ERROR_RATE, CELLS([CELL_ERROR] = 1, [CELL_IMPRESSION] = 3), 0.25},
    {METRIC_ERROR_RATE, CELLS([CELL_ERROR] = 1), 1},
    {METRIC_ERROR_RATE, CELLS([CELL_IMPRESSION] = 1), 0},
    {METRIC_ERROR_RATE, CELLS([CELL_START] = 1), (double)NAN},
    {METRIC_VIEWABLE_RATE, CELLS([CELL_VIEWABLE] = 1, [CELL_NOT_VIEWABLE] = 4), 0.2},
    {METRIC_VIEWABLE_RATE, CELLS([CELL_IMPRESSION] = 1), (double)NAN},
};

START_TEST(a_ratio_is_rounded_and_none_without_a_divisor)
{
    double value = analytics_sums_metric(&RATIOS[_i].sums, RATIOS[_i].metric);
    ck_assert(!analytics_metric_is_count(RATIOS[_i].metric));
    if (isnan(RATIOS[_i].value))
        ck_assert(isnan(value));
    else
        ck_assert_msg(value == RATIOS[_i].value, "%.17g", value);
}
END_TEST

START_TEST(playback_is_the_mean_of_the_clicks_in_seconds)
{
    struct analytics_sums sums = {.playback_ms = 10000};
    ck_assert(analytics_sums_metric(&sums, METRIC_AVERAGE_PLAYBACK_TIME) == 0);
    sums.cells[CELL_CLICK] = 3;
    ck_assert(analytics_sums_metric(&sums, METRIC_AVERAGE_PLAYBACK_TIME) == 3.3333);
    ck_assert(!analytics_metric_is_count(METRIC_AVERAGE_PLAYBACK_TIME));
}
END_TEST

Suite *analytics_sums_suite(void)
{
    const int members = (int)(sizeof(struct analytics_sums) / sizeof(int64_t));
    Suite *suite = suite_create("analytics_sums");
    TCase *tcase = tcase_create("analytics_sums");
    tcase_add_test(tcase, every_member_is_added_and_taken_away);
    tcase_add_loop_test(tcase, sums_are_zero_when_every_member_is, 0, members);
    tcase_add_loop_test(tcase, a_count_is_its_cell, 0, COUNT(COUNTS));
    tcase_add_test(tcase, events_and_invalid_ones_are_counts_of_their_own);
    tcase_add_loop_test(tcase, a_ratio_is_rounded_and_none_without_a_divisor, 0, COUNT(RATIOS));
    tcase_add_test(tcase, playback_is_the_mean_of_the_clicks_in_seconds);
    suite_add_tcase(suite, tcase);
    return suite;
}
