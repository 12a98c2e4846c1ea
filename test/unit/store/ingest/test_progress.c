/* Until when what was accepted is stored. */
#include <check.h>

#include "store/ingest/progress.h"
#include "test/unit/suites.h"

static struct progress progress;

static void set_up(void)
{
    progress = (struct progress){0};
}

START_TEST(nothing_is_known_at_first)
{
    ck_assert_int_eq(progress_complete_until(&progress, 5), INT64_MIN);
    progress_note(&progress, 6, 100);
    ck_assert_int_eq(progress_complete_until(&progress, 5), INT64_MIN);
    ck_assert_int_eq(progress_complete_until(&progress, 6), 100);
}
END_TEST

START_TEST(the_last_note_that_is_stored_decides)
{
    progress_note(&progress, 6, 100);
    progress_note(&progress, 9, 200);
    progress_note(&progress, 12, 300);
    ck_assert_int_eq(progress_complete_until(&progress, 11), 200);
    ck_assert_int_eq(progress_complete_until(&progress, 12), 300);
    progress_note(&progress, 12, 400); /* nothing has come since */
    ck_assert_int_eq(progress_complete_until(&progress, 12), 400);
    ck_assert_uint_eq(progress.count, 3);
}
END_TEST

START_TEST(a_clock_that_was_set_back_says_nothing)
{
    progress_note(&progress, 6, 100);
    progress_note(&progress, 9, 50);
    ck_assert_int_eq(progress_complete_until(&progress, 9), 100);
    progress_note(&progress, 9, 101);
    ck_assert_int_eq(progress_complete_until(&progress, 8), 100);
    ck_assert_int_eq(progress_complete_until(&progress, 9), 101);
}
END_TEST

/* Hours without a database: what it says is true, and gets coarser. */
START_TEST(it_thins_out_and_stays_true)
{
    for (int i = 1; i <= 20000; i++)
        progress_note(&progress, (uint64_t)i * 10, i);
    ck_assert_uint_le(progress.count, PROGRESS_NOTES);
    for (int i = 100; i <= 20000; i += 37) {
        int64_t until = progress_complete_until(&progress, (uint64_t)i * 10);
        ck_assert(until == INT64_MIN || until <= i);
        ck_assert(i < 5000 || until > i / 2);
    }
    ck_assert_int_eq(progress_complete_until(&progress, 200000), 20000);
}
END_TEST

Suite *progress_suite(void)
{
    Suite *suite = suite_create("progress");
    TCase *tcase = tcase_create("progress");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, nothing_is_known_at_first);
    tcase_add_test(tcase, the_last_note_that_is_stored_decides);
    tcase_add_test(tcase, a_clock_that_was_set_back_says_nothing);
    tcase_add_test(tcase, it_thins_out_and_stays_true);
    suite_add_tcase(suite, tcase);
    return suite;
}
