/* Random answers: their order is total, pages by cursor add up to the whole, rows to the total, and
 * CSV says what JSON does. TEST_SEED in the environment repeats a run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "protocol/analytics/answer_rows.h"
#include "test/unit/protocol/analytics/csv_reading.h"
#include "test/unit/protocol/analytics/random_report.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/suites.h"

enum { REPORTS = 25 };

/* -1, 0 or 1 by what stands in the rows: nulls last, the rest by value, up or down. */
static int compare_values(const json_t *one, const json_t *other, bool is_descending)
{
    int order;
    if (json_is_null(one) || json_is_null(other))
        return json_is_null(one) - json_is_null(other);
    if (json_is_string(one)) {
        order = strcmp(json_string_value(one), json_string_value(other));
    } else {
        double difference = json_number_value(one) - json_number_value(other);
        order = (difference > 0) - (difference < 0);
    }
    return is_descending ? -order : order;
}

static json_t *value_of(const struct analytics_view *view, json_t *row)
{
    const char *name = view->is_ordered_by_metric ? analytics_metric_name(view->order_metric)
                                                  : analytics_group_column(view->order_group);
    json_t *value = json_object_get(row, name);
    ck_assert_ptr_nonnull(value);
    return value;
}

static json_t *rows_of(const struct asked *asked, json_t **answer)
{
    char *text = asked_text(asked, NULL);
    *answer = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(*answer != NULL, "%s", text);
    free(text);
    return json_object_get(*answer, "rows");
}

static bool is_by_time(const struct analytics_view *view)
{
    return !view->is_ordered_by_metric && analytics_group_is_time(view->order_group);
}

/* The labels of the test's days are numbered, in no order of texts. */
static void assert_order(const struct asked *asked)
{
    const struct analytics_view *view = &asked->question.view;
    json_t *answer;
    json_t *rows = rows_of(asked, &answer);
    for (size_t i = 1; i < json_array_size(rows) && !is_by_time(view); i++) {
        ck_assert_int_le(compare_values(value_of(view, json_array_get(rows, i - 1)),
                                        value_of(view, json_array_get(rows, i)),
                                        view->is_descending),
                         0);
    }
    json_decref(answer);
}

/* Of rows that are equal so far. */
static void assert_ties(const struct answer_rows *rows)
{
    for (size_t i = 1; i < rows->page_count; i++) {
        const struct answer_row *one = &rows->page[i - 1];
        const struct answer_row *other = &rows->page[i];
        struct analytics_group_key key = answer_rows_key(rows, one);
        struct analytics_group_key next = answer_rows_key(rows, other);
        bool is_equal = one->value == other->value || (isnan(one->value) && isnan(other->value));
        if (!is_equal || (one->text != NULL && strcmp(one->text, other->text) != 0))
            continue;
        ck_assert(
            key.key < next.key || (key.key == next.key && key.second < next.second) ||
            (key.key == next.key && key.second == next.second && one->bucket < other->bucket));
    }
}

/* Where the page of the question ends; returns whether there is another. */
static bool end_of_page(const struct asked *asked, struct analytics_position *position)
{
    struct answer_parts parts;
    struct answer_rows rows;
    answer_parts_init(&parts, &asked->question, asked->report);
    answer_rows_init(&rows, &parts);
    while (answer_rows_step(&rows))
        ;
    assert_ties(&rows);
    bool is_left = answer_rows_are_left(&rows);
    if (is_left)
        *position = answer_rows_position(&rows);
    answer_rows_clear(&rows);
    answer_parts_clear(&parts);
    return is_left;
}

static void assert_pages(const struct asked *asked)
{
    struct asked page = *asked;
    struct analytics_view *view = &page.question.view;
    view->format = FORMAT_NDJSON;
    char *whole = asked_text(&page, NULL);
    const char *at = whole;
    view->limit = 1 + random_below(40);
    bool is_left = true;
    while (is_left) {
        char *text = asked_text(&page, NULL);
        ck_assert(strncmp(at, text, strlen(text)) == 0);
        at += strlen(text);
        free(text);
        is_left = end_of_page(&page, &view->position);
        view->has_position = true;
    }
    ck_assert_str_eq(at, "");
    free(whole);
}

