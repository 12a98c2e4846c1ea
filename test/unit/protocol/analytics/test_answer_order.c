/* The order of an answer's rows, and the pages that are cut out of it. */
#include <math.h>
#include <stdio.h>

#include <check.h>

#include "protocol/analytics/answer_rows.h"
#include "test/unit/protocol/analytics/asked.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static struct analytics_group_key key_of(int64_t key, int32_t second)
{
    return (struct analytics_group_key){.key = key, .second = second};
}

/* Each row as its key, after a dot its second or else its bucket. */
static void write_order(const struct asked *asked, char *text, size_t size)
{
    struct answer_parts parts;
    struct answer_rows rows;
    size_t length = 0;
    answer_parts_init(&parts, &asked->question, asked->report);
    answer_rows_init(&rows, &parts);
    while (answer_rows_step(&rows))
        ;
    text[0] = '\0';
    for (size_t i = 0; i < rows.page_count; i++) {
        struct analytics_group_key key = answer_rows_key(&rows, &rows.page[i]);
        unsigned behind =
            asked->question.query.second != GROUP_NONE ? (unsigned)key.second : rows.page[i].bucket;
        length += (size_t)snprintf(text + length, size - length, "%s%lld.%u", i == 0 ? "" : " ",
                                   (long long)key.key, behind);
    }
    answer_rows_clear(&rows);
    answer_parts_clear(&parts);
}

static void assert_order(const struct asked *asked, const char *expected)
{
    char order[400];
    write_order(asked, order, sizeof order);
    ck_assert_str_eq(order, expected);
}

static void by_metric(struct asked *asked, enum analytics_metric metric, bool is_descending)
{
    asked->question.view.is_ordered_by_metric = true;
    asked->question.view.order_metric = metric;
    asked->question.view.is_descending = is_descending;
}

static void by_column(struct asked *asked, enum analytics_group column, bool is_descending)
{
    asked->question.view.is_ordered_by_metric = false;
    asked->question.view.order_group = column;
    asked->question.view.is_descending = is_descending;
}

static void init_ads(struct asked *asked)
{
    asked_init(asked, GROUP_AD, GROUP_NONE, GROUP_DAY, 2);
    asked_add(asked, key_of(9, 0), 0, CELL_FILL, 2);
    asked_add(asked, key_of(9, 0), 0, CELL_REQUEST, 4);
    asked_add(asked, key_of(9, 0), 1, CELL_REQUEST, 5);
    asked_add(asked, key_of(0, 0), 1, CELL_FILL, 7);
    asked_add(asked, key_of(0, 0), 1, CELL_REQUEST, 7);
    asked_add(asked, key_of(10, 0), 0, CELL_FILL, 1);
}

static const struct {
    int metric; /* -1 = by the column */
    enum analytics_group column;
    bool is_descending;
    const char *expected;
} ORDERS[] = {
    {METRIC_REQUESTS, GROUP_NONE, false, "0.0 10.0 10.1 9.0 9.1 0.1"},
    {METRIC_REQUESTS, GROUP_NONE, true, "0.1 9.1 9.0 0.0 10.0 10.1"},
    {METRIC_FILL_RATE, GROUP_NONE, false, "9.1 9.0 0.1 0.0 10.0 10.1"},
    {METRIC_FILL_RATE, GROUP_NONE, true, "0.1 9.0 9.1 0.0 10.0 10.1"},
    {METRIC_CLICK_RATE, GROUP_NONE, true, "0.0 0.1 9.0 9.1 10.0 10.1"},
    {-1, GROUP_AD, false, "9.0 9.1 10.0 10.1 0.0 0.1"},
    {-1, GROUP_AD, true, "10.0 10.1 9.0 9.1 0.0 0.1"},
    {-1, GROUP_DAY, false, "0.0 9.0 10.0 0.1 9.1 10.1"},
    {-1, GROUP_DAY, true, "0.1 9.1 10.1 0.0 9.0 10.0"},
};

/* What has no value, and no ad's row where it is by ads, is last in both directions; equal rows
 * ascend by key and bucket in both. */
