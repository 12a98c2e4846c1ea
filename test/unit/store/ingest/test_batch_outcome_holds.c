/* What is decided when storing has to pause, or batches end the connection: for how long, and what
 * ends it. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "store/ingest/batch_outcome.h"
#include "test/unit/store/ingest/outcome_subject.h"
#include "test/unit/suites.h"

enum { STUCK_FAILURES = 8 };

static struct outcome_subject subject;

static void set_up(void)
{
    outcome_subject_init(&subject);
}

START_TEST(a_schema_that_is_unusable_holds_until_the_session_opens)
{
    subject.decision = batch_outcome_unusable(&subject.outcome, "migration 3 has changed");
    ck_assert_int_eq(subject.decision.action, BATCH_HOLD);
    ck_assert(subject.decision.is_news);
    ck_assert_str_eq(subject.decision.text,
                     "ingest paused, needs attention: migration 3 has changed");
    subject.decision = batch_outcome_unusable(&subject.outcome, "migration 3 has changed");
    ck_assert(!subject.decision.is_news);
    ck_assert(batch_outcome_is_held(&subject.outcome));
    outcome_open(&subject);
    outcome_assert_nothing_is_wrong(&subject);
}
END_TEST

START_TEST(waits_longer_after_each_passing_fault_and_holds_when_stuck)
{
    uint32_t waited_ms = 0;
    for (int i = 1; i < STUCK_FAILURES; i++) {
        ck_assert_int_eq(_i == 0 ? outcome_refuse(&subject, "40001", 10)
                                 : outcome_refuse_opening(&subject, "VA002"),
                         BATCH_RETRY);
        ck_assert_uint_ge(subject.decision.wait_ms, waited_ms);
        waited_ms = subject.decision.wait_ms;
        ck_assert(!subject.decision.is_news);
        ck_assert(!batch_outcome_is_held(&subject.outcome));
        ck_assert(batch_outcome_is_failing(&subject.outcome));
    }
    ck_assert_uint_ge(waited_ms, 1600);
    ck_assert_int_eq(_i == 0 ? outcome_refuse(&subject, "40001", 10)
                             : outcome_refuse_opening(&subject, "VA002"),
                     BATCH_HOLD);
    ck_assert(subject.decision.is_news);
    ck_assert_uint_eq(subject.decision.wait_ms, OUTCOME_HOLD_RETRY_MS);
    ck_assert(batch_outcome_is_held(&subject.outcome));
    ck_assert_int_eq(_i == 0 ? outcome_refuse(&subject, "40001", 10)
                             : outcome_refuse_opening(&subject, "VA002"),
                     BATCH_HOLD);
    ck_assert(!subject.decision.is_news);
}
END_TEST

START_TEST(a_success_ends_the_waiting)
{
    for (int i = 0; i < STUCK_FAILURES; i++)
        (void)outcome_refuse(&subject, "40001", 10);
    if (_i == 0)
        outcome_pass(&subject, 10);
    else
        batch_outcome_opened(&subject.outcome, ++subject.cursor);
    outcome_assert_nothing_is_wrong(&subject);
    ck_assert_int_eq(outcome_refuse(&subject, "40001", 10), BATCH_RETRY);
    ck_assert_uint_le(subject.decision.wait_ms, 100);
}
END_TEST

START_TEST(each_reason_of_a_hold_is_news_once)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10; i++) {
            ck_assert_int_eq(outcome_refuse(&subject, "42P01", 10), BATCH_HOLD);
            ck_assert_int_eq(subject.decision.is_news, i == 0);
            ck_assert_int_eq(outcome_refuse(&subject, "42703", 10), BATCH_HOLD);
            ck_assert_int_eq(subject.decision.is_news, i == 0);
            ck_assert_int_eq(outcome_refuse_opening(&subject, "42501"), BATCH_HOLD);
            ck_assert_int_eq(subject.decision.is_news, i == 0);
        }
        outcome_pass(&subject, 10);
        outcome_assert_nothing_is_wrong(&subject);
    }
}
END_TEST

START_TEST(a_hold_whose_reasons_never_repeat_is_no_flood)
{
    unsigned news = 0;
    for (int i = 0; i < 100; i++) {
        char reason[32];
        (void)snprintf(reason, sizeof reason, "reason %d", i);
        subject.decision = batch_outcome_unusable(&subject.outcome, reason);
        news += subject.decision.is_news;
    }
    ck_assert_uint_eq(news, HOLD_REASONS_MAX);
}
END_TEST

START_TEST(a_session_opened_anew_does_not_end_the_hold_of_its_batch)
{
    for (int i = 0; i < 10; i++)
        outcome_reject_one(&subject, "23514");
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_HOLD);
    outcome_open(&subject);
    ck_assert(batch_outcome_is_held(&subject.outcome));
    ck_assert(batch_outcome_is_failing(&subject.outcome));
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), 1);
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1),
                     BATCH_HOLD); /* no further row is put aside */
    ck_assert(!subject.decision.is_news);
    ck_assert_int_eq(outcome_refuse_opening(&subject, "42501"),
                     BATCH_HOLD); /* nor after a failure to open it */
    outcome_open(&subject);
    ck_assert(batch_outcome_is_held(&subject.outcome));
    subject.cursor++;
    outcome_open(&subject); /* somebody has moved it on: what is the queue's head now may be good */
    outcome_assert_nothing_is_wrong(&subject);
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), OUTCOME_MAX_ROWS);
}
END_TEST

