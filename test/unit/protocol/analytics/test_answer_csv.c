/* Answers as CSV. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/answer.h"
#include "test/unit/protocol/analytics/asked.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static void init_csv(struct asked *asked, enum analytics_group group, enum analytics_group second,
                     enum analytics_group bucket, size_t buckets)
{
    asked_init(asked, group, second, bucket, buckets);
    asked->question.view.format = FORMAT_CSV;
}

START_TEST(a_total_is_the_window_and_its_metrics)
{
    struct asked asked;
    init_csv(&asked, GROUP_NONE, GROUP_NONE, GROUP_NONE, 1);
    strcpy(asked.question.query.zone, "Europe/Berlin");
    asked.question.view.metrics |= METRIC_BIT(METRIC_FILL_RATE) | METRIC_BIT(METRIC_CLICK_RATE);
    asked_add(&asked, (struct analytics_group_key){0}, 0, CELL_CLICK, 1);
    asked.report->total.cells[CELL_IMPRESSION] = 3;
    assert_text(&asked, "start,end,requests,fill_rate,clicks,click_rate\r\n"
                        "2025-04-20T02:00:00+02:00,2025-04-21T01:59:59.999999+02:00,"
                        "0,,1,33.3333\r\n");
    asked_clear(&asked);
}
END_TEST

START_TEST(columns_are_named_where_there_are_no_rows)
{
    struct asked asked;
    init_csv(&asked, GROUP_AD, GROUP_KIND, GROUP_NONE, 1);
    assert_text(&asked, "ad_id,kind,requests,clicks\r\n");
    asked_clear(&asked);
}
END_TEST

START_TEST(rows_are_lines_and_null_is_nothing)
{
    struct asked asked;
    init_csv(&asked, GROUP_AD, GROUP_NONE, GROUP_DAY, 2);
    asked_add(&asked, (struct analytics_group_key){0}, 0, CELL_CLICK, 2);
    asked_add(&asked, (struct analytics_group_key){.key = 7}, 1, CELL_REQUEST, 3);
    assert_text(&asked, "ad_id,day,requests,clicks\r\n"
                        "7,day 0,0,0\r\n7,day 1,3,0\r\n,day 0,0,2\r\n,day 1,0,0\r\n");
    asked_clear(&asked);
}
END_TEST

static const struct {
    const char *name;
    const char *cell;
} CELLS[] = {
    {"home.top-1_A", "home.top-1_A"},
    {"a b", "a b"},
    {"'a", "'a"},
    {"a=1", "a=1"},
    {"=1+1", "'=1+1"},
    {"+1", "'+1"},
    {"-1", "'-1"},
    {"@sum", "'@sum"},
    {"\ta", "'\ta"},
    {"\ra", "\"'\ra\""},
    {"a,b", "\"a,b\""},
    {"a\"b", "\"a\"\"b\""},
    {"\"\"", "\"\"\"\"\"\""},
    {"a\r\nb", "\"a\r\nb\""},
    {"a\nb", "\"a\nb\""},
    {"=\",\"", "\"'=\"\",\"\"\""},
    {"", ""},
    {"\xc3\xa4", "\xc3\xa4"},
};

START_TEST(a_text_is_quoted_and_guarded)
{
    char expected[200] = "placement,requests,clicks\r\n";
    struct asked asked;
    init_csv(&asked, GROUP_PLACEMENT, GROUP_NONE, GROUP_NONE, 1);
    asked_name(&asked, 5, CELLS[_i].name);
    asked_add(&asked, (struct analytics_group_key){.key = 5}, 0, CELL_CLICK, 1);
    strcat(expected, CELLS[_i].cell);
    strcat(expected, ",0,1\r\n");
    assert_text(&asked, expected);
    asked_clear(&asked);
}
END_TEST

START_TEST(each_format_has_its_type)
{
    ck_assert_str_eq(analytics_content_type(FORMAT_JSON), "application/json");
    ck_assert_str_eq(analytics_content_type(FORMAT_CSV), "text/csv; charset=utf-8");
    ck_assert_str_eq(analytics_content_type(FORMAT_NDJSON), "application/x-ndjson");
}
END_TEST

Suite *analytics_answer_csv_suite(void)
{
    Suite *suite = suite_create("analytics_answer_csv");
    TCase *tcase = tcase_create("analytics_answer_csv");
    tcase_add_test(tcase, a_total_is_the_window_and_its_metrics);
    tcase_add_test(tcase, columns_are_named_where_there_are_no_rows);
    tcase_add_test(tcase, rows_are_lines_and_null_is_nothing);
    tcase_add_loop_test(tcase, a_text_is_quoted_and_guarded, 0, COUNT(CELLS));
    tcase_add_test(tcase, each_format_has_its_type);
    suite_add_tcase(suite, tcase);
    return suite;
}