START_TEST(pages_add_up_to_the_whole_in_every_order)
{
    random_seed();
    for (int i = 0; i < REPORTS; i++) {
        struct asked asked;
        random_report(&asked);
        for (int order = 0; next_order(&asked, order); order++) {
            assert_order(&asked);
            assert_pages(&asked);
        }
        asked_clear(&asked);
    }
}
END_TEST

static void assert_sum(json_t *answer, json_t *rows, enum analytics_metric metric)
{
    const char *name = analytics_metric_name(metric);
    json_int_t sum = 0;
    for (size_t i = 0; i < json_array_size(rows); i++)
        sum += json_integer_value(json_object_get(json_array_get(rows, i), name));
    ck_assert_int_eq(sum, json_integer_value(json_object_get(answer, name)));
}

START_TEST(rows_add_up_to_the_total)
{
    random_seed();
    for (int i = 0; i < REPORTS; i++) {
        struct asked asked;
        json_t *answer;
        random_report(&asked);
        json_t *rows = rows_of(&asked, &answer);
        for (int metric = 0; metric < ANALYTICS_METRICS; metric++) {
            if (analytics_metric_is_count((enum analytics_metric)metric))
                assert_sum(answer, rows, (enum analytics_metric)metric);
        }
        json_decref(answer);
        asked_clear(&asked);
    }
}
END_TEST

/* Without the guard. */
static void assert_cell(const json_t *value, const char *cell)
{
    char *end;
    if (json_is_null(value)) {
        ck_assert_str_eq(cell, "");
    } else if (json_is_string(value)) {
        const char *text = json_string_value(value);
        bool is_guarded = strchr("=+-@\t\r", text[0]) != NULL;
        ck_assert_int_eq(cell[0] == '\'', is_guarded);
        ck_assert_str_eq(cell + is_guarded, text);
    } else {
        ck_assert(strtod(cell, &end) == json_number_value(value));
        ck_assert_int_eq(*end, '\0');
        ck_assert_int_eq(strchr(cell, '.') == NULL, json_is_integer(value));
    }
}

static void assert_line(json_t *names, json_t *line, json_t *row)
{
    ck_assert_uint_eq(json_array_size(line), json_object_size(row));
    ck_assert_uint_eq(json_array_size(names), json_object_size(row));
    for (size_t i = 0; i < json_array_size(names); i++) {
        json_t *value = json_object_get(row, json_string_value(json_array_get(names, i)));
        ck_assert_ptr_nonnull(value);
        assert_cell(value, json_string_value(json_array_get(line, i)));
    }
}

START_TEST(csv_says_what_json_does)
{
    random_seed();
    for (int i = 0; i < 10 * REPORTS; i++) {
        struct asked asked;
        json_t *answer;
        random_report(&asked);
        json_t *rows = rows_of(&asked, &answer);
        asked.question.view.format = FORMAT_CSV;
        char *text = asked_text(&asked, NULL);
        json_t *lines = csv_read(text);
        ck_assert_uint_eq(json_array_size(lines), json_array_size(rows) + 1);
        for (size_t line = 1; line < json_array_size(lines); line++)
            assert_line(json_array_get(lines, 0), json_array_get(lines, line),
                        json_array_get(rows, line - 1));
        free(text);
        json_decref(lines);
        json_decref(answer);
        asked_clear(&asked);
    }
}
END_TEST

Suite *analytics_answer_random_suite(void)
{
    Suite *suite = suite_create("analytics_answer_random");
    TCase *tcase = tcase_create("analytics_answer_random");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, pages_add_up_to_the_whole_in_every_order);
    tcase_add_test(tcase, rows_add_up_to_the_total);
    tcase_add_test(tcase, csv_says_what_json_does);
    suite_add_tcase(suite, tcase);
    return suite;
}
