/* Who goes first where a server has no session left for all. */
#include <check.h>
#include <string.h>

#include "store/database/precedence.h"
#include "test/unit/suites.h"

enum { PLACES = 4 };

static struct db_precedence all;
static struct db_place places[PLACES];
static char gave_way[16]; /* their numbers, in the order in which they did */

static void note_way(void *arg)
{
    const struct db_place *place = arg;
    gave_way[strlen(gave_way)] = (char)('0' + (place - places));
}

static void set_up(void)
{
    memset(gave_way, 0, sizeof gave_way);
    TAILQ_INIT(&all);
    for (size_t i = 0; i < PLACES; i++)
        db_place_take(&places[i], &all, note_way, &places[i]);
}

static void tear_down(void)
{
    for (size_t i = 0; i < PLACES; i++)
        db_place_leave(&places[i]);
}

static void assert_waiting(const char *wanted)
{
    char waiting[PLACES + 1] = "";
    for (size_t i = 0; i < PLACES; i++) {
        if (db_place_must_wait(&places[i]))
            waiting[strlen(waiting)] = (char)('0' + i);
    }
    ck_assert_str_eq(waiting, wanted);
}

START_TEST(nobody_waits_at_first)
{
    assert_waiting("");
}
END_TEST

START_TEST(those_behind_give_way_and_wait)
{
    db_place_refused(&places[1]);
    ck_assert_str_eq(gave_way, "23");
    assert_waiting("23");
    db_place_refused(&places[0]);
    ck_assert_str_eq(gave_way, "23123");
    assert_waiting("123");
}
END_TEST

START_TEST(they_wait_until_all_ahead_of_them_are_settled)
{
    db_place_refused(&places[0]);
    db_place_refused(&places[2]);
    db_place_settled(&places[0]);
    assert_waiting("3");
    db_place_settled(&places[2]);
    assert_waiting("");
}
END_TEST

START_TEST(the_last_one_is_in_nobodys_way)
{
    db_place_refused(&places[PLACES - 1]);
    ck_assert_str_eq(gave_way, "");
    assert_waiting("");
}
END_TEST

START_TEST(one_that_has_left_is_waited_for_no_more)
{
    db_place_refused(&places[0]);
    db_place_leave(&places[0]);
    assert_waiting("");
    db_place_take(&places[0], &all, note_way, &places[0]);
    db_place_refused(&places[3]);
    ck_assert_str_eq(gave_way, "1230"); /* it is the last one now */
}
END_TEST

Suite *db_precedence_suite(void)
{
    Suite *suite = suite_create("db_precedence");
    TCase *tcase = tcase_create("db_precedence");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, nobody_waits_at_first);
    tcase_add_test(tcase, those_behind_give_way_and_wait);
    tcase_add_test(tcase, they_wait_until_all_ahead_of_them_are_settled);
    tcase_add_test(tcase, the_last_one_is_in_nobodys_way);
    tcase_add_test(tcase, one_that_has_left_is_waited_for_no_more);
    suite_add_tcase(suite, tcase);
    return suite;
}
