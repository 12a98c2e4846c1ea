/* The search for the row that makes a batch fail, against a database that refuses chosen rows. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/ingest/bisect.h"
#include "test/unit/suites.h"

enum { MAX_ROWS = 2000, QUEUE_ROWS = 5000 };

/* A queue of rows, some of them bad, and what became of them. */
struct model {
    struct bisect bisect;
    uint32_t count;
    uint32_t head; /* rows before it are stored or put aside */
    bool is_bad[QUEUE_ROWS];
    const char *states[QUEUE_ROWS]; /* of the bad ones; NULL = 23514 */
    bool is_put_aside[QUEUE_ROWS];
    unsigned statements;
    bool is_held;
};

static struct model *model_new(uint32_t count)
{
    struct model *model = calloc(1, sizeof *model);
    ck_assert_ptr_nonnull(model);
    bisect_init(&model->bisect, MAX_ROWS);
    model->count = count;
    return model;
}

static const char *state_of(const struct model *model, uint32_t row)
{
    return model->states[row] == NULL ? "23514" : model->states[row];
}

/* One batch, and the statement that puts a row aside where it comes to that. */
static void step(struct model *model)
{
    uint32_t rows = bisect_limit(&model->bisect);
    if (rows == 0)
        ck_abort_msg("a batch of no rows");
    if (rows > model->count - model->head)
        rows = model->count - model->head;
    model->statements++;
    uint32_t bad = model->head;
    while (bad < model->head + rows && !model->is_bad[bad])
        bad++;
    if (bad == model->head + rows) {
        bisect_passed(&model->bisect, rows, false);
        model->head += rows;
        return;
    }
    switch (bisect_failed(&model->bisect, rows, state_of(model, bad))) {
    case BISECT_HALVE:
        ck_assert_uint_lt(bisect_limit(&model->bisect), rows);
        break;
    case BISECT_REJECT:
        ck_assert_uint_eq(rows, 1);
        ck_assert_uint_eq(bisect_limit(&model->bisect), 1);
        model->statements++;
        model->is_put_aside[model->head++] = true;
        bisect_passed(&model->bisect, 1, true);
        break;
    case BISECT_HOLD:
        model->is_held = true;
        break;
    }
}

static void run(struct model *model)
{
    while (model->head < model->count && !model->is_held) {
        step(model);
        if (model->statements > 100000)
            ck_abort_msg("it never ends");
    }
}

static void assert_just_the_bad_are_put_aside(const struct model *model)
{
    ck_assert(!model->is_held);
    ck_assert(memcmp(model->is_bad, model->is_put_aside, sizeof model->is_bad) == 0);
}

START_TEST(sends_full_batches_when_nothing_fails)
{
    struct model *model = model_new(QUEUE_ROWS);
    run(model);
    ck_assert_uint_eq(model->statements, 3);
    assert_just_the_bad_are_put_aside(model);
    free(model);
}
END_TEST

START_TEST(finds_one_among_a_thousand_in_twenty_statements)
{
    for (uint32_t bad = 0; bad < 1000; bad++) {
        struct model *model = model_new(1000);
        model->is_bad[bad] = true;
        run(model);
        assert_just_the_bad_are_put_aside(model);
        /* all of it: finding the row, putting it aside, and storing the 999 others */
        ck_assert_uint_le(model->statements, 22);
        free(model);
    }
}
END_TEST

START_TEST(finds_several_of_different_kinds)
{
    for (unsigned seed = 0; seed < 50; seed++) {
        srand(seed);
        struct model *model = model_new(QUEUE_ROWS);
        for (unsigned n = 0; n < 40; n++) {
            uint32_t row = (uint32_t)rand() % QUEUE_ROWS;
            model->is_bad[row] = true;
            model->states[row] = n % 2 == 0 ? "23514" : "22003";
        }
        run(model);
        assert_just_the_bad_are_put_aside(model);
        free(model);
    }
}
END_TEST

START_TEST(finds_neighbours_up_to_the_limit)
{
    struct model *model = model_new(1000);
    for (uint32_t row = 500; row < 500 + BISECT_ALIKE_MAX; row++)
        model->is_bad[row] = true;
    run(model);
    assert_just_the_bad_are_put_aside(model);
    free(model);
}
END_TEST

START_TEST(holds_when_more_neighbours_fail_alike)
{
    struct model *model = model_new(1000);
    for (uint32_t row = 500; row < 501 + BISECT_ALIKE_MAX; row++)
        model->is_bad[row] = true;
    run(model);
    ck_assert(model->is_held);
    ck_assert_uint_eq(model->head, 500 + BISECT_ALIKE_MAX);
    free(model);
}
END_TEST

