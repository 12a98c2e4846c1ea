/* The questions of GET /ads/events. */
#include <string.h>

#include <check.h>

#include "protocol/export_question.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define WINDOW "start=2026-03-01T00:00:00Z&end=2026-03-02T00:00:00Z"

static struct export_question parse(const char *query, const char *accept)
{
    struct export_question question;
    struct error error = {""};
    enum result result = export_question_parse(query, accept, &question, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", query, error.text);
    return question;
}

START_TEST(a_window_is_enough)
{
    struct export_question question = parse(WINDOW, NULL);
    ck_assert_int_eq(question.start_us, INT64_C(1772323200000000));
    ck_assert_int_eq(question.end_us, INT64_C(1772409600000000));
    ck_assert(!question.is_csv && !question.has_position);
    ck_assert_uint_eq(question.limit + question.kinds + question.ad_count, 0);
}
END_TEST

START_TEST(repeated_parameters_add_up)
{
    struct export_question question =
        parse(WINDOW "&ad_id=7&kind=click&ad_id=9&kind=%65rror&start=x&limit=5&&=&utm_id=1&limit=0",
              NULL);
    ck_assert_uint_eq(question.ad_count, 2);
    ck_assert_int_eq(question.ad_ids[0], 7);
    ck_assert_int_eq(question.ad_ids[1], 9);
    ck_assert_uint_eq(question.kinds, 1u << EVENT_CLICK | 1u << EVENT_ERROR);
    ck_assert_uint_eq(question.limit, 5);
}
END_TEST

START_TEST(a_cursor_is_a_time_and_an_id)
{
    struct export_question question = parse(WINDOW "&cursor=2026-03-01T00:00:00.000001Z,-12", NULL);
    ck_assert(question.has_position);
    ck_assert_int_eq(question.position.at_us, question.start_us + 1);
    ck_assert_int_eq(question.position.id, -12);
    question = parse(WINDOW "&cursor=2026-03-01T00%3A00%3A00Z%2C9223372036854775807", NULL);
    ck_assert_int_eq(question.position.id, INT64_MAX);
}
END_TEST

START_TEST(a_start_between_two_microseconds_is_the_later_one)
{
    struct export_question question =
        parse("start=2026-03-01T00:00:00.0000001Z&end=2026-03-01T00:00:00.0000019Z", NULL);
    ck_assert_int_eq(question.start_us, INT64_C(1772323200000001));
    ck_assert_int_eq(question.end_us, INT64_C(1772323200000001));
}
END_TEST

static const struct {
    const char *query;
    const char *accept;
    bool is_csv;
} forms[] = {
    {"", NULL, false},
    {"", "", false},
    {"", "*/*", false},
    {"", "text/csv", true},
    {"", "TEXT/CSV;header=present", true},
    {"", "text/csv, */*;q=0.1", true},
    {"", "text/csv;q=0.5, application/x-ndjson", false},
    {"", "application/x-ndjson;q=0.5 , text/csv ; q=0.9", true},
    {"", "text/csv;q=0", false},
    {"", "text/csv;q=1e308", false},
    {"", "text/csv;q=5, application/x-ndjson", false},
    {"", "text/csv;charset=utf-8;q=0.5, application/x-ndjson; q=0.4", true},
    {"", "text/csvx", false},
    {"", ",,;,", false},
    {"", "application/json, text/csv", true},
    {"", "text/*", true},
    {"", "application/json", false},
    {"", "text/csv, application/x-ndjson", false},
    {"&format=csv", "application/x-ndjson", true},
    {"&format=ndjson", "text/csv", false},
};

START_TEST(the_form_is_told_by_format_or_accept)
{
    char query[200] = WINDOW;
    struct export_question question = parse(strcat(query, forms[_i].query), forms[_i].accept);
    ck_assert_int_eq(question.is_csv, forms[_i].is_csv);
}
END_TEST

static const struct {
    const char *query;
    const char *name;
} faults[] = {
    {"", "start "},
    {"start=2026-03-01T00:00:00Z", "end "},
    {"end=2026-03-01T00:00:00Z", "start "},
    {"start=2026-03-02T00:00:00Z&end=2026-03-01T00:00:00Z", "end is before"},
    {WINDOW "&ad_id=0", "ad_id "},
    {WINDOW "&ad_id=1&ad_id=2147483648", "ad_id "},
    {WINDOW "&ad_id=%zz", "ad_id "},
    {WINDOW "&kind=Click", "kind "},
    {WINDOW "&kind=", "kind "},
    {WINDOW "&limit=0", "limit "},
    {WINDOW "&limit=1e3", "limit "},
    {WINDOW "&limit=1000000000000", "limit "},
    {WINDOW "&format=xml", "format "},
    {WINDOW "&cursor=", "cursor "},
    {WINDOW "&cursor=2026-03-01T00:00:00Z", "cursor "},
    {WINDOW "&cursor=2026-03-01T00:00:00Z,", "cursor "},
    {WINDOW "&cursor=2026-03-01T00:00:00Z,-", "cursor "},
    {WINDOW "&cursor=2026-03-01T00:00:00.0000001Z,1", "cursor "},
    {WINDOW "&cursor=2026-03-01T00:00:00Z,9223372036854775808", "cursor "},
    {WINDOW "&cursor=2026-03-01T00:00:00Z,1%201", "cursor "},
    {WINDOW "&cursor=2026-02-28T23:59:59Z,1", "cursor is before"},
    {WINDOW "&placement=home", "unknown parameter placement: there are start, "},
    {WINDOW "&kinds=click", "unknown parameter kinds"},
    {WINDOW "&%61d=1", "unknown parameter ad:"},
};

START_TEST(a_wrong_value_is_named)
{
    struct export_question question = {.limit = 77};
    struct error error = {""};
    ck_assert_int_eq(export_question_parse(faults[_i].query, NULL, &question, &error),
                     RESULT_MALFORMED);
    ck_assert_ptr_eq(strstr(error.text, faults[_i].name), error.text);
    ck_assert_uint_eq(question.limit, 77);
}
END_TEST

Suite *export_question_suite(void)
{
    Suite *suite = suite_create("export_question");
    TCase *tcase = tcase_create("export_question");
    tcase_add_test(tcase, a_window_is_enough);
    tcase_add_test(tcase, repeated_parameters_add_up);
    tcase_add_test(tcase, a_cursor_is_a_time_and_an_id);
    tcase_add_test(tcase, a_start_between_two_microseconds_is_the_later_one);
    tcase_add_loop_test(tcase, the_form_is_told_by_format_or_accept, 0, COUNT(forms));
    tcase_add_loop_test(tcase, a_wrong_value_is_named, 0, COUNT(faults));
    suite_add_tcase(suite, tcase);
    return suite;
}
