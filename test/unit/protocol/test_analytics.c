/* The analytics window and its answer. */
#include <stdio.h>
#include <stdlib.h>

#include <check.h>

#include "protocol/analytics.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const int64_t DAY_US = 86400000000;
static const int64_t APRIL_20_US = 1745107200000000;

#define WINDOW "start=2025-04-20T00:00:00Z&end=2025-04-21T00:00:00Z"

static const char *const traffics[ANALYTICS_TRAFFICS] = {"gross", "net", "test"};

static const struct {
    const char *query;
    struct analytics_window window;
} WINDOWS[] = {
    {"start=2025-04-20T00:00:00Z&end=2025-04-21T00:00:00Z",
     {1745107200000000, 1745193600000000, 0, TRAFFIC_GROSS}},
    {"end=2025-04-21T00:00:00Z&x=1&start=2025-04-20T00:00:00Z&ad_id=7",
     {1745107200000000, 1745193600000000, 7, TRAFFIC_GROSS}},
    {"start=2025-04-20T00:00:00Z&end=2025-04-20T00:00:00Z",
     {1745107200000000, 1745107200000000, 0, TRAFFIC_GROSS}},
    {"start=2025-04-20T02:00:00+02:00&end=2025-04-20T23%3A59%3A59.999999-05%3A00",
     {1745107200000000, 1745211599999999, 0, TRAFFIC_GROSS}},
    {"start=2025-04-20T02:00:00%2B02:00&end=2025-04-21T00:00:00Z",
     {1745107200000000, 1745193600000000, 0, TRAFFIC_GROSS}},
    {"start=2025-04-20T00:00:00.0000001Z&end=2025-04-21T00:00:00.9999999Z",
     {1745107200000001, 1745193600999999, 0, TRAFFIC_GROSS}},
    {"start=2025-04-20T00:00:00.0000010Z&end=2025-04-21T00:00:00Z",
     {1745107200000001, 1745193600000000, 0, TRAFFIC_GROSS}},
    {"start=2025-04-20T00:00:00.9999999Z&end=2025-04-20T00:00:01Z",
     {1745107201000000, 1745107201000000, 0, TRAFFIC_GROSS}},
    {"start=2025-04-20T00:00:00Z&end=2025-04-21T00:00:00Z&ad_id=1",
     {1745107200000000, 1745193600000000, 1, TRAFFIC_GROSS}},
    {"start=2025-04-20T00:00:00Z&end=2025-04-21T00:00:00Z&ad_id=2147483647",
     {1745107200000000, 1745193600000000, 2147483647, TRAFFIC_GROSS}},
    {WINDOW "&traffic=gross", {1745107200000000, 1745193600000000, 0, TRAFFIC_GROSS}},
    {WINDOW "&traffic=net", {1745107200000000, 1745193600000000, 0, TRAFFIC_NET}},
    {"traffic=te%73t&ad_id=7&" WINDOW, {1745107200000000, 1745193600000000, 7, TRAFFIC_TEST}},
    {WINDOW "&traffic=net&traffic=x", {1745107200000000, 1745193600000000, 0, TRAFFIC_NET}},
};

START_TEST(reads_a_window)
{
    struct analytics_window window = {-1, -1, -1, ANALYTICS_TRAFFICS};
    struct error error = {"untouched"};
    ck_assert_int_eq(analytics_window_parse(WINDOWS[_i].query, &window, &error), RESULT_OK);
    ck_assert_int_eq(window.start_us, WINDOWS[_i].window.start_us);
    ck_assert_int_eq(window.end_us, WINDOWS[_i].window.end_us);
    ck_assert_int_eq(window.ad_id, WINDOWS[_i].window.ad_id);
    ck_assert_int_eq(window.traffic, WINDOWS[_i].window.traffic);
    ck_assert_str_eq(error.text, "untouched");
}
END_TEST

#define AD_ID_WORDS "ad_id must be a whole number from 1 to 2147483647"
#define TRAFFIC_WORDS "traffic must be gross, net or test"
#define NO_TIME_WORDS " is not an RFC 3339 time such as 2025-04-20T00:00:00Z"

