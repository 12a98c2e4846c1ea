/* What is decided about a refused batch or opening: by its state, and for rows that are at fault.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <check.h>

#include "store/database/sqlstate.h"
#include "store/ingest/batch_outcome.h"
#include "test/unit/store/ingest/outcome_subject.h"
#include "test/unit/suites.h"

static const int64_t MINUTE_US = INT64_C(60) * 1000000;

static struct outcome_subject subject;

static void set_up(void)
{
    outcome_subject_init(&subject);
}

/* Of a first batch, and of a first opening: there is no row that could be put aside. */
static const struct {
    const char *sqlstate;
    uint32_t rows;
    enum batch_action batch;
    enum batch_action opening;
} states[] = {
    {"23514", 1000, BATCH_HALVE, BATCH_HOLD},
    {"23514", 1, BATCH_REJECT_ROW, BATCH_HOLD},
    {"22003", 2, BATCH_HALVE, BATCH_HOLD},
    {"22P05", 1, BATCH_REJECT_ROW, BATCH_HOLD},
    {"44000", 1, BATCH_REJECT_ROW, BATCH_HOLD},
    {"54000", 1, BATCH_REJECT_ROW, BATCH_HOLD},
    {"P0001", 1, BATCH_REJECT_ROW, BATCH_HOLD},
    {"40001", 1000, BATCH_RETRY, BATCH_RETRY},
    {"40P01", 1, BATCH_RETRY, BATCH_RETRY},
    {"55P03", 1, BATCH_RETRY, BATCH_RETRY},
    {"53100", 1, BATCH_RETRY, BATCH_RETRY},
    {"57014", 1000, BATCH_RETRY, BATCH_RETRY},
    {"57014", 1, BATCH_RETRY, BATCH_RETRY},
    {"XX000", 1, BATCH_RETRY, BATCH_RETRY},
    {"VA002", 1, BATCH_RETRY, BATCH_RETRY},
    {"08006", 1, BATCH_RECONNECT, BATCH_RECONNECT},
    {"57P01", 1000, BATCH_RECONNECT, BATCH_RECONNECT},
    {"25006", 1, BATCH_RECONNECT, BATCH_RECONNECT},
    {"25P03", 1, BATCH_RECONNECT, BATCH_RECONNECT},
    {"26000", 1, BATCH_RECONNECT, BATCH_RECONNECT},
    {"", 1, BATCH_RECONNECT, BATCH_RECONNECT},
    {"42P01", 1000, BATCH_HOLD, BATCH_HOLD},
    {"42501", 1, BATCH_HOLD, BATCH_HOLD},
    {"28000", 1, BATCH_HOLD, BATCH_HOLD},
    {"3D000", 1, BATCH_HOLD, BATCH_HOLD},
    {"3F000", 1, BATCH_HOLD, BATCH_HOLD},
    {"0A000", 1, BATCH_HOLD, BATCH_HOLD},
    {"VA001", 1000, BATCH_HOLD, BATCH_HOLD},
};

enum { STATES = sizeof states / sizeof states[0] };

static void assert_hold(const char *sqlstate, enum batch_action action)
{
    bool is_fenced = strcmp(sqlstate, "VA001") == 0;
    ck_assert_int_eq(batch_outcome_is_held(&subject.outcome), action == BATCH_HOLD);
    ck_assert_int_eq(batch_outcome_is_fenced(&subject.outcome), is_fenced);
    if (action == BATCH_HOLD) {
        ck_assert_uint_eq(subject.decision.wait_ms, OUTCOME_HOLD_RETRY_MS);
        ck_assert(subject.decision.is_news);
        ck_assert_ptr_nonnull(strstr(subject.decision.text, "ingest paused, needs attention: "));
        ck_assert_ptr_nonnull(
            strstr(subject.decision.text, is_fenced ? "taken this journal" : sqlstate));
    }
}

START_TEST(a_refused_batch_goes_by_its_state)
{
    ck_assert_int_eq(outcome_refuse(&subject, states[_i].sqlstate, states[_i].rows),
                     states[_i].batch);
    bool may_hold_values = sqlstate_fault(states[_i].sqlstate) == SQL_FAULT_BAD_ROW ||
                           strncmp(states[_i].sqlstate, "XX", 2) == 0;
    if (may_hold_values) /* not for the log */
        ck_assert_ptr_null(strstr(subject.decision.text, "client"));
    else if (sqlstate_fault(states[_i].sqlstate) == SQL_FAULT_HOLD)
        ck_assert_ptr_nonnull(strstr(subject.decision.text, "values of a client"));
    assert_hold(states[_i].sqlstate, states[_i].batch);
}
END_TEST