START_TEST(another_connection_ends_the_hold_if_its_session_opens)
{
    ck_assert_int_eq(outcome_refuse(&subject, "42P01", 10), BATCH_HOLD);
    batch_outcome_disconnected(&subject.outcome);
    ck_assert(batch_outcome_is_held(&subject.outcome));
    ck_assert_int_eq(outcome_refuse_opening(&subject, "42P01"), BATCH_HOLD);
    ck_assert(subject.decision.is_news); /* of another step */
    ck_assert_int_eq(outcome_refuse_opening(&subject, "42P01"), BATCH_HOLD);
    ck_assert(!subject.decision.is_news);
    outcome_open(&subject);
    outcome_assert_nothing_is_wrong(&subject);
}
END_TEST

START_TEST(stays_fenced_until_the_journal_is_its_own_again)
{
    if (_i % 2 == 0)
        ck_assert_int_eq(outcome_refuse(&subject, "42P01", 10), BATCH_HOLD);
    ck_assert_int_eq(outcome_refuse(&subject, "VA001", 10), BATCH_HOLD);
    ck_assert(batch_outcome_is_fenced(&subject.outcome));
    (void)outcome_refuse(&subject, "42P01", 10);
    (void)outcome_refuse(&subject, "40001", 10);
    batch_outcome_disconnected(&subject.outcome);
    (void)outcome_refuse_opening(&subject, "42501");
    ck_assert(batch_outcome_is_fenced(&subject.outcome));
    if (_i < 2)
        outcome_open(&subject);
    else
        outcome_pass(&subject, 10);
    outcome_assert_nothing_is_wrong(&subject);
}
END_TEST

START_TEST(halves_a_batch_over_which_the_connection_is_lost_again_and_again)
{
    ck_assert_int_eq(outcome_lose(&subject, 1000), BATCH_AWAIT);
    outcome_open(&subject);
    ck_assert_int_eq(outcome_lose(&subject, 1000), BATCH_AWAIT);
    outcome_open(&subject);
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), OUTCOME_MAX_ROWS);
    ck_assert_int_eq(outcome_lose(&subject, 1000), BATCH_SLOW_DOWN);
    ck_assert(subject.decision.is_news);
    ck_assert_ptr_nonnull(strstr(subject.decision.text, "events=1000"));
    outcome_open(&subject);
    ck_assert(!batch_outcome_is_held(&subject.outcome));
    for (uint32_t rows = 500; rows > 1; rows = (rows + 1) / 2) {
        ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), rows);
        ck_assert_int_eq(outcome_lose(&subject, rows), BATCH_SLOW_DOWN);
        ck_assert(!subject.decision.is_news);
        outcome_open(&subject);
    }
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), 1);
}
END_TEST

START_TEST(a_single_row_that_ends_every_connection_is_held_and_never_given_up)
{
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(outcome_lose(&subject, _i == 0 ? 1 : 2), BATCH_AWAIT);
        outcome_open(&subject);
    }
    if (_i == 1)
        ck_assert_int_eq(outcome_lose(&subject, 2), BATCH_SLOW_DOWN);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(outcome_lose(&subject, 1), BATCH_LETHAL);
        ck_assert_int_eq(subject.decision.is_news, i == 0);
        outcome_open(&subject);
        ck_assert(batch_outcome_is_held(&subject.outcome));
        ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), 1);
        ck_assert_ptr_null(batch_outcome_reject_reason(&subject.outcome));
    }
    outcome_pass(&subject, 1);
    outcome_assert_nothing_is_wrong(&subject);
    ck_assert_int_eq(outcome_lose(&subject, 1), BATCH_AWAIT);
}
END_TEST

START_TEST(counts_lost_connections_anew_when_the_cursor_has_moved)
{
    (void)outcome_lose(&subject, 1000);
    outcome_open(&subject);
    (void)outcome_lose(&subject, 1000);
    if (_i == 0) { /* it was stored after all: only its answer was lost */
        subject.cursor += 1000;
        outcome_open(&subject);
    } else if (_i == 1) {
        outcome_open(&subject);
        subject.cursor += 1000;
        batch_outcome_note_cursor(&subject.outcome, subject.cursor);
    } else {
        outcome_open(&subject);
        outcome_pass(&subject, 1000);
    }
    ck_assert_int_eq(outcome_lose(&subject, 1000), BATCH_AWAIT);
    outcome_open(&subject);
    batch_outcome_note_cursor(&subject.outcome, subject.outcome.cursor);
    ck_assert_int_eq(outcome_lose(&subject, 1000), BATCH_AWAIT);
    outcome_open(&subject);
    ck_assert_int_eq(outcome_lose(&subject, 1000), BATCH_SLOW_DOWN);
}
END_TEST

Suite *batch_outcome_holds_suite(void)
{
    Suite *suite = suite_create("batch_outcome_holds");
    TCase *tcase = tcase_create("batch_outcome_holds");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, a_schema_that_is_unusable_holds_until_the_session_opens);
    tcase_add_loop_test(tcase, waits_longer_after_each_passing_fault_and_holds_when_stuck, 0, 2);
    tcase_add_loop_test(tcase, a_success_ends_the_waiting, 0, 2);
    tcase_add_test(tcase, each_reason_of_a_hold_is_news_once);
    tcase_add_test(tcase, a_hold_whose_reasons_never_repeat_is_no_flood);
    tcase_add_test(tcase, a_session_opened_anew_does_not_end_the_hold_of_its_batch);
    tcase_add_test(tcase, another_connection_ends_the_hold_if_its_session_opens);
    tcase_add_loop_test(tcase, stays_fenced_until_the_journal_is_its_own_again, 0, 4);
    tcase_add_test(tcase, halves_a_batch_over_which_the_connection_is_lost_again_and_again);
    tcase_add_loop_test(tcase, a_single_row_that_ends_every_connection_is_held_and_never_given_up,
                        0, 2);
    tcase_add_loop_test(tcase, counts_lost_connections_anew_when_the_cursor_has_moved, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