static const struct {
    const char *query;
    const char *words;
} REFUSALS[] = {
    {NULL, "start is missing"},
    {"", "start is missing"},
    {"end=2025-04-21T00:00:00Z", "start is missing"},
    {"start=2025-04-20T00:00:00Z", "end is missing"},
    {"start&end=2025-04-21T00:00:00Z", "start is missing"},
    {"start=&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=yesterday&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=2025-04-20&end=2025-04-21", "start" NO_TIME_WORDS},
    {"start=%zz&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=2025-04-20T00:00:00Z%00&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=2025-04-20T00:00:00Z&end=1745193600", "end" NO_TIME_WORDS},
    {"start=2025-04-20T00:00:00Z&end=2025-04-31T00:00:00Z", "end" NO_TIME_WORDS},
    {"start=2025-04-21T00:00:00Z&end=2025-04-20T23:59:59.999999Z", "end is before start"},
    {"start=2025-04-20T00:00:00Z&end=2025-04-20T00:00:00+00:01", "end is before start"},
    {WINDOW "&ad_id=", AD_ID_WORDS},
    {WINDOW "&ad_id=0", AD_ID_WORDS},
    {WINDOW "&ad_id=-1", AD_ID_WORDS},
    {WINDOW "&ad_id=%2B1", AD_ID_WORDS},
    {WINDOW "&ad_id=+1", AD_ID_WORDS},
    {WINDOW "&ad_id=1.5", AD_ID_WORDS},
    {WINDOW "&ad_id=x", AD_ID_WORDS},
    {WINDOW "&ad_id=1x", AD_ID_WORDS},
    {WINDOW "&ad_id=%", AD_ID_WORDS},
    {WINDOW "&ad_id=2147483648", AD_ID_WORDS},
    {WINDOW "&ad_id=99999999999999999999999999", AD_ID_WORDS},
    {WINDOW "&traffic=", TRAFFIC_WORDS},
    {WINDOW "&traffic=Net", TRAFFIC_WORDS},
    {WINDOW "&traffic=nett", TRAFFIC_WORDS},
    {WINDOW "&traffic=ne", TRAFFIC_WORDS},
    {WINDOW "&traffic=net%20", TRAFFIC_WORDS},
    {WINDOW "&traffic=net%00", TRAFFIC_WORDS},
    {WINDOW "&traffic=%zz", TRAFFIC_WORDS},
    {WINDOW "&traffic=1", TRAFFIC_WORDS},
    {WINDOW "&traffic=x&traffic=net", TRAFFIC_WORDS},
};

START_TEST(refuses_a_window_by_the_parameter)
{
    struct analytics_window window = {-1, -1, -1, ANALYTICS_TRAFFICS};
    struct error error = {""};
    ck_assert_int_eq(analytics_window_parse(REFUSALS[_i].query, &window, &error), RESULT_MALFORMED);
    ck_assert_str_eq(error.text, REFUSALS[_i].words);
    ck_assert_int_eq(window.start_us, -1);
    ck_assert_int_eq(window.traffic, ANALYTICS_TRAFFICS);
}
END_TEST