START_TEST(holds_when_all_fail_and_goes_on_when_mended)
{
    struct model *model = model_new(1000);
    memset(model->is_bad, true, sizeof model->is_bad);
    run(model);
    ck_assert(model->is_held);
    ck_assert_uint_eq(model->head, BISECT_ALIKE_MAX);
    step(model); /* tried again, not mended yet */
    ck_assert_uint_eq(model->head, BISECT_ALIKE_MAX);

    memset(model->is_bad, false, sizeof model->is_bad);
    model->is_held = false;
    model->statements = 0;
    run(model);
    ck_assert_uint_eq(model->head, 1000);
    ck_assert_uint_le(model->statements, 3);
    ck_assert_uint_eq(bisect_limit(&model->bisect), MAX_ROWS);
    free(model);
}
END_TEST

START_TEST(does_not_hold_for_faults_that_differ)
{
    struct model *model = model_new(100);
    for (uint32_t row = 0; row < 100; row++) {
        model->is_bad[row] = true;
        model->states[row] = row % 2 == 0 ? "23514" : "22003";
    }
    run(model);
    assert_just_the_bad_are_put_aside(model);
    free(model);
}
END_TEST

/* A hold is for rows that fail one behind the other: with good ones between them any number may. */
START_TEST(does_not_hold_for_like_faults_with_good_rows_between)
{
    struct model *model = model_new(QUEUE_ROWS);
    for (uint32_t row = 0; row < 4 * BISECT_ALIKE_MAX; row++)
        model->is_bad[row * 7] = true;
    run(model);
    assert_just_the_bad_are_put_aside(model);
    free(model);
}
END_TEST

/* One short of a hold, one good row, and again: the count begins anew. */
START_TEST(stored_row_begins_the_count_of_like_faults_anew)
{
    struct bisect bisect;
    bisect_init(&bisect, MAX_ROWS);
    for (int round = 0; round < 3; round++) {
        for (unsigned n = 0; n < BISECT_ALIKE_MAX; n++) {
            ck_assert_int_eq(bisect_failed(&bisect, 1, "23514"), BISECT_REJECT);
            bisect_passed(&bisect, 1, true);
        }
        bisect_passed(&bisect, 1, false);
    }
    for (unsigned n = 0; n < BISECT_ALIKE_MAX; n++) {
        ck_assert_int_eq(bisect_failed(&bisect, 1, "23514"), BISECT_REJECT);
        bisect_passed(&bisect, 1, true);
    }
    ck_assert_int_eq(bisect_failed(&bisect, 1, "23514"), BISECT_HOLD);
}
END_TEST

START_TEST(forgets_the_search_when_events_come_in_behind)
{
    struct model *model = model_new(10);
    model->is_bad[3] = true;
    step(model);
    model->count = 1000; /* more of them, while the first ten are searched */
    run(model);
    assert_just_the_bad_are_put_aside(model);
    ck_assert_uint_le(model->statements, 12);
    free(model);
}
END_TEST

START_TEST(halves_what_is_suspected_without_an_error)
{
    struct bisect bisect;
    uint32_t rows = MAX_ROWS;
    unsigned steps = 0;
    bisect_init(&bisect, MAX_ROWS);
    while (rows > 1) {
        bisect_suspect(&bisect, rows);
        ck_assert_uint_eq(bisect_limit(&bisect), (rows + 1) / 2);
        rows = bisect_limit(&bisect);
        ck_assert_uint_le(++steps, 12);
    }
    bisect_suspect(&bisect, 1);
    ck_assert_uint_eq(bisect_limit(&bisect), 1);
    bisect_passed(&bisect, 1, false);
    ck_assert_uint_eq(bisect_limit(&bisect), MAX_ROWS);
}
END_TEST

Suite *bisect_suite(void)
{
    Suite *suite = suite_create("bisect");
    TCase *tcase = tcase_create("bisect");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, sends_full_batches_when_nothing_fails);
    tcase_add_test(tcase, finds_one_among_a_thousand_in_twenty_statements);
    tcase_add_test(tcase, finds_several_of_different_kinds);
    tcase_add_test(tcase, finds_neighbours_up_to_the_limit);
    tcase_add_test(tcase, holds_when_more_neighbours_fail_alike);
    tcase_add_test(tcase, holds_when_all_fail_and_goes_on_when_mended);
    tcase_add_test(tcase, does_not_hold_for_faults_that_differ);
    tcase_add_test(tcase, does_not_hold_for_like_faults_with_good_rows_between);
    tcase_add_test(tcase, stored_row_begins_the_count_of_like_faults_anew);
    tcase_add_test(tcase, forgets_the_search_when_events_come_in_behind);
    tcase_add_test(tcase, halves_what_is_suspected_without_an_error);
    suite_add_tcase(suite, tcase);
    return suite;
}
