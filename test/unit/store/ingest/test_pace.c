/* When a commit waits for more, and when it goes. */
#include <check.h>

#include "store/ingest/pace.h"
#include "test/unit/suites.h"

enum { SYNC_US = 3000, QUICK_SYNC_US = 100 };

static struct pace pace;
static int64_t now_us;

static void set_up(void)
{
    pace = (struct pace){0};
    now_us = 1000000;
}

/* A commit of so many, while which `waiting` have come. */
static void commit_inline(size_t answered, size_t waiting)
{
    pace_begin(&pace, answered, now_us);
    now_us += QUICK_SYNC_US;
    pace_end(&pace, answered, waiting, now_us);
}

static void commit_apart(size_t answered, size_t waiting)
{
    pace_begin(&pace, answered, now_us);
    pace_leave(&pace);
    now_us += SYNC_US;
    pace_end(&pace, answered, waiting, now_us);
}

START_TEST(who_is_alone_waits_a_turn)
{
    commit_inline(1, 0);
    now_us += 20;
    pace_first(&pace, now_us);
    ck_assert_int_eq(pace_wait(&pace, 1, now_us), PACE_TURN);
    ck_assert_int_eq(pace_wait(&pace, 1, now_us + 1), 0);
}
END_TEST

START_TEST(turns_that_bring_more_are_waited_for_up_to_a_moment)
{
    pace_first(&pace, now_us);
    for (size_t waiting = 1; waiting < 20; waiting++)
        ck_assert_int_eq(pace_wait(&pace, waiting, now_us + 10 * (int64_t)waiting), PACE_TURN);
    ck_assert_int_eq(pace_wait(&pace, 20, now_us + 2000), 0);
}
END_TEST

START_TEST(those_answered_last_are_waited_for_half_a_sync)
{
    commit_inline(6, 2);
    pace_first(&pace, now_us);
    (void)pace_wait(&pace, 3, now_us);
    ck_assert_int_eq(pace_wait(&pace, 3, now_us + QUICK_SYNC_US / 2 - 1), PACE_TURN);
    ck_assert_int_eq(pace_wait(&pace, 3, now_us + QUICK_SYNC_US / 2), 0);
    (void)pace_wait(&pace, 8, now_us + 10);
    ck_assert_int_eq(pace_wait(&pace, 8, now_us + 11), 0);
}
END_TEST

START_TEST(apart_one_large_group_is_waited_for_a_sync_at_most)
{
    commit_apart(8, 0);
    ck_assert(!pace_is_complete(&pace, 7));
    ck_assert(pace_is_complete(&pace, 8));
    ck_assert_int_eq(pace_wait(&pace, 7, now_us + 1000), SYNC_US - 1000 + PACE_TURN);
    ck_assert_int_eq(pace_wait(&pace, 8, now_us + 1000), 0);
    ck_assert_int_eq(pace_wait(&pace, 7, now_us + SYNC_US), 0);
}
END_TEST

/* 16 us for each: 150 of them are taken in less than a sync, 200 are not. */
START_TEST(apart_two_groups_take_turns_where_a_sync_is_too_short_for_all)
{
    commit_apart(100, 0);
    now_us += 1600;
    commit_apart(100, 50);
    ck_assert_int_ne(pace_wait(&pace, 100, now_us), 0);
    now_us += 1600;
    commit_apart(150, 50);
    ck_assert_int_eq(pace_wait(&pace, 50, now_us), 0);
    commit_apart(50, 0);
    ck_assert_int_ne(pace_wait(&pace, 10, now_us), 0);
}
END_TEST

START_TEST(apart_those_who_take_their_time_are_not_waited_for_again_and_again)
{
    unsigned waits = 0;
    for (int i = 0; i < 1000; i++) {
        commit_apart(1, 1);
        if (pace_wait(&pace, 1, now_us) > 0) {
            now_us += SYNC_US;
            waits++;
        }
        ck_assert_int_eq(pace_wait(&pace, 1, now_us + SYNC_US), 0);
    }
    ck_assert_uint_lt(waits, 30);
    ck_assert_uint_gt(waits, 3); /* now and then it looks */
}
END_TEST

/* A hiccup of the machine says little. */
START_TEST(apart_one_late_comer_changes_nothing)
{
    for (int i = 0; i < 10; i++) {
        commit_apart(8, 0);
        now_us += 100;
    }
    commit_apart(8, 0);
    now_us += 2900;
    commit_apart(8, 0);
    ck_assert_int_ne(pace_wait(&pace, 4, now_us), 0);
}
END_TEST

Suite *pace_suite(void)
{
    Suite *suite = suite_create("pace");
    TCase *tcase = tcase_create("pace");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, who_is_alone_waits_a_turn);
    tcase_add_test(tcase, turns_that_bring_more_are_waited_for_up_to_a_moment);
    tcase_add_test(tcase, those_answered_last_are_waited_for_half_a_sync);
    tcase_add_test(tcase, apart_one_large_group_is_waited_for_a_sync_at_most);
    tcase_add_test(tcase, apart_two_groups_take_turns_where_a_sync_is_too_short_for_all);
    tcase_add_test(tcase, apart_those_who_take_their_time_are_not_waited_for_again_and_again);
    tcase_add_test(tcase, apart_one_late_comer_changes_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
