/* Which state of a connection may follow which. */
#include <check.h>
#include <stdbool.h>

#include "store/database/conn_state.h"
#include "test/unit/suites.h"

START_TEST(goes_up_one_step_after_the_other)
{
    for (enum db_state state = DB_RESOLVING; state < DB_BUSY; state++) {
        for (enum db_state next = DB_RESOLVING; next <= DB_CHECKING; next++) {
            bool is_direct = state == DB_SETTING_UP && next == DB_READY;
            bool is_step = is_direct || (state != DB_DOUBTING && next == state + 1);
            ck_assert_msg(db_state_may_become(state, next) == is_step, "%d to %d", state, next);
        }
    }
}
END_TEST

START_TEST(starts_by_resolving_only)
{
    for (enum db_state state = DB_STOPPED; state <= DB_WAITING; state++) {
        ck_assert(db_state_may_become(state, DB_RESOLVING));
        for (enum db_state next = DB_CONNECTING; next <= DB_CHECKING; next++)
            ck_assert_msg(!db_state_may_become(state, next), "%d to %d", state, next);
    }
}
END_TEST

START_TEST(may_be_stopped_from_each_state)
{
    for (enum db_state state = DB_WAITING; state <= DB_CHECKING; state++)
        ck_assert_msg(db_state_may_become(state, DB_STOPPED), "%d", state);
}
END_TEST

START_TEST(waits_after_an_attempt_or_a_connection_is_lost)
{
    for (enum db_state state = DB_STOPPED; state <= DB_CHECKING; state++)
        ck_assert_msg(db_state_may_become(state, DB_WAITING) == (state >= DB_RESOLVING), "%d",
                      state);
}
END_TEST

START_TEST(is_ready_again_after_a_query_and_a_check_behind_it_and_nothing_else)
{
    for (enum db_state next = DB_RESOLVING; next <= DB_CHECKING; next++) {
        ck_assert_msg(db_state_may_become(DB_BUSY, next) ==
                          (next == DB_READY || next == DB_CHECKING),
                      "%d", next);
        ck_assert_msg(db_state_may_become(DB_CHECKING, next) == (next == DB_READY), "%d", next);
    }
}
END_TEST

START_TEST(no_state_follows_itself)
{
    for (enum db_state state = DB_STOPPED; state <= DB_CHECKING; state++)
        ck_assert_msg(!db_state_may_become(state, state), "%d", state);
}
END_TEST

Suite *db_conn_state_suite(void)
{
    Suite *suite = suite_create("db_conn_state");
    TCase *tcase = tcase_create("db_conn_state");
    tcase_add_test(tcase, goes_up_one_step_after_the_other);
    tcase_add_test(tcase, starts_by_resolving_only);
    tcase_add_test(tcase, may_be_stopped_from_each_state);
    tcase_add_test(tcase, waits_after_an_attempt_or_a_connection_is_lost);
    tcase_add_test(tcase, is_ready_again_after_a_query_and_a_check_behind_it_and_nothing_else);
    tcase_add_test(tcase, no_state_follows_itself);
    suite_add_tcase(suite, tcase);
    return suite;
}
