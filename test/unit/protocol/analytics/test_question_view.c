/* Questions of analytics: how the answer is shown, and what is refused. */
#include <string.h>

#include <check.h>

#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define W QUESTION_WINDOW "&"
#define BIT(metric) (UINT32_C(1) << (metric))

static const uint32_t ALL = BIT(ANALYTICS_METRICS) - 1;

static const struct {
    const char *accept; /* with `query` NULL */
    const char *query;
    enum analytics_format format;
} FORMATS[] = {
    {NULL, "", FORMAT_JSON},
    {NULL, "format=json", FORMAT_JSON},
    {NULL, "format=csv", FORMAT_CSV},
    {NULL, "format=ndjson", FORMAT_NDJSON},
    {"text/csv", "format=json", FORMAT_JSON},
    {"application/json", "format=csv", FORMAT_CSV},
    {"", "", FORMAT_JSON},
    {"*/*", "", FORMAT_JSON},
    {"text/csv", "", FORMAT_CSV},
    {"Text/CSV", "", FORMAT_CSV},
    {"text/csv; header=present", "", FORMAT_CSV},
    {"application/x-ndjson", "", FORMAT_NDJSON},
    {"application/ndjson", "", FORMAT_NDJSON},
    {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", FORMAT_JSON},
    {"text/csv, */*;q=0.1", "", FORMAT_CSV},
    {"text/csv, */*", "", FORMAT_CSV},
    {"text/*", "", FORMAT_CSV},
    {"application/*", "", FORMAT_JSON},
    {"application/*, application/ndjson", "", FORMAT_NDJSON},
    {"text/csv, application/json", "", FORMAT_JSON},
    {"text/csv;q=0.9, application/json;q=0.8", "", FORMAT_CSV},
    {"text/csv;q=0.8,application/json;q=0.9", "", FORMAT_JSON},
    {"text/csv ; q=0.5 , application/x-ndjson ; Q=0.6", "", FORMAT_NDJSON},
    {"text/csv;q=0", "", FORMAT_JSON},
    {"text/csv;q=0, text/*", "", FORMAT_JSON},
    {"text/csv;q=x", "", FORMAT_JSON},
    {"text/csv;q=2", "", FORMAT_JSON},
    {"text/csv;q=0.001", "", FORMAT_CSV},
    {"text/csvx", "", FORMAT_JSON},
    {"text/cs", "", FORMAT_JSON},
    {"image/png", "", FORMAT_JSON},
    {",,;q=1,/,text", "", FORMAT_JSON},
};

START_TEST(reads_the_format)
{
    char query[300] = W;
    struct analytics_question question;
    struct error error;
    ck_assert_int_eq(analytics_question_parse(strcat(query, FORMATS[_i].query), FORMATS[_i].accept,
                                              0, &question, &error),
                     RESULT_OK);
    ck_assert_int_eq(question.view.format, FORMATS[_i].format);
    ck_assert_uint_eq(question.view.limit, FORMATS[_i].format == FORMAT_JSON ? 100 : 0);
}
END_TEST

/* The order that a question's rows have by itself, or as it was asked. */
static const struct {
    const char *query;
    bool is_by_metric, is_descending;
    int order; /* enum analytics_metric or enum analytics_group */
} ORDERS[] = {
    {"group_by=day", false, false, GROUP_DAY},
    {"group_by=ad", true, true, METRIC_IMPRESSIONS},
    {"group_by=placement", true, true, METRIC_IMPRESSIONS},
    {"group_by=kind", true, true, METRIC_EVENTS},
    {"group_by=error_code", true, true, METRIC_EVENTS},
    {"group_by=nofill_reason", true, true, METRIC_EVENTS},
    {"group_by=verdict", true, true, METRIC_EVENTS},
    {"group_by=ad,kind", true, true, METRIC_EVENTS},
    {"group_by=placement,verdict", true, true, METRIC_EVENTS},
    {"group_by=ad,day", false, false, GROUP_AD},
    {"group_by=kind,hour", false, false, GROUP_KIND},
    {"group_by=ad&order_by=clicks", true, false, METRIC_CLICKS},
    {"group_by=ad&order_by=-click_rate", true, true, METRIC_CLICK_RATE},
    {"group_by=ad&order_by=ad_id", false, false, GROUP_AD},
    {"group_by=ad&order_by=-ad", false, true, GROUP_AD},
    {"group_by=day&order_by=-day", false, true, GROUP_DAY},
    {"group_by=ad,day&order_by=day", false, false, GROUP_DAY},
    {"group_by=ad,day&order_by=-impressions", true, true, METRIC_IMPRESSIONS},
    {"group_by=ad,kind&order_by=-kind", false, true, GROUP_KIND},
    {"group_by=ad&metrics=events&order_by=-events", true, true, METRIC_EVENTS},
    {"group_by=kind&metrics=clicks", true, true, METRIC_EVENTS},
};

START_TEST(orders_the_rows)
{
    char query[300] = W;
    struct analytics_view view = question_of(strcat(query, ORDERS[_i].query)).view;
    ck_assert_int_eq(view.is_ordered_by_metric, ORDERS[_i].is_by_metric);
    ck_assert_int_eq(view.is_descending, ORDERS[_i].is_descending);
    ck_assert_int_eq(view.is_ordered_by_metric ? (int)view.order_metric : (int)view.order_group,
                     ORDERS[_i].order);
}
END_TEST

static const struct {
    const char *query;
    uint32_t metrics;
    bool has_events, has_invalid;
} METRICS[] = {
    {"", ALL & ~BIT(METRIC_EVENTS), false, true},
    {"group_by=ad", ALL & ~BIT(METRIC_EVENTS), false, true},
    {"group_by=kind", ALL, true, true},
    {"group_by=error_code,day", ALL, true, true},
    {"group_by=ad,verdict", ALL, true, true},
    {"metrics=clicks", BIT(METRIC_CLICKS), false, false},
    {"metrics=clicks,impressions,clicks", BIT(METRIC_CLICKS) | BIT(METRIC_IMPRESSIONS), false,
     false},
    {"metrics=clicks&metrics=events", BIT(METRIC_CLICKS) | BIT(METRIC_EVENTS), true, false},
    {"metrics=invalid", BIT(METRIC_INVALID), false, true},
    {"metrics=clicks&group_by=kind", BIT(METRIC_CLICKS), true, false},
    {"metrics=clicks&group_by=kind&order_by=clicks", BIT(METRIC_CLICKS), false, false},
};

START_TEST(reads_the_metrics)
{
    char query[300] = W;
    struct analytics_question question = question_of(strcat(query, METRICS[_i].query));
    ck_assert_uint_eq(question.view.metrics, METRICS[_i].metrics);
    ck_assert_int_eq(question.query.has_events, METRICS[_i].has_events);
    ck_assert_int_eq(question.query.has_invalid, METRICS[_i].has_invalid);
}
END_TEST

#define METRICS_WORDS                                                                              \
    "metrics must be some of requests, fills, fill_rate, nofills, impressions, clicks, "           \
    "click_rate, starts, first_quartiles, midpoints, third_quartiles, completes, "                 \
    "completion_rate, skips, skip_rate, errors, error_rate, viewables, not_viewables, "            \
    "viewable_rate, average_playback_time, invalid, events"
#define ORDER_WORDS "order_by must be a metric or a column that the rows have, such as -impressions"
#define LIMIT_WORDS "limit must be a whole number from 1 to 10000"
#define PLACEMENT_WORDS "placement must be 1 to 64 of A-Z a-z 0-9 . _ -, or (other)"
#define BOTH_WORDS                                                                                 \
    "ad_id and placement can't be given together: events are counted by ad and by placement, not " \
    "by both"

static const struct {
    const char *query;
    const char *words;
} REFUSALS[] = {
    {"metrics=", METRICS_WORDS},
    {"metrics=clicks,", METRICS_WORDS},
    {"metrics=clicks, impressions", METRICS_WORDS},
    {"metrics=ctr", METRICS_WORDS},
    {"metrics=%ff", METRICS_WORDS},
    {"order_by=clicks", "order_by needs group_by: without it there are no rows"},
    {"group_by=ad&order_by=", ORDER_WORDS},
    {"group_by=ad&order_by=-", ORDER_WORDS},
    {"group_by=ad&order_by=--clicks", ORDER_WORDS},
    {"group_by=ad&order_by=%2Bclicks", ORDER_WORDS},
    {"group_by=ad&order_by=clicks,starts", ORDER_WORDS},
    {"group_by=ad&order_by=day", ORDER_WORDS},
    {"group_by=ad&order_by=events", ORDER_WORDS},
    {"group_by=ad&order_by=starts&metrics=clicks", ORDER_WORDS},
    {"group_by=day&order_by=ad_id", ORDER_WORDS},
    {"group_by=ad&order_by=clicks%00", ORDER_WORDS},
    {"limit=", LIMIT_WORDS},
    {"limit=0", LIMIT_WORDS},
    {"limit=10001", LIMIT_WORDS},
    {"limit=-1", LIMIT_WORDS},
    {"limit=1e3", LIMIT_WORDS},
    {"limit=%zz", LIMIT_WORDS},
    {"limit=all", LIMIT_WORDS},
    {"format=", "format must be json, csv or ndjson"},
    {"format=CSV", "format must be json, csv or ndjson"},
    {"format=xml", "format must be json, csv or ndjson"},
    {"compare=", "compare must be previous"},
    {"compare=last", "compare must be previous"},
    {"traffic=", "traffic must be gross, net or test"},
    {"traffic=all", "traffic must be gross, net or test"},
    {"ad_id=7&ad_id=x", "ad_id must be a whole number from 1 to 2147483647"},
    {"ad_id=1,2", "ad_id must be a whole number from 1 to 2147483647"},
    {"ad_id=7&ad_id=%zz", "ad_id must be a whole number from 1 to 2147483647"},
    {"placement=", PLACEMENT_WORDS},
    {"placement=a,b", PLACEMENT_WORDS},
    {"placement=(others)", PLACEMENT_WORDS},
    {"placement=home&placement=a+b", PLACEMENT_WORDS},
    {"placement=%00", PLACEMENT_WORDS},
    {"placement=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     PLACEMENT_WORDS},
    {"ad_id=1&placement=a", BOTH_WORDS},
    {"placement=a&ad_id=1&group_by=ad", BOTH_WORDS},
    {"placement=a&group_by=ad",
     "placement can't be given with group_by=ad: a placement's events are not counted by it"},
    {"placement=a&group_by=day,ad",
     "placement can't be given with group_by=ad: a placement's events are not counted by it"},
    {"placement=a&group_by=ad,kind",
     "placement can't be given with group_by=ad: a placement's events are not counted by it"},
    {"placement=a&group_by=error_code",
     "placement can't be given with group_by=error_code: a placement's events are not counted by "
     "it"},
    {"ad_id=1&group_by=placement",
     "ad_id can't be given with group_by=placement: an ad's events are not counted by it"},
    {"ad_id=1&group_by=placement,verdict",
     "ad_id can't be given with group_by=placement: an ad's events are not counted by it"},
    {"ad_id=1&group_by=nofill_reason,day",
     "ad_id can't be given with group_by=nofill_reason: an ad's events are not counted by it"},
};

START_TEST(refuses_in_words)
{
    char query[400] = W;
    ck_assert_str_eq(question_refused(strcat(query, REFUSALS[_i].query)), REFUSALS[_i].words);
}
END_TEST

Suite *question_view_suite(void)
{
    Suite *suite = suite_create("question_view");
    TCase *tcase = tcase_create("question_view");
    tcase_add_loop_test(tcase, reads_the_format, 0, COUNT(FORMATS));
    tcase_add_loop_test(tcase, orders_the_rows, 0, COUNT(ORDERS));
    tcase_add_loop_test(tcase, reads_the_metrics, 0, COUNT(METRICS));
    tcase_add_loop_test(tcase, refuses_in_words, 0, COUNT(REFUSALS));
    suite_add_tcase(suite, tcase);
    return suite;
}
