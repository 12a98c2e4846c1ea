/* Pages as a client turns them: with the cursor that the answer before has given. TEST_SEED in the
 * environment repeats a run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "test/unit/protocol/analytics/random_report.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { QUERY_SIZE = 600, ROUNDS = 20 };

static const char *const QUERIES[] = {
    "period=7d&group_by=day",
    "period=today&group_by=hour&order_by=-hour&tz=Asia/Kathmandu",
    "period=7d&group_by=ad",
    "period=7d&group_by=ad,day&tz=Europe/Berlin",
    "period=7d&group_by=ad,day&order_by=day",
    "period=7d&group_by=ad,day&order_by=-completion_rate",
    "period=7d&group_by=placement&order_by=placement",
    "period=7d&group_by=placement,week&order_by=-placement",
    "period=7d&group_by=placement,kind&order_by=kind",
    "period=7d&group_by=placement,nofill_reason&order_by=-nofill_reason",
    "period=7d&group_by=ad,error_code&order_by=-error_code",
    "period=7d&group_by=ad,verdict&order_by=viewable_rate&compare=previous",
    "start=2025-04-18T07:13:01.5Z&end=2025-04-20T00:00:00Z&group_by=kind,hour&traffic=net",
    "start=2025-04-18T07:13:01.5Z&end=2025-04-20T00:00:00Z&group_by=ad,hour&order_by=hour",
};

static json_t *answer_of(const struct asked *asked)
{
    char *text = asked_text(asked, NULL);
    json_t *answer = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(answer != NULL, "%s", text);
    free(text);
    return answer;
}

/* The same report, asked for the page that `query` and the cursor say. The windows are those of the
 * first page, though it is later now. */
static json_t *page_of(const struct asked *whole, const char *query, const char *cursor)
{
    char text[QUERY_SIZE];
    struct asked page;
    struct error error = {""};
    int length = snprintf(text, sizeof text, "%s&limit=%u%s%s", query, 1 + random_below(30),
                          cursor == NULL ? "" : "&cursor=", cursor == NULL ? "" : cursor);
    ck_assert(length > 0 && length < QUERY_SIZE);
    int64_t now_us = APRIL_20_US + DAY_US / 2 + (cursor == NULL ? 0 : 3 * DAY_US);
    ck_assert_msg(analytics_question_parse(text, NULL, now_us, &page.question, &error) == RESULT_OK,
                  "%s: %s", text, error.text);
    ck_assert_mem_eq(&page.question.query, &whole->question.query, sizeof page.question.query);
    page.report = whole->report;
    return answer_of(&page);
}

static void assert_pages(const struct asked *whole, const char *query, json_t *rows)
{
    size_t seen = 0;
    json_t *page = page_of(whole, query, NULL);
    for (;;) {
        json_t *some = json_object_get(page, "rows");
        for (size_t i = 0; i < json_array_size(some); i++)
            ck_assert(json_equal(json_array_get(some, i), json_array_get(rows, seen++)));
        const char *next =
            json_string_value(json_object_get(json_object_get(page, "meta"), "next"));
        if (next == NULL)
            break;
        ck_assert_uint_gt(json_array_size(some), 0);
        json_t *following = page_of(whole, query, next);
        json_decref(page);
        page = following;
    }
    json_decref(page);
    ck_assert_uint_eq(seen, json_array_size(rows));
}

START_TEST(following_the_cursor_tells_every_row_once)
{
    random_seed();
    for (int i = 0; i < ROUNDS; i++) {
        struct asked whole;
        asked_parse(&whole, QUERIES[_i]);
        random_events(&whole);
        whole.question.view.limit = 0;
        json_t *answer = answer_of(&whole);
        assert_pages(&whole, QUERIES[_i], json_object_get(answer, "rows"));
        json_decref(answer);
        asked_clear(&whole);
    }
}
END_TEST

Suite *analytics_answer_cursor_suite(void)
{
    Suite *suite = suite_create("analytics_answer_cursor");
    TCase *tcase = tcase_create("analytics_answer_cursor");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, following_the_cursor_tells_every_row_once, 0, COUNT(QUERIES));
    suite_add_tcase(suite, tcase);
    return suite;
}
