/* Questions of analytics: windows, periods, and what they are compared with. */
#include <string.h>

#include <check.h>

#include "protocol/timestamp.h"
#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
    const char *query;
    int64_t start_us, end_us;
} WINDOWS[] = {
    {"start=2025-04-20T00:00:00Z&end=2025-04-21T00:00:00Z", 1745107200000000, 1745193600000000},
    {"end=2025-04-21T00:00:00Z&x=1&start=2025-04-20T00:00:00Z", 1745107200000000, 1745193600000000},
    {"start=2025-04-20T00:00:00Z&end=2025-04-20T00:00:00Z", 1745107200000000, 1745107200000000},
    {"start=2025-04-20T02:00:00+02:00&end=2025-04-20T23%3A59%3A59.999999-05%3A00", 1745107200000000,
     1745211599999999},
    {"start=2025-04-20T02:00:00%2B02:00&end=2025-04-21T00:00:00Z", 1745107200000000,
     1745193600000000},
    {"start=2025-04-20T00:00:00.0000001Z&end=2025-04-21T00:00:00.9999999Z", 1745107200000001,
     1745193600999999},
    {"start=2025-04-20T00:00:00.0000010Z&end=2025-04-21T00:00:00Z", 1745107200000001,
     1745193600000000},
    {"start=2025-04-20T00:00:00.9999999Z&end=2025-04-20T00:00:01Z", 1745107201000000,
     1745107201000000},
    {"start=2025-04-20T00:00:00Z&end=2025-04-21T00:00:00Z&start=x&end=y", 1745107200000000,
     1745193600000000},
    {"start=0000-01-01T00:00:00%2B00:01&end=9999-12-31T23:59:59-00:01", -62167219260000000,
     253402300859000000},
};

START_TEST(reads_a_window)
{
    struct analytics_question question = question_of(WINDOWS[_i].query);
    ck_assert_int_eq(question.query.window.start_us, WINDOWS[_i].start_us);
    ck_assert_int_eq(question.query.window.end_us, WINDOWS[_i].end_us);
    ck_assert_int_eq(question.query.has_previous, false);
    ck_assert_int_eq(question.query.previous.start_us, 0);
    ck_assert_int_eq(question.query.previous.end_us, 0);
    ck_assert_int_eq(question.view.period, PERIOD_NONE);
    ck_assert_str_eq(question.query.zone, "UTC");
}
END_TEST

#define W QUESTION_WINDOW "&"
#define MISSING_WORDS " is missing: give start and end, or period"
#define NO_TIME_WORDS " is not an RFC 3339 time such as 2025-04-20T00:00:00Z"
#define PERIOD_WORDS "period must be today, yesterday, 7d, 30d, month or last_month"
#define TOGETHER_WORDS "period can't be given together with start or end"
#define ZONE_WORDS "tz must be the IANA name of a time zone, such as Europe/Berlin"

static const struct {
    const char *query;
    const char *words;
} REFUSALS[] = {
    {NULL, "start" MISSING_WORDS},
    {"", "start" MISSING_WORDS},
    {"end=2025-04-21T00:00:00Z", "start" MISSING_WORDS},
    {"start=2025-04-20T00:00:00Z", "end" MISSING_WORDS},
    {"start&end=2025-04-21T00:00:00Z", "start" MISSING_WORDS},
    {"start=&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=yesterday&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=2025-04-20&end=2025-04-21", "start" NO_TIME_WORDS},
    {"start=%zz&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=2025-04-20T00:00:00Z%00&end=2025-04-21T00:00:00Z", "start" NO_TIME_WORDS},
    {"start=2025-04-20T00:00:00Z&end=1745193600", "end" NO_TIME_WORDS},
    {"start=2025-04-20T00:00:00Z&end=2025-04-31T00:00:00Z", "end" NO_TIME_WORDS},
    {"start=2025-04-21T00:00:00Z&end=2025-04-20T23:59:59.999999Z", "end is before start"},
    {"start=2025-04-20T00:00:00Z&end=2025-04-20T00:00:00+00:01", "end is before start"},
    {"period=", PERIOD_WORDS},
    {"period=Today", PERIOD_WORDS},
    {"period=14d", PERIOD_WORDS},
    {"period=today%00", PERIOD_WORDS},
    {"period=today&period=today", "period is given twice"},
    {"period", "period has no value"},
    {"period=today&end=2025-04-21T00:00:00Z", TOGETHER_WORDS},
    {"period=today&start=x", TOGETHER_WORDS},
    {W "period=month", TOGETHER_WORDS},
    {W "tz=", ZONE_WORDS},
    {W "tz=Europe/Atlantis", ZONE_WORDS},
    {W "tz=../etc/passwd", ZONE_WORDS},
    {W "tz=Europe/Berlin%00", ZONE_WORDS},
    {W "tz=%zz", ZONE_WORDS},
    {W "tz", "tz has no value"},
    {W "tz=UTC&tz=UTC", "tz is given twice"},
    {W "compare", "compare has no value"},
    {W "compare=previous&compare=previous", "compare is given twice"},
    {"start=0000-01-01T00:00:00Z&end=0000-01-01T00:00:00Z&compare=previous",
     "compare=previous would reach back before the year 0"},
};

