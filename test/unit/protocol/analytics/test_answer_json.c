/* Answers as JSON, and as JSON by the line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/answer.h"
#include "test/unit/protocol/analytics/asked.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define DAY_WINDOW "\"start\":\"2025-04-20T00:00:00Z\",\"end\":\"2025-04-20T23:59:59.999999Z\","
#define NOTHING "\"click_rate\":0.0,\"average_playback_time\":0.0,"

static struct analytics_group_key key_of(int64_t key, int32_t second)
{
    return (struct analytics_group_key){.key = key, .second = second};
}

static void init_total(struct asked *asked)
{
    asked_init(asked, GROUP_NONE, GROUP_NONE, GROUP_NONE, 1);
}

START_TEST(the_originals_members_come_first_and_as_it_had_them)
{
    struct asked asked;
    init_total(&asked);
    asked_add(&asked, key_of(0, 0), 0, CELL_CLICK, 1);
    asked_add(&asked, key_of(0, 0), 0, CELL_IMPRESSION, 3);
    asked.report->total.playback_ms = 12483;
    asked.report->pending_events = 7;
    assert_text_before_meta(&asked, "{" DAY_WINDOW "\"total_clicks\":1,\"total_impressions\":3,"
                                    "\"click_rate\":33.3333,\"average_playback_time\":12.483,"
                                    "\"pending_events\":7,\"requests\":0,\"clicks\":1");
    asked_clear(&asked);
}
END_TEST

START_TEST(each_metric_of_the_total_is_told_once)
{
    struct asked asked;
    init_total(&asked);
    asked.question.view.metrics = METRIC_BIT(ANALYTICS_METRICS) - 1;
    char *text = asked_text(&asked, NULL);
    for (int i = 0; i < ANALYTICS_METRICS; i++) {
        char name[40];
        ck_assert_int_gt(
            snprintf(name, sizeof name, "\"%s\":", analytics_metric_name((enum analytics_metric)i)),
            0);
        char *found = strstr(text, name);
        ck_assert_ptr_nonnull(found);
        ck_assert_ptr_null(strstr(found + 1, name));
    }
    ck_assert_ptr_nonnull(strstr(text, ",\"fill_rate\":null,"));
    free(text);
    asked_clear(&asked);
}
END_TEST

START_TEST(the_filters_are_told)
{
    struct asked asked;
    init_total(&asked);
    struct analytics_query *query = &asked.question.query;
    asked.question.view.metrics = 0;
    query->ad_count = 1;
    query->ad_ids[0] = 7;
    query->ad_ids[1] = 9;
    query->traffic = TRAFFIC_NET;
#define REST "\"total_clicks\":0,\"total_impressions\":0," NOTHING "\"pending_events\":0"
    assert_text_before_meta(&asked, "{" DAY_WINDOW "\"ad_id\":7,\"traffic\":\"net\"," REST);
    query->ad_count = 2;
    query->traffic = TRAFFIC_GROSS;
    assert_text_before_meta(&asked, "{" DAY_WINDOW "\"ad_id\":[7,9]," REST);
    query->ad_count = 0;
    query->placement_count = 1;
    strcpy(query->placements[0], "a\"b");
    strcpy(query->placements[1], "c");
    assert_text_before_meta(&asked, "{" DAY_WINDOW "\"placement\":\"a\\\"b\"," REST);
    query->placement_count = 2;
    assert_text_before_meta(&asked, "{" DAY_WINDOW "\"placement\":[\"a\\\"b\",\"c\"]," REST);
#undef REST
    asked_clear(&asked);
}
END_TEST

START_TEST(the_window_before_has_its_own_metrics)
{
    struct asked asked;
    init_total(&asked);
    asked.question.view.metrics |= METRIC_BIT(METRIC_CLICK_RATE);
    asked.question.query.has_previous = true;
    asked.question.query.previous.start_us = APRIL_20_US - DAY_US;
    asked.question.query.previous.end_us = APRIL_20_US - 1;
    asked.report->previous.cells[CELL_CLICK] = 2;
    asked.report->previous.cells[CELL_IMPRESSION] = 80;
    assert_text_before_meta(&asked,
                            "{" DAY_WINDOW "\"total_clicks\":0,\"total_impressions\":0," NOTHING
                            "\"pending_events\":0,\"requests\":0,\"clicks\":0,\"previous\":{"
                            "\"start\":\"2025-04-19T00:00:00Z\","
                            "\"end\":\"2025-04-19T23:59:59.999999Z\","
                            "\"requests\":0,\"clicks\":2,\"click_rate\":2.5}");
    asked_clear(&asked);
}
END_TEST

static void assert_meta(const struct asked *asked, const char *expected)
{
    char *text = asked_text(asked, NULL);
    char *meta = strstr(text, ",\"meta\":");
    ck_assert_ptr_nonnull(meta);
    ck_assert_str_eq(meta + 1, expected);
    free(text);
}

#define META_WINDOW "\"meta\":{" DAY_WINDOW "\"tz\":\"UTC\","

START_TEST(meta_says_what_is_known)
{
    struct asked asked;
    init_total(&asked);
    asked.report->pending_events = 3;
    assert_meta(&asked, META_WINDOW "\"as_of\":null,\"pending_events\":3,"
                                    "\"complete_until\":null,\"warnings\":[]}}");
    asked.report->as_of_us = APRIL_20_US + 1;
    asked.report->complete_until_us = APRIL_20_US;
    assert_meta(&asked,
                META_WINDOW "\"as_of\":\"2025-04-20T00:00:00.000001Z\",\"pending_events\":3,"
                            "\"complete_until\":\"2025-04-20T00:00:00Z\",\"warnings\":[]}}");
    asked_clear(&asked);
}
END_TEST

START_TEST(meta_has_the_window_in_its_zone)
{
    struct asked asked;
    init_total(&asked);
    strcpy(asked.question.query.zone, "Europe/Berlin");
    assert_meta(&asked, "\"meta\":{\"start\":\"2025-04-20T02:00:00+02:00\","
                        "\"end\":\"2025-04-21T01:59:59.999999+02:00\",\"tz\":\"Europe/Berlin\","
                        "\"as_of\":null,\"pending_events\":0,\"complete_until\":null,"
                        "\"warnings\":[]}}");
    asked_clear(&asked);
}
END_TEST

#define ROUNDED                                                                                    \
    "events before 2026-01-01T00:00:00Z are not kept any more: the window is exact to the "
#define OTHER                                                                                      \
    "placements beyond the first 10,000 new ones of a day are counted together, under "            \
    "\\\"(other)\\\""

static const struct {
    unsigned warnings;
    enum analytics_group group;
    size_t ads;
    size_t placements;
    const char *expected;
} WARNINGS[] = {
    {1, GROUP_NONE, 0, 0, "\"warnings\":[\"" ROUNDED "minute\"]}}"},
    {1, GROUP_KIND, 0, 0, "\"warnings\":[\"" ROUNDED "minute\"]}}"},
    {1, GROUP_VERDICT, 0, 0, "\"warnings\":[\"" ROUNDED "minute\"]}}"},
    {1, GROUP_AD, 0, 0, "\"warnings\":[\"" ROUNDED "quarter hour\"]}}"},
    {1, GROUP_PLACEMENT, 0, 0, "\"warnings\":[\"" ROUNDED "quarter hour\"]}}"},
    {1, GROUP_ERROR_CODE, 0, 0, "\"warnings\":[\"" ROUNDED "quarter hour\"]}}"},
    {1, GROUP_NOFILL_REASON, 0, 0, "\"warnings\":[\"" ROUNDED "quarter hour\"]}}"},
    {1, GROUP_NONE, 1, 0, "\"warnings\":[\"" ROUNDED "quarter hour\"]}}"},
    {1, GROUP_KIND, 0, 1, "\"warnings\":[\"" ROUNDED "quarter hour\"]}}"},
    {2, GROUP_NONE, 0, 0, "\"warnings\":[\"" OTHER "\"]}}"},
    {3, GROUP_NONE, 0, 0, "\"warnings\":[\"" ROUNDED "minute\",\"" OTHER "\"]}}"},
};

START_TEST(meta_warns_in_words)
{
    struct asked asked;
    asked_init(&asked, WARNINGS[_i].group, GROUP_NONE, GROUP_NONE, 1);
    asked.question.query.ad_count = WARNINGS[_i].ads;
    asked.question.query.placement_count = WARNINGS[_i].placements;
    asked.report->warnings = WARNINGS[_i].warnings;
    asked.report->events_from_us = INT64_C(1767225600000000);
    char *text = asked_text(&asked, NULL);
    ck_assert_str_eq(strstr(text, "\"warnings\""), WARNINGS[_i].expected);
    free(text);
    asked_clear(&asked);
}
END_TEST

#define CLICKS "\"requests\":0,\"clicks\":"

static void assert_rows(const struct asked *asked, const char *expected)
{
    char *text = asked_text(asked, NULL);
    char *rows = strstr(text, "\"rows\":");
    ck_assert_ptr_nonnull(rows);
    *strstr(rows, ",\"meta\":") = '\0';
    ck_assert_str_eq(rows + strlen("\"rows\":"), expected);
    free(text);
}

START_TEST(rows_have_their_columns_and_metrics)
{
    struct asked asked;
    asked_init(&asked, GROUP_AD, GROUP_ERROR_CODE, GROUP_NONE, 1);
    assert_rows(&asked, "[]");
    asked_add(&asked, key_of(7, 303), 0, CELL_CLICK, 5);
    asked_add(&asked, key_of(0, 900), 0, CELL_CLICK, 6);
    assert_rows(&asked, "[{\"ad_id\":7,\"error_code\":303," CLICKS "5},"
                        "{\"ad_id\":null,\"error_code\":900," CLICKS "6}]");
    asked_clear(&asked);
}
END_TEST

START_TEST(a_group_has_a_row_for_every_bucket)
{
    struct asked asked;
    asked_init(&asked, GROUP_PLACEMENT, GROUP_NONE, GROUP_DAY, 2);
    asked_name(&asked, 99, "home\\top");
    asked_add(&asked, key_of(99, 0), 1, CELL_CLICK, 5);
    asked_add(&asked, key_of(0, 0), 0, CELL_CLICK, 1);
    assert_rows(&asked, "[{\"placement\":\"home\\\\top\",\"day\":\"day 0\"," CLICKS "0},"
                        "{\"placement\":\"home\\\\top\",\"day\":\"day 1\"," CLICKS "5},"
                        "{\"placement\":null,\"day\":\"day 0\"," CLICKS "1},"
                        "{\"placement\":null,\"day\":\"day 1\"," CLICKS "0}]");
    asked_clear(&asked);
}
END_TEST

static const struct {
    enum analytics_group group;
    int64_t key;
    const char *expected;
} WORDS[] = {
    {GROUP_KIND, EVENT_CLICK, "[{\"kind\":\"click\"," CLICKS "1}]"},
    {GROUP_KIND, EVENT_NOFILL, "[{\"kind\":\"nofill\"," CLICKS "1}]"},
    {GROUP_KIND, EVENT_KINDS, "[{\"kind\":\"27\"," CLICKS "1}]"},
    {GROUP_KIND, -1, "[{\"kind\":\"-1\"," CLICKS "1}]"},
    {GROUP_VERDICT, 0, "[{\"verdict\":\"valid\"," CLICKS "1}]"},
    {GROUP_VERDICT, 3, "[{\"verdict\":\"late\"," CLICKS "1}]"},
    {GROUP_VERDICT, 99, "[{\"verdict\":\"99\"," CLICKS "1}]"},
    {GROUP_NOFILL_REASON, 1, "[{\"nofill_reason\":\"no_ads\"," CLICKS "1}]"},
    {GROUP_NOFILL_REASON, 99, "[{\"nofill_reason\":\"99\"," CLICKS "1}]"},
    {GROUP_NOFILL_REASON, INT64_C(1) << 32, "[{\"nofill_reason\":\"4294967296\"," CLICKS "1}]"},
    {GROUP_ERROR_CODE, 303, "[{\"error_code\":303," CLICKS "1}]"},
    {GROUP_ERROR_CODE, 0, "[{\"error_code\":0," CLICKS "1}]"},
    {GROUP_AD, 2147483647, "[{\"ad_id\":2147483647," CLICKS "1}]"},
    {GROUP_PLACEMENT, 5, "[{\"placement\":\"5\"," CLICKS "1}]"},
};

/* Also a placement whose name is nowhere: it has a row all the same. */
START_TEST(numbers_have_their_words)
{
    struct asked asked;
    asked_init(&asked, WORDS[_i].group, GROUP_NONE, GROUP_NONE, 1);
    asked_add(&asked, key_of(WORDS[_i].key, 0), 0, CELL_CLICK, 1);
    assert_rows(&asked, WORDS[_i].expected);
    asked_clear(&asked);
}
END_TEST