START_TEST(a_refused_opening_goes_by_its_state)
{
    ck_assert_int_eq(outcome_refuse_opening(&subject, states[_i].sqlstate), states[_i].opening);
    assert_hold(states[_i].sqlstate, states[_i].opening);
    outcome_open(&subject);
    outcome_assert_nothing_is_wrong(&subject);
}
END_TEST

START_TEST(tells_the_words_of_our_own_functions)
{
    ck_assert_int_eq(outcome_refuse_opening(&subject, "VA002"), BATCH_RETRY);
    ck_assert_str_eq(subject.decision.text, "claim_journal: the owner is still there");
    ck_assert_int_eq(outcome_refuse_opening(&subject, "08006"), BATCH_RECONNECT);
    ck_assert_str_eq(subject.decision.text,
                     "claim_journal failed sqlstate=08006 the owner is still there");
}
END_TEST

START_TEST(halves_down_to_the_row_and_puts_it_aside)
{
    uint32_t rows = 1000;
    for (; rows > 1; rows = batch_outcome_limit(&subject.outcome)) {
        ck_assert_int_eq(outcome_refuse(&subject, "23514", rows), BATCH_HALVE);
        ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), (rows + 1) / 2);
        ck_assert_ptr_null(batch_outcome_reject_reason(&subject.outcome));
    }
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ROW);
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), 1);
    ck_assert_str_eq(batch_outcome_reject_reason(&subject.outcome), "23514: values of a client");
    ck_assert(!batch_outcome_is_escaping(&subject.outcome));
    outcome_pass(&subject, 1);
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), OUTCOME_MAX_ROWS);
    outcome_assert_nothing_is_wrong(&subject);
}
END_TEST

START_TEST(cuts_the_reject_reason_to_whole_characters)
{
    char message[300] = "x";
    for (int i = 0; i < 140; i++)
        strcat(message, "\xc3\xbc");
    const struct batch_error error = {"ingest_batch", "P0001", message + _i};
    (void)batch_outcome_refused(&subject.outcome, &error, 1, subject.now_us, 0);
    const char *reason = batch_outcome_reject_reason(&subject.outcome);
    size_t length = _i == 0 ? 158 : 159;
    ck_assert_uint_eq(strlen(reason), length);
    ck_assert_str_eq(reason + length - 2, "\xc3\xbc");
}
END_TEST

START_TEST(puts_a_row_aside_escaped_where_it_fails_again_and_then_holds)
{
    ck_assert_int_eq(outcome_refuse(&subject, "22P05", 1), BATCH_REJECT_ROW);
    ck_assert(!batch_outcome_is_escaping(&subject.outcome));
    ck_assert_int_eq(outcome_refuse(&subject, "22P05", 1), BATCH_REJECT_ESCAPED);
    ck_assert(batch_outcome_is_escaping(&subject.outcome));
    ck_assert_str_eq(batch_outcome_reject_reason(&subject.outcome), "22P05: values of a client");
    if (_i == 1) {
        ck_assert_int_eq(outcome_refuse(&subject, "23502", 1), BATCH_HOLD);
        ck_assert_ptr_nonnull(strstr(subject.decision.text, "ingest_batch failed sqlstate=23502"));
        ck_assert(batch_outcome_is_escaping(&subject.outcome));
    }
    outcome_pass(&subject, 1);
    outcome_assert_nothing_is_wrong(&subject);
}
END_TEST

START_TEST(a_row_to_be_put_aside_waits_out_a_passing_fault)
{
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ROW);
    ck_assert_int_eq(outcome_refuse(&subject, _i == 0 ? "40001" : "57014", 1), BATCH_RETRY);
    ck_assert_int_eq(outcome_refuse(&subject, _i == 0 ? "40001" : "57014", 1), BATCH_RETRY);
    ck_assert_ptr_nonnull(batch_outcome_reject_reason(&subject.outcome));
    ck_assert(!batch_outcome_is_escaping(&subject.outcome));
}
END_TEST

START_TEST(holds_at_the_eleventh_row_that_fails_alike)
{
    for (int i = 0; i < 10; i++)
        outcome_reject_one(&subject, "23514");
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_HOLD);
    ck_assert_str_eq(subject.decision.text,
                     "ingest paused, needs attention: consecutive rows fail with "
                     "the same SQLSTATE sqlstate=23514");
    ck_assert_ptr_null(batch_outcome_reject_reason(&subject.outcome));
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_HOLD);
    ck_assert(!subject.decision.is_news);
    outcome_pass(&subject, 1);
    outcome_assert_nothing_is_wrong(&subject);
    outcome_reject_one(&subject, "23514");
}
END_TEST

