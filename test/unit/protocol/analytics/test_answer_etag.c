/* ETags of answers: another one for all that is told, but not for how fresh it is. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/answer.h"
#include "test/unit/protocol/analytics/asked.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

typedef void (*change_fn)(struct asked *asked);

static void init(struct asked *asked, enum analytics_format format, bool has_groups)
{
    asked_init(asked, has_groups ? GROUP_PLACEMENT : GROUP_NONE, GROUP_NONE,
               has_groups ? GROUP_DAY : GROUP_NONE, has_groups ? 2 : 1);
    asked->question.view.format = format;
    asked->question.view.limit = 3;
    if (has_groups) {
        asked_name(asked, 1, "one");
        asked_name(asked, 2, "two");
        asked_add(asked, (struct analytics_group_key){.key = 1}, 0, CELL_CLICK, 3);
    }
    asked_add(asked, (struct analytics_group_key){.key = has_groups ? 2 : 0}, 0, CELL_CLICK, 4);
}

static void etag_of(enum analytics_format format, bool has_groups, change_fn change, char *etag)
{
    struct asked asked;
    init(&asked, format, has_groups);
    if (change != NULL)
        change(&asked);
    free(asked_text(&asked, etag));
    asked_clear(&asked);
}

static void change_identity(struct asked *asked)
{
    asked->question.view.identity[3] = 'f';
}

static void change_zone(struct asked *asked)
{
    strcpy(asked->question.query.zone, "Europe/Berlin");
}

static void change_start(struct asked *asked)
{
    asked->question.query.window.start_us++;
}

static void change_end(struct asked *asked)
{
    asked->question.query.window.end_us--;
}

static void change_format(struct asked *asked)
{
    asked->question.view.format =
        asked->question.view.format == FORMAT_CSV ? FORMAT_NDJSON : FORMAT_CSV;
}

static void change_metrics(struct asked *asked)
{
    asked->question.view.metrics |= METRIC_BIT(METRIC_SKIPS);
}

static void change_limit(struct asked *asked)
{
    asked->question.view.limit = 4;
}

static void change_direction(struct asked *asked)
{
    asked->question.view.is_descending = true;
}

static void change_order(struct asked *asked)
{
    asked->question.view.order_group = GROUP_DAY;
}

static void change_click(struct asked *asked)
{
    asked_add(asked, (struct analytics_group_key){.key = asked->report->table ? 2 : 0}, 0,
              CELL_CLICK, 1);
}

static const change_fn CHANGES[] = {change_identity, change_zone,    change_start, change_end,
                                    change_format,   change_metrics, change_limit, change_direction,
                                    change_order,    change_click};

START_TEST(another_answer_has_another)
{
    char etag[ANALYTICS_ETAG_SIZE];
    char other[ANALYTICS_ETAG_SIZE];
    for (int format = 0; format < ANALYTICS_FORMATS; format++) {
        for (int has_groups = 0; has_groups < 2; has_groups++) {
            etag_of((enum analytics_format)format, has_groups, NULL, etag);
            etag_of((enum analytics_format)format, has_groups, CHANGES[_i], other);
            ck_assert_str_ne(etag, other);
        }
    }
}
END_TEST

static void change_name(struct asked *asked)
{
    analytics_table_free(asked->report->table);
    asked->report->table = analytics_table_new(2, true);
    asked->report->total = (struct analytics_sums){0};
    asked_name(asked, 1, "one");
    asked_name(asked, 2, "twp");
    asked_add(asked, (struct analytics_group_key){.key = 1}, 0, CELL_CLICK, 3);
    asked_add(asked, (struct analytics_group_key){.key = 2}, 0, CELL_CLICK, 4);
}

static void change_label(struct asked *asked)
{
    asked->report->buckets.labels[1][0] = 'D';
}

static void change_cell(struct asked *asked)
{
    asked_add(asked, (struct analytics_group_key){.key = 1}, 0, CELL_CLICK, 1);
    asked_add(asked, (struct analytics_group_key){.key = 1}, 1, CELL_CLICK, -1);
}

static void change_position(struct asked *asked)
{
    asked->question.view.has_position = true;
    asked->question.view.position.value = -1;
}

static const change_fn ROW_CHANGES[] = {change_name, change_label, change_cell, change_position};

START_TEST(other_rows_have_another)
{
    char etag[ANALYTICS_ETAG_SIZE];
    char other[ANALYTICS_ETAG_SIZE];
    for (int format = 0; format < ANALYTICS_FORMATS; format++) {
        etag_of((enum analytics_format)format, true, NULL, etag);
        etag_of((enum analytics_format)format, true, ROW_CHANGES[_i], other);
        ck_assert_str_ne(etag, other);
    }
}
END_TEST

static void make_previous(struct asked *asked)
{
    asked->question.query.has_previous = true;
    asked->report->previous.cells[CELL_CLICK] = 1;
}

static void make_other_previous(struct asked *asked)
{
    make_previous(asked);
    asked->report->previous.cells[CELL_CLICK] = 2;
}

START_TEST(another_window_before_has_another)
{
    char etag[ANALYTICS_ETAG_SIZE];
    char other[ANALYTICS_ETAG_SIZE];
    etag_of(FORMAT_JSON, true, make_previous, etag);
    etag_of(FORMAT_JSON, true, make_other_previous, other);
    ck_assert_str_ne(etag, other);
}
END_TEST

/* The total is of all rows: JSON tells it beside a page without those that have changed. */
static void change_beyond_page(struct asked *asked)
{
    asked_add(asked, (struct analytics_group_key){.key = 2}, 1, CELL_CLICK, 1);
}