START_TEST(the_next_page_is_told_where_there_is_one)
{
    struct asked asked;
    asked_init(&asked, GROUP_AD, GROUP_NONE, GROUP_NONE, 1);
    for (int ad = 1; ad <= 3; ad++)
        asked_add(&asked, key_of(ad, 0), 0, CELL_CLICK, 1);
    for (uint32_t limit = 0; limit <= 4; limit++) {
        asked.question.view.limit = limit;
        char *text = asked_text(&asked, NULL);
        ck_assert_int_eq(strstr(text, ",\"next\":\"") != NULL, limit == 1 || limit == 2);
        free(text);
    }
    asked_clear(&asked);
}
END_TEST

START_TEST(lines_are_rows_or_the_total)
{
    struct asked asked;
    init_total(&asked);
    asked.question.view.format = FORMAT_NDJSON;
    asked_add(&asked, key_of(0, 0), 0, CELL_CLICK, 1);
    assert_text(&asked, "{" DAY_WINDOW CLICKS "1}\n");
    asked_clear(&asked);
    asked_init(&asked, GROUP_NONE, GROUP_NONE, GROUP_DAY, 2);
    asked.question.view.format = FORMAT_NDJSON;
    asked_add(&asked, key_of(0, 0), 1, CELL_CLICK, 4);
    assert_text(&asked, "{\"day\":\"day 0\"," CLICKS "0}\n{\"day\":\"day 1\"," CLICKS "4}\n");
    asked_clear(&asked);
}
END_TEST