START_TEST(refuses_a_window_by_the_parameter)
{
    ck_assert_str_eq(question_refused(REFUSALS[_i].query), REFUSALS[_i].words);
}
END_TEST

static void assert_window(const char *query, const struct analytics_window *window,
                          const char *start, const char *end)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(window->start_us, text);
    ck_assert_msg(strcmp(text, start) == 0, "%s: from %s, not %s", query, text, start);
    timestamp_format(window->end_us + 1, text);
    ck_assert_msg(strcmp(text, end) == 0, "%s: to before %s, not %s", query, text, end);
}

/* Periods at a moment, and what they are compared with: each up to before its end. */
static const struct {
    const char *query, *now;
    const char *start, *end;
    const char *previous_start, *previous_end;
} PERIODS[] = {
    {"period=today", "2025-04-20T15:30:20Z", "2025-04-20T00:00:00Z", "2025-04-21T00:00:00Z",
     "2025-04-19T00:00:00Z", "2025-04-19T15:30:00Z"},
    {"period=today", "2025-04-20T15:30:00Z", "2025-04-20T00:00:00Z", "2025-04-21T00:00:00Z",
     "2025-04-19T00:00:00Z", "2025-04-19T15:30:00Z"},
    {"period=today", "2025-04-20T00:00:00Z", "2025-04-20T00:00:00Z", "2025-04-21T00:00:00Z",
     "2025-04-19T00:00:00Z", "2025-04-19T00:01:00Z"},
    {"period=today", "2025-04-20T23:59:59.999999Z", "2025-04-20T00:00:00Z", "2025-04-21T00:00:00Z",
     "2025-04-19T00:00:00Z", "2025-04-19T23:59:00Z"},
    {"period=yesterday", "2025-04-20T15:30:20Z", "2025-04-19T00:00:00Z", "2025-04-20T00:00:00Z",
     "2025-04-18T00:00:00Z", "2025-04-19T00:00:00Z"},
    {"period=7d", "2025-04-20T15:30:20Z", "2025-04-14T00:00:00Z", "2025-04-21T00:00:00Z",
     "2025-04-07T00:00:00Z", "2025-04-13T15:30:00Z"},
    {"period=30d", "2025-04-20T15:30:20Z", "2025-03-22T00:00:00Z", "2025-04-21T00:00:00Z",
     "2025-02-20T00:00:00Z", "2025-03-21T15:30:00Z"},
    {"period=month", "2025-04-20T15:30:20Z", "2025-04-01T00:00:00Z", "2025-05-01T00:00:00Z",
     "2025-03-01T00:00:00Z", "2025-03-20T15:30:00Z"},
    {"period=month", "2024-03-31T15:30:20Z", "2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z",
     "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
    {"period=month", "2025-01-01T00:00:10Z", "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z",
     "2024-12-01T00:00:00Z", "2024-12-01T00:01:00Z"},
    {"period=last_month", "2025-01-31T15:30:20Z", "2024-12-01T00:00:00Z", "2025-01-01T00:00:00Z",
     "2024-11-01T00:00:00Z", "2024-12-01T00:00:00Z"},
    {"period=last_month", "2024-03-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z",
     "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"},
    /* Days of 23 and 25 hours. */
    {"period=today&tz=Europe/Berlin", "2025-03-30T13:30:20Z", "2025-03-29T23:00:00Z",
     "2025-03-30T22:00:00Z", "2025-03-28T23:00:00Z", "2025-03-29T14:30:00Z"},
    {"period=yesterday&tz=Europe/Berlin", "2025-10-27T12:00:00Z", "2025-10-25T22:00:00Z",
     "2025-10-26T23:00:00Z", "2025-10-24T22:00:00Z", "2025-10-25T22:00:00Z"},
    {"period=month&tz=Europe/Berlin", "2025-03-31T22:30:00Z", "2025-03-31T22:00:00Z",
     "2025-04-30T22:00:00Z", "2025-02-28T23:00:00Z", "2025-02-28T23:30:00Z"},
    {"period=7d&tz=Asia/Kathmandu", "2025-04-20T18:15:00Z", "2025-04-14T18:15:00Z",
     "2025-04-21T18:15:00Z", "2025-04-07T18:15:00Z", "2025-04-13T18:15:00Z"},
    {"period=today&tz=America/Los_Angeles", "2025-04-20T06:59:59Z", "2025-04-19T07:00:00Z",
     "2025-04-20T07:00:00Z", "2025-04-18T07:00:00Z", "2025-04-19T06:59:00Z"},
};

START_TEST(knows_a_period_and_the_one_before)
{
    char query[200];
    struct analytics_question question;
    struct error error;
    int64_t now_us = question_time(PERIODS[_i].now);
    ck_assert_int_eq(analytics_question_parse(PERIODS[_i].query, NULL, now_us, &question, &error),
                     RESULT_OK);
    assert_window(PERIODS[_i].query, &question.query.window, PERIODS[_i].start, PERIODS[_i].end);
    ck_assert_int_eq(question.query.previous.start_us, 0);
    strcat(strcpy(query, PERIODS[_i].query), "&compare=previous");
    ck_assert_int_eq(analytics_question_parse(query, NULL, now_us, &question, &error), RESULT_OK);
    ck_assert_int_eq(question.query.has_previous, true);
    assert_window(query, &question.query.window, PERIODS[_i].start, PERIODS[_i].end);
    assert_window(query, &question.query.previous, PERIODS[_i].previous_start,
                  PERIODS[_i].previous_end);
}
END_TEST

START_TEST(compares_with_as_long_right_before)
{
    struct analytics_question question =
        question_of("start=2025-04-20T00:00:00Z&end=2025-04-20T23:59:59.999999Z&compare=previous");
    assert_window("a day", &question.query.previous, "2025-04-19T00:00:00Z",
                  "2025-04-20T00:00:00Z");
    question = question_of("compare=previous&start=2025-04-20T00:00:00Z&end=2025-04-20T00:00:00Z");
    assert_window("a microsecond", &question.query.previous, "2025-04-19T23:59:59.999999Z",
                  "2025-04-20T00:00:00Z");
}
END_TEST

START_TEST(pads_the_zone)
{
    static const char zeros[ZONE_NAME_SIZE];
    struct analytics_question question = question_of("period=7d&tz=Europe/Berlin");
    ck_assert_str_eq(question.query.zone, "Europe/Berlin");
    size_t length = strlen(question.query.zone);
    ck_assert_mem_eq(question.query.zone + length, zeros, ZONE_NAME_SIZE - length);
    ck_assert_int_eq(question.view.period, PERIOD_7D);
}
END_TEST

Suite *question_windows_suite(void)
{
    Suite *suite = suite_create("question_windows");
    TCase *tcase = tcase_create("question_windows");
    tcase_add_loop_test(tcase, reads_a_window, 0, COUNT(WINDOWS));
    tcase_add_loop_test(tcase, refuses_a_window_by_the_parameter, 0, COUNT(REFUSALS));
    tcase_add_loop_test(tcase, knows_a_period_and_the_one_before, 0, COUNT(PERIODS));
    tcase_add_test(tcase, compares_with_as_long_right_before);
    tcase_add_test(tcase, pads_the_zone);
    suite_add_tcase(suite, tcase);
    return suite;
}
