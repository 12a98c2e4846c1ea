/* The sequences that are nowhere in a journal. */
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "store/ingest/gaps.h"
#include "store/journal/format.h"
#include "test/unit/suites.h"

static struct gaps gaps;
static char text[GAPS_TEXT_SIZE];

static void set_up(void)
{
    gaps.count = 0;
}

static uint64_t at(uint64_t run, uint64_t count)
{
    return (run << JOURNAL_RUN_SHIFT) + count;
}

static void assert_written(uint64_t after, uint64_t upto, const char *wanted)
{
    gaps_write(&gaps, after, upto, text);
    ck_assert_str_eq(text, wanted);
}

START_TEST(notes_what_lies_between)
{
    gaps_note(&gaps, 0, 1);
    gaps_note(&gaps, 1, 2);
    assert_written(0, 100, "{}");
    gaps_note(&gaps, 2, 5);
    gaps_note(&gaps, 5, 7);
    assert_written(0, 100, "{[3,4],[6,6]}");
    assert_written(3, 100, "{[4,4],[6,6]}");
    assert_written(4, 5, "{}");
    assert_written(0, 3, "{[3,3]}");
}
END_TEST

START_TEST(a_run_begins_with_its_first)
{
    gaps_note(&gaps, at(2, 9), at(3, 1));
    ck_assert_uint_eq(gaps.count, 0);
    gaps_note(&gaps, at(2, 9), at(4, 3));
    assert_written(at(2, 9), at(4, 9), "{[4398046511105,4398046511106]}");
    gaps_note(&gaps, at(4, 3), at(4, 5));
    gaps_note(&gaps, at(4, 5), at(5, 2));
    assert_written(0, at(5, 2), "{[5497558138881,5497558138881]}"); /* of its run alone */
}
END_TEST

START_TEST(what_is_read_again_is_the_same)
{
    for (int i = 0; i < 3; i++) {
        gaps_note(&gaps, 2, 5);
        gaps_note(&gaps, 10, 20);
        gaps_note(&gaps, 3, 5); /* from a cursor inside of it */
    }
    gaps_note(&gaps, 4, 12);
    assert_written(0, 100, "{[3,4],[5,19]}");
    gaps_drop(&gaps, 4);
    assert_written(0, 100, "{[5,19]}");
    gaps_drop(&gaps, 18);
    assert_written(0, 100, "{[5,19]}");
    gaps_drop(&gaps, 19);
    ck_assert_uint_eq(gaps.count, 0);
}
END_TEST

START_TEST(of_too_many_the_oldest_are_forgotten)
{
    char first[24];
    for (uint64_t i = 0; i < GAPS_MAX + 10; i++)
        gaps_note(&gaps, at(200, i * 2), at(200, i * 2 + 2));
    ck_assert_uint_eq(gaps.count, GAPS_MAX);
    gaps_note(&gaps, at(100, 0), at(100, 5)); /* older than all that are kept */
    ck_assert_uint_eq(gaps.count, GAPS_MAX);
    ck_assert_uint_eq(gaps.items[0].first, at(200, 21));
    gaps_write(&gaps, 0, at(200, 100000), text);
    (void)snprintf(first, sizeof first, "{[%llu,", (unsigned long long)at(200, 21));
    ck_assert_int_eq(strncmp(text, first, strlen(first)), 0);
    ck_assert_int_eq(text[strlen(text) - 1], '}');
}
END_TEST

Suite *gaps_suite(void)
{
    Suite *suite = suite_create("gaps");
    TCase *tcase = tcase_create("gaps");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, notes_what_lies_between);
    tcase_add_test(tcase, a_run_begins_with_its_first);
    tcase_add_test(tcase, what_is_read_again_is_the_same);
    tcase_add_test(tcase, of_too_many_the_oldest_are_forgotten);
    suite_add_tcase(suite, tcase);
    return suite;
}
