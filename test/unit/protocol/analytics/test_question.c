/* Questions of analytics: whose events, grouped by what. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define W QUESTION_WINDOW "&"

static const struct {
    const char *groups;
    enum analytics_group group, second, bucket;
} GROUPS[] = {
    {"group_by=ad", GROUP_AD, GROUP_NONE, GROUP_NONE},
    {"group_by=placement", GROUP_PLACEMENT, GROUP_NONE, GROUP_NONE},
    {"group_by=kind", GROUP_KIND, GROUP_NONE, GROUP_NONE},
    {"group_by=error_code", GROUP_ERROR_CODE, GROUP_NONE, GROUP_NONE},
    {"group_by=nofill_reason", GROUP_NOFILL_REASON, GROUP_NONE, GROUP_NONE},
    {"group_by=verdict", GROUP_VERDICT, GROUP_NONE, GROUP_NONE},
    {"group_by=minute", GROUP_NONE, GROUP_NONE, GROUP_MINUTE},
    {"group_by=hour", GROUP_NONE, GROUP_NONE, GROUP_HOUR},
    {"group_by=day", GROUP_NONE, GROUP_NONE, GROUP_DAY},
    {"group_by=week", GROUP_NONE, GROUP_NONE, GROUP_WEEK},
    {"group_by=month", GROUP_NONE, GROUP_NONE, GROUP_MONTH},
    {"group_by=ad,day", GROUP_AD, GROUP_NONE, GROUP_DAY},
    {"group_by=day,ad", GROUP_AD, GROUP_NONE, GROUP_DAY},
    {"group_by=ad&group_by=day", GROUP_AD, GROUP_NONE, GROUP_DAY},
    {"group_by=day&x=1&group%5Fby=a%64", GROUP_AD, GROUP_NONE, GROUP_DAY},
    {"group_by=ad%2Cminute", GROUP_AD, GROUP_NONE, GROUP_MINUTE},
    {"group_by=placement,week", GROUP_PLACEMENT, GROUP_NONE, GROUP_WEEK},
    {"group_by=kind,minute", GROUP_KIND, GROUP_NONE, GROUP_MINUTE},
    {"group_by=error_code,hour", GROUP_ERROR_CODE, GROUP_NONE, GROUP_HOUR},
    {"group_by=nofill_reason,month", GROUP_NOFILL_REASON, GROUP_NONE, GROUP_MONTH},
    {"group_by=verdict,minute", GROUP_VERDICT, GROUP_NONE, GROUP_MINUTE},
    {"group_by=ad,kind", GROUP_AD, GROUP_KIND, GROUP_NONE},
    {"group_by=kind,ad", GROUP_AD, GROUP_KIND, GROUP_NONE},
    {"group_by=ad,error_code", GROUP_AD, GROUP_ERROR_CODE, GROUP_NONE},
    {"group_by=verdict,ad", GROUP_AD, GROUP_VERDICT, GROUP_NONE},
    {"group_by=placement,kind", GROUP_PLACEMENT, GROUP_KIND, GROUP_NONE},
    {"group_by=nofill_reason,placement", GROUP_PLACEMENT, GROUP_NOFILL_REASON, GROUP_NONE},
    {"group_by=placement,verdict", GROUP_PLACEMENT, GROUP_VERDICT, GROUP_NONE},
    {"", GROUP_NONE, GROUP_NONE, GROUP_NONE},
};

START_TEST(reads_the_groups)
{
    char query[300] = W;
    struct analytics_question question = question_of(strcat(query, GROUPS[_i].groups));
    ck_assert_int_eq(question.query.group, GROUPS[_i].group);
    ck_assert_int_eq(question.query.second, GROUPS[_i].second);
    ck_assert_int_eq(question.query.bucket, GROUPS[_i].bucket);
}
END_TEST

static const char *const NO_GROUPS[] = {
    "",
    ",",
    "ad,",
    ",ad",
    "Ad",
    "ad ",
    "ads",
    "ad_id",
    "none",
    "ad,ad",
    "day,day",
    "ad,placement",
    "placement,ad",
    "ad,nofill_reason",
    "placement,error_code",
    "kind,verdict",
    "kind,error_code",
    "day,hour",
    "minute,month",
    "ad,kind,day",
    "ad,day,",
    "ad&group_by=",
    "ad&group_by=day&group_by=kind",
    "%zz",
    "ad%00",
};

START_TEST(lists_the_legal_groups)
{
    char query[300] = W "group_by=";
    ck_assert_str_eq(
        question_refused(strcat(query, NO_GROUPS[_i])),
        "group_by must be one of ad, placement, kind, error_code, nofill_reason, verdict, minute, "
        "hour, day, week, month; or one of the first six with one of the last five; or ad with "
        "kind, error_code or verdict; or placement with kind, nofill_reason or verdict");
}
END_TEST

/* Each pair of them all, either way around. */
START_TEST(takes_the_legal_pairs_alone)
{
    int legal = 0;
    for (int i = 0; i < ANALYTICS_GROUPS * ANALYTICS_GROUPS; i++) {
        char query[300] = W "group_by=";
        struct analytics_question question;
        struct error error;
        strcat(query, analytics_group_name((enum analytics_group)(i / ANALYTICS_GROUPS)));
        strcat(strcat(query, ","),
               analytics_group_name((enum analytics_group)(i % ANALYTICS_GROUPS)));
        legal += analytics_question_parse(query, NULL, 0, &question, &error) == RESULT_OK;
    }
    ck_assert_int_eq(legal, 2 * (6 * 5 + 3 + 3));
}
END_TEST