static void assert_rendered(struct analytics_window window, struct analytics_totals totals,
                            const char *expected)
{
    char *text = analytics_render(&window, &totals);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(renders_the_answer)
{
    assert_rendered((struct analytics_window){APRIL_20_US, APRIL_20_US + DAY_US, 0, TRAFFIC_GROSS},
                    (struct analytics_totals){{5, 200}, {200000, 7}, 3},
                    "{\"start\":\"2025-04-20T00:00:00Z\",\"end\":\"2025-04-21T00:00:00Z\","
                    "\"total_clicks\":5,\"total_impressions\":200,\"click_rate\":2.5,"
                    "\"average_playback_time\":40.0,\"pending_events\":3}");
}
END_TEST

START_TEST(renders_the_ad_that_was_asked_for)
{
    assert_rendered((struct analytics_window){APRIL_20_US, APRIL_20_US + 1, 7, TRAFFIC_GROSS},
                    (struct analytics_totals){0},
                    "{\"start\":\"2025-04-20T00:00:00Z\",\"end\":\"2025-04-20T00:00:00.000001Z\","
                    "\"ad_id\":7,\"total_clicks\":0,\"total_impressions\":0,\"click_rate\":0.0,"
                    "\"average_playback_time\":0.0,\"pending_events\":0}");
}
END_TEST

START_TEST(renders_the_traffic_that_was_asked_for)
{
    char expected[300];
    const struct analytics_window window = {APRIL_20_US, APRIL_20_US, 7, _i};
    const char *name = analytics_traffic_name((enum analytics_traffic)_i);
    ck_assert_str_eq(name, traffics[_i]);
    ck_assert_int_gt(snprintf(expected, sizeof expected,
                              "{\"start\":\"2025-04-20T00:00:00Z\",\"end\":"
                              "\"2025-04-20T00:00:00Z\",\"ad_id\":7,%s%s%s\"total_clicks\":1,"
                              "\"total_impressions\":2,\"click_rate\":50.0,"
                              "\"average_playback_time\":0.003,\"pending_events\":4}",
                              _i == 0 ? "" : "\"traffic\":\"", _i == 0 ? "" : name,
                              _i == 0 ? "" : "\","),
                     0);
    assert_rendered(window, (struct analytics_totals){{1, 2}, {3, 0}, 4}, expected);
}
END_TEST

START_TEST(renders_every_year_in_four_digits)
{
    struct analytics_window window;
    struct error error;
    ck_assert_int_eq(analytics_window_parse("start=0000-01-01T00:00:00%2B00:01&"
                                            "end=9999-12-31T23:59:59-00:01",
                                            &window, &error),
                     RESULT_OK);
    assert_rendered(window, (struct analytics_totals){0},
                    "{\"start\":\"0000-01-01T00:00:00Z\",\"end\":\"9999-12-31T23:59:59.999999Z\","
                    "\"total_clicks\":0,\"total_impressions\":0,\"click_rate\":0.0,"
                    "\"average_playback_time\":0.0,\"pending_events\":0}");
}
END_TEST

static const struct {
    int64_t clicks;
    int64_t impressions;
    const char *rate;
} RATES[] = {
    {1, 3, "33.3333"},
    {2, 3, "66.6667"},
    {1, 40, "2.5"},
    {29, 100, "29.0"},
    {57, 1000, "5.7"},
    {1, 1000000, "0.0001"},
    {1, 10000000, "0.0"},
    {5, 0, "0.0"},
    {0, 5, "0.0"},
    {3, 1, "300.0"},
    {1234567, 7654321, "16.129"},
    {INT64_MAX, INT64_MAX, "100.0"},
    {INT64_MAX, 1, "9.22337203685478e20"},
};

START_TEST(renders_rates_to_four_decimals)
{
    char expected[300];
    ck_assert_int_gt(
        snprintf(expected, sizeof(expected),
                 "{\"start\":\"1970-01-01T00:00:00Z\",\"end\":\"1970-01-01T00:00:00Z\","
                 "\"total_clicks\":%lld,\"total_impressions\":%lld,\"click_rate\":%s,"
                 "\"average_playback_time\":0.0,\"pending_events\":0}",
                 (long long)RATES[_i].clicks, (long long)RATES[_i].impressions, RATES[_i].rate),
        0);
    assert_rendered((struct analytics_window){0},
                    (struct analytics_totals){.events = {RATES[_i].clicks, RATES[_i].impressions}},
                    expected);
}
END_TEST

Suite *analytics_suite(void)
{
    Suite *suite = suite_create("analytics");
    TCase *tcase = tcase_create("analytics");
    tcase_add_loop_test(tcase, reads_a_window, 0, COUNT(WINDOWS));
    tcase_add_loop_test(tcase, refuses_a_window_by_the_parameter, 0, COUNT(REFUSALS));
    tcase_add_test(tcase, renders_the_answer);
    tcase_add_test(tcase, renders_the_ad_that_was_asked_for);
    tcase_add_loop_test(tcase, renders_the_traffic_that_was_asked_for, 0, ANALYTICS_TRAFFICS);
    tcase_add_test(tcase, renders_every_year_in_four_digits);
    tcase_add_loop_test(tcase, renders_rates_to_four_decimals, 0, COUNT(RATES));
    suite_add_tcase(suite, tcase);
    return suite;
}
