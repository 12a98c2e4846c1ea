/* Parameters that are a slip, and those that are nobody's. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/parameters.h"
#include "protocol/analytics/slips.h"
#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define WINDOW "start and end, or period"

static const struct {
    const char *name, *meant;
} SLIPS[] = {
    {"groupby", "group_by"},
    {"group-by", "group_by"},
    {"groupBy", "group_by"},
    {"group", "group_by"},
    {"timezone", "tz"},
    {"time_zone", "tz"},
    {"zone", "tz"},
    {"TZ", "tz"},
    {"from", "start"},
    {"since", "start"},
    {"date_from", "start"},
    {"start_date", "start"},
    {"start_time", "start"},
    {"startdate", "start"},
    {"Start", "start"},
    {"to", "end"},
    {"until", "end"},
    {"date_to", "end"},
    {"end_date", "end"},
    {"end_time", "end"},
    {"enddate", "end"},
    {"END", "end"},
    {"sort", "order_by"},
    {"sort_by", "order_by"},
    {"sortBy", "order_by"},
    {"order", "order_by"},
    {"page", "cursor"},
    {"offset", "cursor"},
    {"per_page", "limit"},
    {"page_size", "limit"},
    {"ad", "ad_id"},
    {"ads", "ad_id"},
    {"adid", "ad_id"},
    {"adId", "ad_id"},
    {"ad-id", "ad_id"},
    {"ad_ids", "ad_id"},
    {"placements", "placement"},
    {"placement_id", "placement"},
    {"date", WINDOW},
    {"dates", WINDOW},
    {"metric", "metrics"},
    {"dimension", "group_by"},
    {"dimensions", "group_by"},
    {"breakdown", "group_by"},
    {"interval", "group_by"},
    {"granularity", "group_by"},
    {"unit", "group_by"},
    {"range", "period"},
    {"window", "period"},
    {"filter", "ad_id, placement or traffic"},
    {"filters", "ad_id, placement or traffic"},
    {"fields", "metrics"},
    {"output", "format"},
    /* One edit: less, more, another, two exchanged; at the beginning, within, at the end. */
    {"tart", "start"},
    {"sart", "start"},
    {"star", "start"},
    {"sstart", "start"},
    {"stairt", "start"},
    {"starts", "start"},
    {"xtart", "start"},
    {"stbrt", "start"},
    {"starz", "start"},
    {"tsart", "start"},
    {"satrt", "start"},
    {"statr", "start"},
    {"STATR", "start"},
    {"perod", "period"},
    {"group_bye", "group_by"},
    {"Group.By", "group_by"},
    {"placment", "placement"},
    {"plcaement", "placement"},
    {"trafic", "traffic"},
    {"metrisc", "metrics"},
    {"oder_by", "order_by"},
    {"limits", "limit"},
    {"curser", "cursor"},
    {"comapre", "compare"},
    {"fromat", "format"},
};

START_TEST(names_what_is_meant)
{
    ck_assert_pstr_eq(analytics_slip_of(SLIPS[_i].name), SLIPS[_i].meant);
}
END_TEST

static const char *const STRANGERS[] = {
    "",      "x",     "_",      "v",          "t",      "key",    "api_key",  "access_token",
    "token", "debug", "pretty", "utm_source", "locale", "sta",    "tarts",    "sttar",
    "st",    "edn",   "ends_",  "tzz",        "z",      "en",     "callback", "startend",
    "rand",  "nonce", "cache",  "perio_ds",   "form",   "client", "trfaficc", "stattr_",
};

START_TEST(leaves_others_alone)
{
    ck_assert_pstr_eq(analytics_slip_of(STRANGERS[_i]), NULL);
}
END_TEST

/* Nothing that the list has is a name of ours. */
START_TEST(knows_its_own_names)
{
    char query[200];
    const char *name = analytics_parameter_name((enum analytics_parameter)_i);
    struct error error = {""};
    ck_assert_int_gt(snprintf(query, sizeof query, "%s=x", name), 0);
    ck_assert_int_eq(analytics_slips_check(query, &error), RESULT_OK);
}
END_TEST

static const struct {
    const char *query;
    const char *words;
} REFUSALS[] = {
    {"groupby=ad", "unknown parameter groupby: did you mean group_by?"},
    {"groupby", "unknown parameter groupby: did you mean group_by?"},
    {"s%6frt=-clicks", "unknown parameter sort: did you mean order_by?"},
    {"date=2025-04-20", "unknown parameter date: did you mean start and end, or period?"},
    {"star%09t=x", "unknown parameter: did you mean start?"},
    {"start%ff=x", "unknown parameter: did you mean start?"},
};

START_TEST(refuses_a_slip_in_words)
{
    char query[300] = QUESTION_WINDOW "&";
    ck_assert_str_eq(question_refused(strcat(query, REFUSALS[_i].query)), REFUSALS[_i].words);
}
END_TEST

START_TEST(ignores_what_nobody_knows)
{
    (void)question_of(QUESTION_WINDOW "&x=1&&=&%zz=2&_=1699&start%00=1&"
                                      "a_name_that_is_longer_than_any_of_ours_could_be_and_goes_on="
                                      "x&callback");
}
END_TEST

Suite *slips_suite(void)
{
    Suite *suite = suite_create("slips");
    TCase *tcase = tcase_create("slips");
    tcase_add_loop_test(tcase, names_what_is_meant, 0, COUNT(SLIPS));
    tcase_add_loop_test(tcase, leaves_others_alone, 0, COUNT(STRANGERS));
    tcase_add_loop_test(tcase, knows_its_own_names, 0, ANALYTICS_PARAMETERS);
    tcase_add_loop_test(tcase, refuses_a_slip_in_words, 0, COUNT(REFUSALS));
    tcase_add_test(tcase, ignores_what_nobody_knows);
    suite_add_tcase(suite, tcase);
    return suite;
}