START_TEST(rows_are_ordered_as_is_asked_for)
{
    struct asked asked;
    init_ads(&asked);
    if (ORDERS[_i].metric >= 0)
        by_metric(&asked, (enum analytics_metric)ORDERS[_i].metric, ORDERS[_i].is_descending);
    else
        by_column(&asked, ORDERS[_i].column, ORDERS[_i].is_descending);
    assert_order(&asked, ORDERS[_i].expected);
    asked_clear(&asked);
}
END_TEST

START_TEST(times_alone_ascend)
{
    struct asked asked;
    asked_init(&asked, GROUP_NONE, GROUP_NONE, GROUP_DAY, 3);
    assert_order(&asked, "0.0 0.1 0.2");
    by_column(&asked, GROUP_DAY, true);
    assert_order(&asked, "0.2 0.1 0.0");
    asked_clear(&asked);
}
END_TEST

START_TEST(texts_are_ordered_as_texts)
{
    struct asked asked;
    asked_init(&asked, GROUP_PLACEMENT, GROUP_NONE, GROUP_NONE, 1);
    static const char *const names[] = {"",           "zebra", "home-page-2", "home-page-10",
                                        "home-p",     "home-", "\xc3\xa4",    "Zebra",
                                        "home-page-1"};
    for (int i = 1; i < COUNT(names); i++) {
        asked_name(&asked, i, names[i]);
        asked_add(&asked, key_of(i, 0), 0, CELL_CLICK, 1);
    }
    asked_add(&asked, key_of(0, 0), 0, CELL_CLICK, 1);
    assert_order(&asked, "7.0 5.0 4.0 8.0 3.0 2.0 1.0 6.0 0.0");
    by_column(&asked, GROUP_PLACEMENT, true);
    assert_order(&asked, "6.0 1.0 2.0 3.0 8.0 4.0 5.0 7.0 0.0");
    asked_clear(&asked);
}
END_TEST

/* 27 is a number that this version has no word for. */
START_TEST(kinds_and_reasons_are_ordered_by_their_words)
{
    struct asked asked;
    static const int kinds[] = {EVENT_PLAYER_EXPAND, EVENT_PLAYER_COLLAPSE, EVENT_CLICK,
                                EVENT_KINDS, EVENT_IMPRESSION};
    char expected[60];
    asked_init(&asked, GROUP_AD, GROUP_KIND, GROUP_NONE, 1);
    for (int i = 0; i < COUNT(kinds); i++)
        asked_add(&asked, key_of(3, kinds[i]), 0, CELL_CLICK, 1);
    by_column(&asked, GROUP_KIND, false);
    ck_assert_int_gt(snprintf(expected, sizeof expected, "3.%d 3.%d 3.%d 3.%d 3.%d", EVENT_KINDS,
                              EVENT_CLICK, EVENT_IMPRESSION, EVENT_PLAYER_COLLAPSE,
                              EVENT_PLAYER_EXPAND),
                     0);
    assert_order(&asked, expected);
    asked_clear(&asked);
}
END_TEST

START_TEST(codes_are_ordered_as_numbers)
{
    struct asked asked;
    asked_init(&asked, GROUP_AD, GROUP_ERROR_CODE, GROUP_NONE, 1);
    asked_add(&asked, key_of(3, 1000), 0, CELL_ERROR, 1);
    asked_add(&asked, key_of(2, 303), 0, CELL_ERROR, 1);
    asked_add(&asked, key_of(3, 303), 0, CELL_ERROR, 1);
    asked_add(&asked, key_of(0, 303), 0, CELL_ERROR, 1);
    asked_add(&asked, key_of(3, 0), 0, CELL_ERROR, 1);
    by_column(&asked, GROUP_ERROR_CODE, false);
    assert_order(&asked, "3.0 0.303 2.303 3.303 3.1000");
    by_column(&asked, GROUP_AD, false);
    assert_order(&asked, "2.303 3.0 3.303 3.1000 0.303");
    asked_clear(&asked);
}
END_TEST