START_TEST(counts_like_rows_anew_behind_a_stored_or_an_unlike_one)
{
    for (int i = 0; i < 10; i++)
        outcome_reject_one(&subject, "23514");
    if (_i == 0)
        outcome_pass(&subject, 1);
    else
        outcome_reject_one(&subject, "22003");
    for (int i = 0; i < 10; i++)
        outcome_reject_one(&subject, "23514");
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_HOLD);
}
END_TEST

START_TEST(rejected_rows_are_news_once_a_minute)
{
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ROW);
    ck_assert(subject.decision.is_news);
    ck_assert_str_eq(subject.decision.text,
                     "event refused by the database, put into rejected_events "
                     "sqlstate=23514");
    outcome_pass(&subject, 1);
    subject.now_us += MINUTE_US - 1;
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ROW);
    ck_assert(!subject.decision.is_news);
    outcome_pass(&subject, 1);
    subject.now_us++;
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ROW);
    ck_assert(subject.decision.is_news);
    outcome_pass(&subject, 1);
    subject.now_us++;
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ROW);
    ck_assert(!subject.decision.is_news);
}
END_TEST

START_TEST(halves_what_was_too_slow_twice)
{
    ck_assert_int_eq(outcome_refuse(&subject, "57014", 1000), BATCH_RETRY);
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), OUTCOME_MAX_ROWS);
    ck_assert_int_eq(outcome_refuse(&subject, "57014", 1000), BATCH_HALVE);
    ck_assert_int_eq(outcome_refuse(&subject, "57014", 500), BATCH_HALVE);
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), 250);
    outcome_pass(&subject, 250);
    ck_assert_int_eq(outcome_refuse(&subject, "57014", 1000), BATCH_RETRY);
}
END_TEST

START_TEST(never_puts_a_row_aside_for_being_slow)
{
    ck_assert_int_eq(outcome_refuse(&subject, "57014", 2), BATCH_RETRY);
    ck_assert_int_eq(outcome_refuse(&subject, "57014", 2), BATCH_HALVE);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(outcome_refuse(&subject, "57014", 1), BATCH_RETRY);
    ck_assert_ptr_null(batch_outcome_reject_reason(&subject.outcome));
}
END_TEST

START_TEST(a_new_session_looks_for_the_bad_row_anew)
{
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ROW);
    ck_assert_int_eq(outcome_refuse(&subject, "23514", 1), BATCH_REJECT_ESCAPED);
    ck_assert_int_eq(outcome_lose(&subject, 1), BATCH_AWAIT);
    outcome_open(&subject);
    outcome_assert_nothing_is_wrong(&subject);
    ck_assert_uint_eq(batch_outcome_limit(&subject.outcome), OUTCOME_MAX_ROWS);
}
END_TEST

Suite *batch_outcome_suite(void)
{
    Suite *suite = suite_create("batch_outcome");
    TCase *tcase = tcase_create("batch_outcome");
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_refused_batch_goes_by_its_state, 0, STATES);
    tcase_add_loop_test(tcase, a_refused_opening_goes_by_its_state, 0, STATES);
    tcase_add_test(tcase, tells_the_words_of_our_own_functions);
    tcase_add_test(tcase, halves_down_to_the_row_and_puts_it_aside);
    tcase_add_loop_test(tcase, cuts_the_reject_reason_to_whole_characters, 0, 2);
    tcase_add_loop_test(tcase, puts_a_row_aside_escaped_where_it_fails_again_and_then_holds, 0, 2);
    tcase_add_loop_test(tcase, a_row_to_be_put_aside_waits_out_a_passing_fault, 0, 2);
    tcase_add_test(tcase, holds_at_the_eleventh_row_that_fails_alike);
    tcase_add_loop_test(tcase, counts_like_rows_anew_behind_a_stored_or_an_unlike_one, 0, 2);
    tcase_add_test(tcase, rejected_rows_are_news_once_a_minute);
    tcase_add_test(tcase, halves_what_was_too_slow_twice);
    tcase_add_test(tcase, never_puts_a_row_aside_for_being_slow);
    tcase_add_test(tcase, a_new_session_looks_for_the_bad_row_anew);
    suite_add_tcase(suite, tcase);
    return suite;
}
