/* The words of analytics. */
#include <string.h>

#include <check.h>

#include "protocol/analytics/terms.h"
#include "test/unit/suites.h"

START_TEST(has_a_word_for_each_group)
{
    const char *name = analytics_group_name((enum analytics_group)_i);
    const char *column = analytics_group_column((enum analytics_group)_i);
    ck_assert_str_eq(column, _i == GROUP_AD ? "ad_id" : name);
    ck_assert_int_eq(name[0] == '\0', _i == GROUP_NONE);
    ck_assert_int_eq(analytics_group_is_time((enum analytics_group)_i), _i >= GROUP_MINUTE);
    for (int i = 0; i < _i; i++)
        ck_assert_str_ne(name, analytics_group_name((enum analytics_group)i));
}
END_TEST

START_TEST(has_a_word_for_each_metric)
{
    const char *name = analytics_metric_name((enum analytics_metric)_i);
    ck_assert_ptr_nonnull(name);
    for (int i = 0; i < _i; i++)
        ck_assert_str_ne(name, analytics_metric_name((enum analytics_metric)i));
    for (int i = 0; i < ANALYTICS_GROUPS; i++)
        ck_assert_str_ne(name, analytics_group_column((enum analytics_group)i));
}
END_TEST

/* What each metric is called after: a cell's kind. */
static const struct {
    enum analytics_cell cell;
    const char *kind;
} CELLS[] = {
    {CELL_REQUEST, "request"},
    {CELL_FILL, "fill"},
    {CELL_NOFILL, "nofill"},
    {CELL_IMPRESSION, "impression"},
    {CELL_CLICK, "click"},
    {CELL_START, "start"},
    {CELL_FIRST_QUARTILE, "firstQuartile"},
    {CELL_MIDPOINT, "midpoint"},
    {CELL_THIRD_QUARTILE, "thirdQuartile"},
    {CELL_COMPLETE, "complete"},
    {CELL_SKIP, "skip"},
    {CELL_ERROR, "error"},
    {CELL_VIEWABLE, "viewable"},
    {CELL_NOT_VIEWABLE, "notViewable"},
};

START_TEST(has_a_kind_for_each_cell)
{
    ck_assert_int_eq((int)(sizeof CELLS / sizeof CELLS[0]), ANALYTICS_CELLS);
    ck_assert_str_eq(event_kind_name(analytics_cell_kind(CELLS[_i].cell)), CELLS[_i].kind);
}
END_TEST

START_TEST(names_verdicts_and_reasons)
{
    static const char *const verdicts[] = {"valid", "declared_bot", "marked_by_proxy", "late",
                                           "test"};
    static const char *const reasons[] = {NULL, "no_ads", "none_available", "weight_zero",
                                          "no_form"};
    for (int i = 0; i < 5; i++) {
        ck_assert_str_eq(analytics_verdict_name(i), verdicts[i]);
        ck_assert_pstr_eq(analytics_nofill_name(i), reasons[i]);
    }
    ck_assert_ptr_null(analytics_verdict_name(-1));
    ck_assert_ptr_null(analytics_verdict_name(5));
    ck_assert_ptr_null(analytics_nofill_name(-1));
    ck_assert_ptr_null(analytics_nofill_name(5));
}
END_TEST

START_TEST(names_traffic_and_formats)
{
    static const char *const traffics[ANALYTICS_TRAFFICS] = {"gross", "net", "test"};
    static const char *const formats[ANALYTICS_FORMATS] = {"json", "csv", "ndjson"};
    for (int i = 0; i < 3; i++) {
        ck_assert_str_eq(analytics_traffic_name((enum analytics_traffic)i), traffics[i]);
        ck_assert_str_eq(analytics_format_name((enum analytics_format)i), formats[i]);
    }
}
END_TEST

Suite *analytics_terms_suite(void)
{
    Suite *suite = suite_create("analytics_terms");
    TCase *tcase = tcase_create("analytics_terms");
    tcase_add_loop_test(tcase, has_a_word_for_each_group, 0, ANALYTICS_GROUPS);
    tcase_add_loop_test(tcase, has_a_word_for_each_metric, 0, ANALYTICS_METRICS);
    tcase_add_loop_test(tcase, has_a_kind_for_each_cell, 0, ANALYTICS_CELLS);
    tcase_add_test(tcase, names_verdicts_and_reasons);
    tcase_add_test(tcase, names_traffic_and_formats);
    suite_add_tcase(suite, tcase);
    return suite;
}