static const struct {
    int64_t clicks;
    int64_t impressions;
    const char *expected;
} RATES[] = {
    {1, 3, "\"click_rate\":33.3333,"},
    {1, 40, "\"click_rate\":2.5,"},
    {29, 100, "\"click_rate\":29.0,"},
    {57, 1000, "\"click_rate\":5.7,"},
    {1, 1000000, "\"click_rate\":0.0001,"},
    {1, 10000000, "\"click_rate\":0.0,"},
    {5, 0, "\"click_rate\":0.0,"},
    {1234567, 7654321, "\"click_rate\":16.129,"},
    {10000000, 1, "\"click_rate\":1000000000.0,"},
    {10000001, 3, "\"click_rate\":333333366.6667,"},
    {100000001, 3, "\"click_rate\":3333333366.6667,"},
    {INT64_MAX, INT64_MAX, "\"click_rate\":100.0,"},
    {INT64_MAX, 1, "\"click_rate\":9.22337203685478e+20,"},
};

START_TEST(a_rate_has_a_point_and_the_decimals_that_it_needs)
{
    struct asked asked;
    init_total(&asked);
    asked.report->total.cells[CELL_CLICK] = RATES[_i].clicks;
    asked.report->total.cells[CELL_IMPRESSION] = RATES[_i].impressions;
    char *text = asked_text(&asked, NULL);
    ck_assert_msg(strstr(text, RATES[_i].expected) != NULL, "%s", text);
    free(text);
    asked_clear(&asked);
}
END_TEST