START_TEST(sorts_the_ads_of_a_filter)
{
    struct analytics_question question =
        question_of(W "ad_id=7&ad_id=2147483647&ad_id=1&ad_id=7&ad_id=007&ad_id=1");
    ck_assert_uint_eq(question.query.ad_count, 3);
    ck_assert_int_eq(question.query.ad_ids[0], 1);
    ck_assert_int_eq(question.query.ad_ids[1], 7);
    ck_assert_int_eq(question.query.ad_ids[2], 2147483647);
    ck_assert_int_eq(question.query.ad_ids[3], 0);
}
END_TEST

START_TEST(sorts_the_placements_of_a_filter)
{
    struct analytics_question question =
        question_of(W "placement=home.top&placement=(other)&placement=A-1&placement=home.top");
    ck_assert_uint_eq(question.query.placement_count, 3);
    ck_assert_str_eq(question.query.placements[0], "(other)");
    ck_assert_str_eq(question.query.placements[1], "A-1");
    ck_assert_str_eq(question.query.placements[2], "home.top");
}
END_TEST

/* Whatever was asked in between, and in whatever order: one question shares the other's answer. */
START_TEST(is_the_same_byte_for_byte)
{
    struct analytics_question one = question_of(
        W "placement=a&placement=long.name.that.goes&group_by=day&tz=Europe/Berlin&limit=3");
    struct analytics_question other =
        question_of("placement=long.name.that.goes&group_by=day&placement=a&placement=a&" W
                    "tz=Europe%2FBerlin&format=csv&order_by=clicks");
    ck_assert_mem_eq(&one.query, &other.query, sizeof one.query);
    other = question_of(W "placement=a&placement=b&group_by=day&tz=Europe/Berlin");
    ck_assert_mem_ne(&one.query, &other.query, sizeof one.query);
}
END_TEST

static const struct {
    bool is_of_ads;
    int count;
    const char *words; /* NULL = it is taken */
} FILTERS[] = {
    {true, 100, NULL},
    {true, 101, "ad_id may be given for 100 ads at most"},
    {false, 100, NULL},
    {false, 101, "placement may be given for 100 placements at most"},
};

START_TEST(takes_a_hundred_of_a_filter)
{
    static char query[4000];
    struct analytics_question question;
    struct error error = {""};
    int length = snprintf(query, sizeof query, "%s", QUESTION_WINDOW);
    for (int i = FILTERS[_i].count; i > 0; i--)
        length += snprintf(query + length, sizeof query - (size_t)length, "&%s%d&placementless=%d",
                           FILTERS[_i].is_of_ads ? "ad_id=" : "placement=p", i, i);
    enum result result = analytics_question_parse(query, NULL, 0, &question, &error);
    ck_assert_int_eq(result, FILTERS[_i].words == NULL ? RESULT_OK : RESULT_MALFORMED);
    ck_assert_str_eq(error.text, FILTERS[_i].words == NULL ? "" : FILTERS[_i].words);
    if (result != RESULT_OK)
        return;
    ck_assert_uint_eq(question.query.ad_count + question.query.placement_count, 100);
}
END_TEST

static const char *const LEGAL[] = {
    "ad_id=1&group_by=ad,error_code",
    "ad_id=1&group_by=kind,minute",
    "ad_id=1&group_by=verdict",
    "ad_id=1&group_by=error_code",
    "placement=a&group_by=placement,nofill_reason",
    "placement=a&group_by=nofill_reason,day",
    "placement=a&group_by=kind",
    "traffic=net&traffic=x",
    "ad_id&x=1",
    "traffic&start&end",
    "limit=1",
    "limit=10000",
    "limit=0000000001",
    "compare=previous",
};

START_TEST(takes_what_is_legal)
{
    char query[300] = W;
    (void)question_of(strcat(query, LEGAL[_i]));
}
END_TEST

START_TEST(reads_the_traffic)
{
    ck_assert_int_eq(question_of(QUESTION_WINDOW).query.traffic, TRAFFIC_GROSS);
    ck_assert_int_eq(question_of(W "traffic=gross").query.traffic, TRAFFIC_GROSS);
    ck_assert_int_eq(question_of(W "traffic=net&traffic=x").query.traffic, TRAFFIC_NET);
    ck_assert_int_eq(question_of(W "traffic=te%73t").query.traffic, TRAFFIC_TEST);
    ck_assert_uint_eq(question_of(W "limit=7&format=csv").view.limit, 7);
}
END_TEST

Suite *question_suite(void)
{
    Suite *suite = suite_create("question");
    TCase *tcase = tcase_create("question");
    tcase_add_loop_test(tcase, reads_the_groups, 0, COUNT(GROUPS));
    tcase_add_loop_test(tcase, lists_the_legal_groups, 0, COUNT(NO_GROUPS));
    tcase_add_test(tcase, takes_the_legal_pairs_alone);
    tcase_add_test(tcase, sorts_the_ads_of_a_filter);
    tcase_add_test(tcase, sorts_the_placements_of_a_filter);
    tcase_add_test(tcase, is_the_same_byte_for_byte);
    tcase_add_loop_test(tcase, takes_a_hundred_of_a_filter, 0, COUNT(FILTERS));
    tcase_add_loop_test(tcase, takes_what_is_legal, 0, COUNT(LEGAL));
    tcase_add_test(tcase, reads_the_traffic);
    suite_add_tcase(suite, tcase);
    return suite;
}
