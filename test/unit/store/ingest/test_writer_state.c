/* Which states of the writer may follow which. */
#include <check.h>

#include "store/ingest/writer_state.h"
#include "test/unit/suites.h"

START_TEST(every_state_may_lose_its_connection)
{
    enum writer_state state = (enum writer_state)_i;
    ck_assert_int_eq(writer_state_may_follow(state, WRITER_DOWN), state != WRITER_DOWN);
    ck_assert_ptr_nonnull(writer_state_name(state));
}
END_TEST

START_TEST(a_connection_opens_its_session_first)
{
    enum writer_state state = (enum writer_state)_i;
    ck_assert_int_eq(writer_state_may_follow(WRITER_DOWN, state), state == WRITER_OPENING);
}
END_TEST

/* One batch in flight, and none beside the upkeep. */
START_TEST(what_is_in_flight_is_answered_before_anything_is_sent)
{
    ck_assert(!writer_state_may_follow(WRITER_OPENING, WRITER_SENDING));
    ck_assert(!writer_state_may_follow(WRITER_OPENING, WRITER_OPENING));
    ck_assert(!writer_state_may_follow(WRITER_KEEPING, WRITER_SENDING));
    ck_assert(!writer_state_may_follow(WRITER_SENDING, WRITER_OPENING));
    ck_assert(!writer_state_may_follow(WRITER_KEEPING, WRITER_OPENING));
}
END_TEST

START_TEST(what_failed_takes_no_events)
{
    static const enum writer_state failed[] = {WRITER_DOWN, WRITER_UNOPENED, WRITER_RETRYING,
                                               WRITER_HELD};
    ck_assert(!writer_state_takes_events(failed[_i]));
    ck_assert(!writer_state_may_follow(failed[_i], WRITER_IDLE));
}
END_TEST

Suite *writer_state_suite(void)
{
    Suite *suite = suite_create("writer_state");
    TCase *tcase = tcase_create("writer_state");
    tcase_add_loop_test(tcase, every_state_may_lose_its_connection, 0, WRITER_STATES);
    tcase_add_loop_test(tcase, a_connection_opens_its_session_first, 0, WRITER_STATES);
    tcase_add_test(tcase, what_is_in_flight_is_answered_before_anything_is_sent);
    tcase_add_loop_test(tcase, what_failed_takes_no_events, 0, 4);
    suite_add_tcase(suite, tcase);
    return suite;
}
