/* Cursors of analytics: what they carry from page to page, and which are refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "test/unit/protocol/analytics/questions.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define W QUESTION_WINDOW "&group_by=ad"

static const struct analytics_position POSITIONS[] = {
    {0.0, 0, 0, 0},
    {1234.5, 7, 0, 1745107200000000},
    {-0.25, INT64_MAX, 900, INT64_MIN},
    {1e300, -1, INT32_MIN, -1},
    {NAN, 42, 3, 7},
};

/* The cursor of a question, behind a query string. */
static const char *with_cursor(const char *query, const struct analytics_question *question,
                               const struct analytics_position *position)
{
    static char text[500];
    char *cursor = analytics_cursor_write(question, position);
    ck_assert_int_lt(snprintf(text, sizeof text, "%s&cursor=%s", query, cursor), sizeof text);
    free(cursor);
    return text;
}

START_TEST(goes_on_behind_a_position)
{
    struct analytics_question question = question_of(W);
    ck_assert_int_eq(question.view.has_position, false);
    struct analytics_view view = question_of(with_cursor(W, &question, &POSITIONS[_i])).view;
    ck_assert_int_eq(view.has_position, true);
    if (isnan(POSITIONS[_i].value))
        ck_assert_double_nan(view.position.value);
    else
        ck_assert_double_eq(view.position.value, POSITIONS[_i].value);
    ck_assert_int_eq(view.position.key, POSITIONS[_i].key);
    ck_assert_int_eq(view.position.second, POSITIONS[_i].second);
    ck_assert_int_eq(view.position.bucket_us, POSITIONS[_i].bucket_us);
    ck_assert_str_eq(view.identity, question.view.identity);
    ck_assert_uint_eq(strspn(view.identity, "0123456789abcdef"), 16);
}
END_TEST

/* Days later a page is of the same days. */
START_TEST(keeps_the_windows_of_a_period)
{
    static const char query[] = "period=7d&compare=previous&group_by=day&tz=Europe/Berlin";
    struct analytics_question first;
    struct analytics_question next;
    struct error error;
    int64_t now_us = question_time("2025-04-20T21:59:30Z");
    ck_assert_int_eq(analytics_question_parse(query, NULL, now_us, &first, &error), RESULT_OK);
    const char *page = with_cursor(query, &first, &POSITIONS[1]);
    now_us = question_time("2025-04-23T00:00:00Z");
    ck_assert_int_eq(analytics_question_parse(page, NULL, now_us, &next, &error), RESULT_OK);
    ck_assert_mem_eq(&next.query, &first.query, sizeof first.query);
}
END_TEST

static const struct {
    const char *query, *other;
    bool is_same;
} OTHERS[] = {
    {W, W "&limit=7", true},
    {W, W "&format=csv", true},
    {W, "group_by=ad&x=1&" QUESTION_WINDOW, true},
    {W, W "&order_by=-impressions", true},
    {W, W "&tz=UTC&traffic=gross", true},
    {W "&ad_id=1&ad_id=2", W "&ad_id=2&ad_id=1&ad_id=1", true},
    {W, W "&metrics=clicks,impressions,invalid", true},
    {W, W "&order_by=clicks", false},
    {W, W "&order_by=impressions", false},
    {W, W "&order_by=ad_id", false},
    {W, W "&traffic=net", false},
    {W, W "&ad_id=1", false},
    {W, W "&tz=Europe/Berlin", false},
    {W, W "&compare=previous", false},
    {W, W ",day", false},
    {W, QUESTION_WINDOW "&group_by=placement", false},
    {W, "group_by=ad&start=2025-04-20T00:00:00.000001Z&end=2025-04-20T23:59:59.999999Z", false},
    {W, "group_by=ad&period=yesterday", false},
    {"group_by=ad&period=7d", "group_by=ad&period=30d", false},
    {"group_by=ad&period=today",
     "group_by=ad&start=2025-04-20T00:00:00Z&end=2025-04-20T23:59:59.999999Z", false},
};

START_TEST(belongs_to_its_question)
{
    struct analytics_question question = question_of(OTHERS[_i].query);
    const char *page = with_cursor(OTHERS[_i].other, &question, &POSITIONS[1]);
    if (OTHERS[_i].is_same)
        ck_assert_int_eq(question_of(page).view.has_position, true);
    else
        ck_assert_str_eq(question_refused(page),
                         "cursor is of another question: ask as before, but for limit");
}
END_TEST

/* Each character of it, changed or gone, makes it another. */
START_TEST(refuses_one_that_is_broken)
{
    struct analytics_question question = question_of("period=7d&group_by=ad");
    char page[600];
    strcpy(page, with_cursor("period=7d&group_by=ad", &question, &POSITIONS[0]));
    char *cursor = strstr(page, "cursor=") + 7;
    size_t windows_end = 41 * 4 / 3;
    for (size_t i = 0; i < windows_end; i++) {
        char kept = cursor[i];
        cursor[i] = kept == 'Q' ? 'R' : 'Q';
        ck_assert_int_eq(strncmp(question_refused(page), "cursor ", 7), 0);
        cursor[i] = kept;
    }
    cursor[strlen(cursor) - 1] = '\0';
    ck_assert_str_eq(question_refused(page),
                     "cursor must be one that an answer has given as meta.next");
}
END_TEST

START_TEST(refuses_windows_that_are_none)
{
    static const struct analytics_window windows[] = {
        {2, 1}, {INT64_MIN, 0}, {0, INT64_MAX}, {INT64_MAX, INT64_MIN}};
    static const char query[] = "period=7d&compare=previous&group_by=ad";
    struct analytics_question question = question_of(query);
    question.query.window = windows[_i];
    ck_assert_str_eq(question_refused(with_cursor(query, &question, &POSITIONS[1])),
                     "cursor must be one that an answer has given as meta.next");
    question = question_of(query);
    question.query.previous = windows[_i];
    ck_assert_str_eq(question_refused(with_cursor(query, &question, &POSITIONS[1])),
                     "cursor must be one that an answer has given as meta.next");
}
END_TEST

static const char *const BROKEN[] = {
    "",
    "x",
    "2",
    "%zz",
    "AQ",
    "AQ==",
    "a+b",
    "====",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};

START_TEST(refuses_what_is_no_cursor)
{
    char page[600] = W "&cursor=";
    ck_assert_str_eq(question_refused(strcat(page, BROKEN[_i])),
                     "cursor must be one that an answer has given as meta.next");
}
END_TEST

Suite *cursor_suite(void)
{
    Suite *suite = suite_create("cursor");
    TCase *tcase = tcase_create("cursor");
    tcase_add_loop_test(tcase, goes_on_behind_a_position, 0, COUNT(POSITIONS));
    tcase_add_test(tcase, keeps_the_windows_of_a_period);
    tcase_add_loop_test(tcase, belongs_to_its_question, 0, COUNT(OTHERS));
    tcase_add_test(tcase, refuses_one_that_is_broken);
    tcase_add_loop_test(tcase, refuses_windows_that_are_none, 0, 4);
    tcase_add_loop_test(tcase, refuses_what_is_no_cursor, 0, COUNT(BROKEN));
    suite_add_tcase(suite, tcase);
    return suite;
}
