/* Reports are there as long as somebody has a reference. */
#include <string.h>

#include <check.h>

#include "protocol/analytics/report.h"
#include "test/unit/suites.h"

START_TEST(a_new_report_knows_its_query_and_no_times)
{
    struct analytics_query query;
    memset(&query, 0, sizeof query);
    query.window.end_us = 7;
    struct analytics_report *report = analytics_report_new(&query);
    ck_assert_mem_eq(&report->query, &query, sizeof query);
    ck_assert_int_eq(report->as_of_us, INT64_MIN);
    ck_assert_int_eq(report->complete_until_us, INT64_MIN);
    ck_assert(analytics_sums_are_zero(&report->total));
    analytics_report_release(report);
    analytics_report_release(NULL);
}
END_TEST

/* The sanitizers see one that is freed too early, or not at all. */
START_TEST(the_last_reference_frees_a_report)
{
    struct analytics_query query;
    memset(&query, 0, sizeof query);
    struct analytics_report *report = analytics_report_new(&query);
    report->table = analytics_table_new(3, true);
    ck_assert_ptr_eq(analytics_report_share(report), report);
    ck_assert_uint_eq(report->references, 2);
    analytics_report_release(report);
    ck_assert_uint_eq(report->references, 1);
    ck_assert_uint_eq(analytics_table_buckets(report->table), 3);
    analytics_report_release(report);
}
END_TEST

Suite *analytics_report_suite(void)
{
    Suite *suite = suite_create("analytics_report");
    TCase *tcase = tcase_create("analytics_report");
    tcase_add_test(tcase, a_new_report_knows_its_query_and_no_times);
    tcase_add_test(tcase, the_last_reference_frees_a_report);
    suite_add_tcase(suite, tcase);
    return suite;
}