START_TEST(rows_beyond_the_page_count_where_there_is_a_total)
{
    char etag[ANALYTICS_ETAG_SIZE];
    char other[ANALYTICS_ETAG_SIZE];
    for (int format = 0; format < ANALYTICS_FORMATS; format++) {
        etag_of((enum analytics_format)format, true, NULL, etag);
        etag_of((enum analytics_format)format, true, change_beyond_page, other);
        ck_assert_int_eq(strcmp(etag, other) == 0, format != FORMAT_JSON);
    }
}
END_TEST

static void change_freshness(struct asked *asked)
{
    asked->report->pending_events = 5;
    asked->report->as_of_us = APRIL_20_US;
    asked->report->complete_until_us = APRIL_20_US;
    asked->report->warnings = 3;
}

/* Of no metric that is told. */
static void change_unseen(struct asked *asked)
{
    asked_add(asked, (struct analytics_group_key){.key = asked->report->table ? 2 : 0}, 0,
              CELL_START, 1);
}

static const change_fn FRESHNESS[] = {NULL, change_freshness, change_unseen};

START_TEST(the_same_answer_has_the_same)
{
    char etag[ANALYTICS_ETAG_SIZE];
    char other[ANALYTICS_ETAG_SIZE];
    for (int format = 0; format < ANALYTICS_FORMATS; format++) {
        for (int has_groups = 0; has_groups < 2; has_groups++) {
            etag_of((enum analytics_format)format, has_groups, NULL, etag);
            etag_of((enum analytics_format)format, has_groups, FRESHNESS[_i], other);
            ck_assert_str_eq(etag, other);
            ck_assert_uint_eq(strlen(etag), 34);
            ck_assert_uint_eq(strspn(etag + 1, "0123456789abcdef"), 32);
            ck_assert(etag[0] == '"' && etag[33] == '"');
        }
    }
}
END_TEST

Suite *analytics_answer_etag_suite(void)
{
    Suite *suite = suite_create("analytics_answer_etag");
    TCase *tcase = tcase_create("analytics_answer_etag");
    tcase_add_loop_test(tcase, another_answer_has_another, 0, COUNT(CHANGES));
    tcase_add_loop_test(tcase, other_rows_have_another, 0, COUNT(ROW_CHANGES));
    tcase_add_test(tcase, another_window_before_has_another);
    tcase_add_test(tcase, rows_beyond_the_page_count_where_there_is_a_total);
    tcase_add_loop_test(tcase, the_same_answer_has_the_same, 0, COUNT(FRESHNESS));
    suite_add_tcase(suite, tcase);
    return suite;
}