START_TEST(a_page_has_as_many_rows_as_its_limit)
{
    struct asked asked;
    init_ads(&asked);
    by_metric(&asked, METRIC_REQUESTS, true);
    asked.question.view.limit = 2;
    assert_order(&asked, "0.1 9.1");
    asked.question.view.limit = 7;
    assert_order(&asked, "0.1 9.1 9.0 0.0 10.0 10.1");
    asked_clear(&asked);
}
END_TEST

static void behind(struct asked *asked, double value, int64_t key, int64_t bucket_us)
{
    asked->question.view.has_position = true;
    asked->question.view.position =
        (struct analytics_position){.value = value, .key = key, .bucket_us = bucket_us};
}

START_TEST(a_page_begins_strictly_behind_its_cursor)
{
    struct asked asked;
    init_ads(&asked);
    by_metric(&asked, METRIC_REQUESTS, true);
    behind(&asked, 5, 9, APRIL_20_US + DAY_US);
    assert_order(&asked, "9.0 0.0 10.0 10.1");
    behind(&asked, 0, 10, APRIL_20_US);
    assert_order(&asked, "10.1");
    behind(&asked, 0, 10, APRIL_20_US + DAY_US);
    assert_order(&asked, "");
    by_metric(&asked, METRIC_FILL_RATE, true);
    behind(&asked, (double)NAN, 0, APRIL_20_US);
    assert_order(&asked, "10.0 10.1");
    asked_clear(&asked);
}
END_TEST

/* Its numbers may have grown since the page before, or its group be gone. */
START_TEST(the_row_of_a_cursor_need_not_be_there)
{
    struct asked asked;
    init_ads(&asked);
    by_metric(&asked, METRIC_REQUESTS, true);
    behind(&asked, 6, 9, APRIL_20_US);
    assert_order(&asked, "9.1 9.0 0.0 10.0 10.1");
    by_column(&asked, GROUP_AD, false);
    behind(&asked, 9.5, 77, APRIL_20_US);
    assert_order(&asked, "10.0 10.1 0.0 0.1");
    asked_clear(&asked);
}
END_TEST

START_TEST(a_cursor_knows_names_by_more_than_their_beginning)
{
    struct asked asked;
    asked_init(&asked, GROUP_PLACEMENT, GROUP_NONE, GROUP_NONE, 1);
    for (int i = 1; i <= 9; i++) {
        char name[24];
        ck_assert_int_gt(snprintf(name, sizeof name, "home-page-%d", 10 - i), 0);
        asked_name(&asked, i, name);
        asked_add(&asked, key_of(i, 0), 0, CELL_CLICK, 1);
    }
    behind(&asked,
           (double)('h' * (1LL << 40) + 'o' * (1LL << 32) + 'm' * (1LL << 24) + 'e' * (1LL << 16) +
                    '-' * (1LL << 8) + 'p'),
           7, APRIL_20_US);
    assert_order(&asked, "6.0 5.0 4.0 3.0 2.0 1.0");
    by_column(&asked, GROUP_PLACEMENT, true);
    assert_order(&asked, "8.0 9.0");
    asked_clear(&asked);
}
END_TEST

Suite *analytics_answer_order_suite(void)
{
    Suite *suite = suite_create("analytics_answer_order");
    TCase *tcase = tcase_create("analytics_answer_order");
    tcase_add_loop_test(tcase, rows_are_ordered_as_is_asked_for, 0, COUNT(ORDERS));
    tcase_add_test(tcase, times_alone_ascend);
    tcase_add_test(tcase, texts_are_ordered_as_texts);
    tcase_add_test(tcase, kinds_and_reasons_are_ordered_by_their_words);
    tcase_add_test(tcase, codes_are_ordered_as_numbers);
    tcase_add_test(tcase, a_page_has_as_many_rows_as_its_limit);
    tcase_add_test(tcase, a_page_begins_strictly_behind_its_cursor);
    tcase_add_test(tcase, the_row_of_a_cursor_need_not_be_there);
    tcase_add_test(tcase, a_cursor_knows_names_by_more_than_their_beginning);
    suite_add_tcase(suite, tcase);
    return suite;
}