START_TEST(a_share_of_a_millionth_is_told)
{
    struct asked asked;
    init_total(&asked);
    asked.question.view.metrics = METRIC_BIT(METRIC_FILL_RATE);
    asked.report->total.cells[CELL_FILL] = 12;
    asked.report->total.cells[CELL_REQUEST] = 1000000;
    char *text = asked_text(&asked, NULL);
    ck_assert_ptr_nonnull(strstr(text, "\"fill_rate\":0.000012,"));
    free(text);
    asked_clear(&asked);
}
END_TEST

Suite *analytics_answer_json_suite(void)
{
    Suite *suite = suite_create("analytics_answer_json");
    TCase *tcase = tcase_create("analytics_answer_json");
    tcase_add_test(tcase, the_originals_members_come_first_and_as_it_had_them);
    tcase_add_test(tcase, each_metric_of_the_total_is_told_once);
    tcase_add_test(tcase, the_filters_are_told);
    tcase_add_test(tcase, the_window_before_has_its_own_metrics);
    tcase_add_test(tcase, meta_says_what_is_known);
    tcase_add_test(tcase, meta_has_the_window_in_its_zone);
    tcase_add_loop_test(tcase, meta_warns_in_words, 0, COUNT(WARNINGS));
    tcase_add_test(tcase, rows_have_their_columns_and_metrics);
    tcase_add_test(tcase, a_group_has_a_row_for_every_bucket);
    tcase_add_loop_test(tcase, numbers_have_their_words, 0, COUNT(WORDS));
    tcase_add_test(tcase, the_next_page_is_told_where_there_is_one);
    tcase_add_test(tcase, lines_are_rows_or_the_total);
    tcase_add_loop_test(tcase, a_rate_has_a_point_and_the_decimals_that_it_needs, 0, COUNT(RATES));
    tcase_add_test(tcase, a_share_of_a_millionth_is_told);
    suite_add_tcase(suite, tcase);
    return suite;
}
