/* Rows of more cells than are sorted at once: one order is merged out of the runs. */
#include <math.h>

#include <check.h>

#include "protocol/analytics/answer_rows.h"
#include "test/unit/protocol/analytics/asked.h"
#include "test/unit/protocol/random_object.h"
#include "test/unit/suites.h"

/* As in answer_rows.c: no step reads more cells, nor merges more rows. */
enum { CELLS_A_STEP = 2048, ROWS_A_STEP = 4096 };

static const struct {
    size_t groups;
    size_t buckets;
} SIZES[] = {{1, 1},    {2047, 1}, {2048, 1},  {2049, 1},   {3, 683},    {2, 2048},
             {7, 1000}, {6144, 1}, {10000, 1}, {1, 100000}, {100000, 1}, {2, 50000}};

/* Few requests, so that most are equal to many others, of other runs too. */
static void fill(struct asked *asked, size_t groups)
{
    struct analytics_table *table = asked->report->table;
    size_t buckets = analytics_table_buckets(table);
    for (size_t i = 0; i < groups * buckets; i++) {
        struct analytics_sums sums = {0};
        struct analytics_group_key key = {0};
        if (asked->question.query.group != GROUP_NONE)
            key.key = (int64_t)(i / buckets * 7919 % 100003);
        sums.cells[CELL_REQUEST] = random_below(4);
        sums.cells[CELL_FILL] = random_below(4);
        ck_assert(analytics_table_add(table, key, i % buckets, &sums, 1));
    }
}

static void init(struct asked *asked, size_t groups, size_t buckets)
{
    enum analytics_group group = groups > 1 ? GROUP_AD : GROUP_NONE;
    asked_init(asked, group, GROUP_NONE, buckets > 1 || groups == 1 ? GROUP_DAY : GROUP_NONE,
               buckets);
    asked->question.view.is_ordered_by_metric = true;
    asked->question.view.order_metric = METRIC_FILL_RATE;
    fill(asked, groups);
}

/* Whether the first comes before the other, the values' order being up or down. */
static bool is_before(const struct answer_rows *rows, const struct answer_row *one,
                      const struct answer_row *other)
{
    bool is_descending = rows->parts->question.view.is_descending;
    double first = analytics_sums_metric(answer_rows_sums(rows, one), METRIC_FILL_RATE);
    double second = analytics_sums_metric(answer_rows_sums(rows, other), METRIC_FILL_RATE);
    int64_t key = answer_rows_key(rows, one).key;
    int64_t next = answer_rows_key(rows, other).key;
    if (isnan(first) != isnan(second))
        return isnan(second);
    if (!isnan(first) && first != second)
        return is_descending ? first > second : first < second;
    return key != next ? key < next : one->bucket < other->bucket;
}

/* Makes the page; returns how many rows it has. None can be there twice, since each comes before
 * the next. */
static size_t assert_page(const struct asked *asked, struct analytics_position *end)
{
    struct answer_parts parts;
    struct answer_rows rows;
    size_t steps = 1;
    answer_parts_init(&parts, &asked->question, asked->report);
    answer_rows_init(&rows, &parts);
    while (answer_rows_step(&rows))
        steps++;
    size_t count = rows.page_count;
    size_t cells = analytics_table_groups(asked->report->table) *
                   analytics_table_buckets(asked->report->table);
    ck_assert_uint_ge(steps, (cells + CELLS_A_STEP - 1) / CELLS_A_STEP + count / ROWS_A_STEP);
    for (size_t i = 1; i < count; i++)
        ck_assert(is_before(&rows, &rows.page[i - 1], &rows.page[i]));
    if (count > 0)
        *end = answer_rows_position(&rows);
    answer_rows_clear(&rows);
    answer_parts_clear(&parts);
    return count;
}

START_TEST(runs_are_merged_into_one_order)
{
    struct asked asked;
    struct analytics_position end;
    random_seed();
    init(&asked, SIZES[_i].groups, SIZES[_i].buckets);
    for (int is_descending = 0; is_descending < 2; is_descending++) {
        asked.question.view.is_descending = is_descending;
        ck_assert_uint_eq(assert_page(&asked, &end), SIZES[_i].groups * SIZES[_i].buckets);
    }
    asked_clear(&asked);
}
END_TEST

/* Were one left out, the pages would have fewer rows together. */
START_TEST(pages_of_many_runs_have_all_rows_together)
{
    struct asked asked;
    random_seed();
    init(&asked, SIZES[_i].groups, SIZES[_i].buckets);
    struct analytics_view *view = &asked.question.view;
    size_t cells = SIZES[_i].groups * SIZES[_i].buckets;
    size_t seen = 0;
    view->limit = (uint32_t)(1 + cells / (2 + random_below(6)));
    size_t rows;
    do {
        rows = assert_page(&asked, &view->position);
        seen += rows;
        view->has_position = true;
    } while (rows > 0);
    ck_assert_uint_eq(seen, cells);
    asked_clear(&asked);
}
END_TEST

Suite *analytics_answer_runs_suite(void)
{
    const int sizes = (int)(sizeof SIZES / sizeof SIZES[0]);
    Suite *suite = suite_create("analytics_answer_runs");
    TCase *tcase = tcase_create("analytics_answer_runs");
    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, runs_are_merged_into_one_order, 0, sizes);
    tcase_add_loop_test(tcase, pages_of_many_runs_have_all_rows_together, 0, sizes);
    suite_add_tcase(suite, tcase);
    return suite;
}
