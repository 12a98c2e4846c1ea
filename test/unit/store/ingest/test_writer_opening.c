/* How the writer comes to an open session where a step of it is refused: without a database. */
#include <check.h>

#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/database/fake_migration.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/store/ingest/writer_subject.h"
#include "test/unit/suites.h"

enum { HOLD_RETRY_MS = 2000, TRIES_ALL = 10 };

static struct writer_subject subject;

static void set_up(void)
{
    writer_subject_open(&subject);
}

static void tear_down(void)
{
    writer_subject_close(&subject);
}

START_TEST(opens_its_session_again_where_that_was_refused)
{
    static const char *const reason = "ingest paused, needs attention: changed";
    writer_push(&subject, 3);
    fake_conn_come_up();
    fake_migration_finish(RESULT_OK, NULL);
    fake_conn_refuse("55P03"); /* maintain */
    fake_conn_refuse("40001"); /* prepare */
    writer_assert_timer(&subject, 100);
    writer_run_timer(&subject);
    for (int i = 0; i < TRIES_ALL; i++) {
        fake_migration_finish(RESULT_FAILED, "changed");
        writer_assert_gauges(false, true);
        writer_assert_timer(&subject, HOLD_RETRY_MS);
        if (i == TRIES_ALL / 2) { /* on a new connection */
            fake_conn_make_renewal_due();
            writer_run_timer(&subject);
            writer_assert_gauges(false, true);
            ck_assert(!writer_is_timer_armed(&subject));
            fake_conn_come_up();
        } else {
            writer_run_timer(&subject);
        }
        ck_assert(fake_migration_is_running());
    }
    ck_assert_uint_eq(fake_conn_counts()->failures, TRIES_ALL + 1);
    ck_assert_uint_eq(fake_conn_counts()->successes, 0);
    ck_assert_uint_eq(log_file_count(reason), 1);
    ck_assert_uint_eq(log_file_count("ingest resumed"), 0);
    writer_open_session(&subject);
    ck_assert_uint_eq(log_file_count("ingest resumed"), 1);
    writer_assert_gauges(true, false);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(3, NULL));
}
END_TEST

/* Up to the question whose the journal is, which is asked in that lane. */
static void come_to_door(const char *lane)
{
    static const char *const no_row[] = {NULL};
    fake_migration_finish(RESULT_OK, NULL);
    fake_conn_answer(no_row); /* maintain */
    fake_conn_answer(no_row); /* prepare */
    ck_assert_str_eq(fake_conn_query()->values[1], lane);
}

/* The last that is there is followed by the first, at once. */
START_TEST(claims_the_journal_by_another_lane_where_one_fails)
{
    static const char *const states[] = {"55P03", "57014", "08006"};
    static const char *const no_row[] = {NULL};
    fake_conn_come_up();
    for (int i = 0; i < 2; i++) {
        come_to_door(i == 0 ? "0" : "1");
        fake_conn_refuse(states[_i]);
        if (_i == 2)
            fake_conn_come_up();
        else
            writer_run_timer(&subject);
    }
    come_to_door("2");
    fake_conn_answer(no_row);
    ck_assert_str_eq(fake_conn_query()->values[3], "2");
    fake_conn_refuse("VA006");
    writer_assert_timer(&subject, 1);
    writer_run_timer(&subject);
    come_to_door("0");
    fake_conn_answer(no_row);
    ck_assert_str_eq(fake_conn_query()->values[3], "0");
    writer_answer_claim(&subject);
    writer_assert_gauges(true, false);
}
END_TEST

/* It is not the lane's. */
START_TEST(claims_the_journal_by_the_same_lane_where_it_is_anothers)
{
    static const char *const states[] = {"VA001", "VA002", "42501"};
    fake_conn_come_up();
    for (int i = 0; i < 2; i++) {
        come_to_door("0");
        fake_conn_refuse(states[_i]);
        writer_run_timer(&subject);
    }
    come_to_door("0");
}
END_TEST

Suite *writer_opening_suite(void)
{
    Suite *suite = suite_create("writer_opening");
    TCase *tcase = tcase_create("writer_opening");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, opens_its_session_again_where_that_was_refused);
    tcase_add_loop_test(tcase, claims_the_journal_by_another_lane_where_one_fails, 0, 3);
    tcase_add_loop_test(tcase, claims_the_journal_by_the_same_lane_where_it_is_anothers, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
