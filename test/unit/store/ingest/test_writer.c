/* The writer's way from batch to batch, and what it does when one fails: without a database. */
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/database/fake_migration.h"
#include "test/unit/store/ingest/log_file.h"
#include "test/unit/store/ingest/writer_subject.h"
#include "test/unit/suites.h"

enum { HOLD_RETRY_MS = 2000, TRIES = 5 };

static struct writer_subject subject;

static void set_up(void)
{
    writer_subject_open(&subject);
}

static void tear_down(void)
{
    writer_subject_close(&subject);
}

static void assert_at_rest(void)
{
    ck_assert_uint_eq(event_queue_count(subject.queue), 0);
    ck_assert_ptr_null(fake_conn_query()->sql);
    ck_assert(!writer_is_timer_armed(&subject));
    writer_assert_gauges(true, false);
}

/* A session is open, and a batch of `rows` in flight. */
static void send_batch(uint32_t rows)
{
    writer_come_up(&subject);
    writer_push(&subject, rows);
    if (rows < WRITER_READY_ROWS)
        writer_run_timer(&subject);
    ck_assert(writer_is_sending(rows, NULL));
}

START_TEST(opens_its_session_and_sends_what_waits)
{
    writer_push(&subject, 3);
    ck_assert(!writer_is_timer_armed(&subject));
    writer_assert_gauges(false, false);
    fake_conn_come_up();
    writer_assert_gauges(false, false);
    writer_open_session(&subject);
    ck_assert_uint_eq(subject.claimed, 1);
    writer_assert_gauges(true, false);
    writer_assert_timer(&subject, WRITER_BATCH_DELAY_MS);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(3, NULL));
    writer_commit(&subject);
    assert_at_rest();
}
END_TEST

START_TEST(sends_a_full_batch_at_once_and_one_at_a_time)
{
    writer_come_up(&subject);
    assert_at_rest();
    writer_push(&subject, 1);
    writer_push(&subject, WRITER_READY_ROWS - 2);
    ck_assert_ptr_null(fake_conn_query()->sql);
    writer_push(&subject, 1);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
    writer_push(&subject, WRITER_READY_ROWS + 7); /* no more is made in one turn */
    writer_commit(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
    writer_commit(&subject);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(7, NULL));
    writer_commit(&subject);
    assert_at_rest();
}
END_TEST

START_TEST(waits_for_no_batch_to_fill_when_hurried)
{
    writer_come_up(&subject);
    writer_push(&subject, 2);
    writer_hurry(subject.writer);
    ck_assert(writer_is_sending(2, NULL));
    writer_push(&subject, 1);
    writer_commit(&subject);
    ck_assert(writer_is_sending(1, NULL));
    writer_commit(&subject);
    assert_at_rest();
}
END_TEST

START_TEST(waits_out_a_passing_fault)
{
    send_batch(4);
    fake_conn_refuse("40001");
    writer_assert_gauges(false, false);
    writer_assert_timer(&subject, 100);
    writer_push(&subject, WRITER_READY_ROWS); /* wakes nothing */
    ck_assert_ptr_null(fake_conn_query()->sql);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(4, NULL));
    writer_assert_gauges(false, false); /* a batch that is sent once more is no sign */
    fake_conn_refuse("40001");
    writer_assert_timer(&subject, 200);
    writer_run_timer(&subject);
    writer_commit(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
    writer_commit(&subject);
    assert_at_rest();
}
END_TEST

START_TEST(halves_to_the_bad_row_puts_it_aside_and_stores_the_others)
{
    send_batch(4);
    fake_conn_refuse("22P05");
    ck_assert(writer_is_sending(2, NULL));
    writer_commit(&subject);
    ck_assert(writer_is_sending(1, NULL));
    fake_conn_refuse("22P05");
    ck_assert(writer_is_sending(1, "22P05: why"));
    writer_commit(&subject);
    ck_assert_uint_eq(log_file_count("put into rejected_events sqlstate=22P05"), 1);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(1, NULL));
    writer_commit(&subject);
    assert_at_rest();
}
END_TEST

START_TEST(gives_up_a_connection_that_is_of_no_use)
{
    send_batch(4);
    fake_conn_refuse("57P01");
    ck_assert_uint_eq(fake_conn_counts()->reconnects, 1);
    ck_assert_str_eq(fake_conn_counts()->reason, "ingest_batch failed sqlstate=57P01 why");
    ck_assert(!writer_is_timer_armed(&subject));
    writer_assert_gauges(false, false);
    writer_push(&subject, WRITER_READY_ROWS);
    writer_come_up(&subject);
    ck_assert(writer_is_sending(4, NULL));
}
END_TEST

START_TEST(tells_how_often_its_patience_has_ended)
{
    send_batch(4);
    writer_assert_timer(&subject, WRITER_PATIENCE_MS);
    for (unsigned times = 1; times <= 3; times++) {
        writer_run_timer(&subject);
        ck_assert_uint_eq(subject.waiting, times);
        writer_assert_timer(&subject, WRITER_PATIENCE_MS);
    }
    writer_commit(&subject);
    writer_give_up(subject.writer); /* nothing is in flight */
    assert_at_rest();
    writer_push(&subject, WRITER_READY_ROWS);
    writer_run_timer(&subject);
    ck_assert_uint_eq(subject.waiting, 1);
    writer_give_up(subject.writer);
    writer_assert_gauges(false, false);
    ck_assert_str_eq(fake_conn_counts()->reason, "the database has gone silent");
    writer_come_up(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
}
END_TEST

/* Fails the held batch until the next try opens connection and session anew. */
static void fail_until_it_reopens(const char *sqlstate)
{
    unsigned failures = fake_conn_counts()->failures;
    for (int i = 1; i < TRIES; i++) {
        writer_assert_timer(&subject, HOLD_RETRY_MS);
        writer_run_timer(&subject);
        ck_assert(writer_is_sending(4, NULL));
        writer_assert_gauges(false, true);
        fake_conn_refuse(sqlstate);
        writer_assert_gauges(false, true);
    }
    fake_conn_make_renewal_due();
    writer_run_timer(&subject);
    ck_assert_uint_eq(fake_conn_counts()->failures, failures + TRIES);
    ck_assert_uint_eq(fake_conn_counts()->reconnects, 0);
    writer_assert_gauges(false, true);
    ck_assert(!writer_is_timer_armed(&subject));
    fake_conn_come_up();
    ck_assert(fake_migration_is_running());
}

START_TEST(holds_a_batch_until_it_passes_and_opens_its_session_anew_now_and_then)
{
    send_batch(4);
    fake_conn_refuse("42P01");
    fail_until_it_reopens("42P01");
    writer_open_session(&subject);
    writer_assert_gauges(false, true); /* only the batch tells whether that has mended it */
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(4, NULL));
    fake_conn_refuse("42703");
    fail_until_it_reopens("42703");
    fake_migration_finish(RESULT_FAILED, "changed");
    writer_run_timer(&subject);
    writer_open_session(&subject);
    writer_assert_gauges(false, true);
    writer_run_timer(&subject);
    ck_assert_uint_eq(log_file_count("ingest paused, needs attention"), 3); /* each reason, once */
    ck_assert_uint_eq(log_file_count("attention: ingest_batch failed sqlstate=42P01 why"), 1);
    ck_assert_uint_eq(log_file_count("attention: ingest_batch failed sqlstate=42703 why"), 1);
    ck_assert_uint_eq(log_file_count("attention: changed"), 1);
    ck_assert_uint_eq(log_file_count("ingest resumed"), 0);
    ck_assert_uint_eq(fake_conn_counts()->successes, 1); /* of the first session */
    writer_commit(&subject);
    ck_assert_uint_eq(fake_conn_counts()->successes, 2);
    ck_assert_uint_eq(log_file_count("ingest resumed"), 1);
    assert_at_rest();
}
END_TEST

START_TEST(a_session_that_finds_the_cursor_moved_ends_the_hold)
{
    send_batch(4);
    fake_conn_refuse("42P01");
    fail_until_it_reopens("42P01");
    subject.stored += 4;
    writer_open_session(&subject);
    ck_assert_uint_eq(log_file_count("ingest resumed"), 1);
    assert_at_rest();
}
END_TEST

START_TEST(another_connection_gives_a_held_batch_its_chance)
{
    send_batch(4);
    fake_conn_refuse("42P01");
    fake_conn_go_down();
    writer_assert_gauges(false, true);
    writer_come_up(&subject);
    writer_assert_gauges(true, false);
    ck_assert_uint_eq(log_file_count("ingest resumed"), 1);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(4, NULL));
}
END_TEST

START_TEST(stays_fenced_over_connections_until_the_journal_is_its_own)
{
    send_batch(4);
    fake_conn_refuse("VA001");
    ck_assert(writer_is_fenced(subject.writer));
    fake_conn_make_renewal_due();
    for (int i = 0; i < 2 * TRIES; i++) {
        writer_assert_timer(&subject, HOLD_RETRY_MS);
        writer_run_timer(&subject);
        ck_assert(writer_is_sending(4, NULL)); /* never a session anew */
        fake_conn_refuse("VA001");
    }
    fake_conn_go_down();
    ck_assert(writer_is_fenced(subject.writer));
    writer_assert_gauges(false, true);
    ck_assert_uint_eq(log_file_count("needs attention: another process has taken this journal"), 1);
    writer_come_up(&subject);
    ck_assert(!writer_is_fenced(subject.writer));
    ck_assert_uint_eq(log_file_count("ingest resumed"), 1);
    writer_run_timer(&subject);
    writer_commit(&subject);
    assert_at_rest();
}
END_TEST

START_TEST(comes_to_the_one_event_that_ends_every_connection)
{
    send_batch(4);
    for (uint32_t lost = 1, rows = 4; lost <= 10; lost++) {
        ck_assert(writer_is_sending(rows, NULL));
        fake_conn_go_down();
        ck_assert_uint_eq(fake_conn_counts()->slow_downs, lost < 3 ? 0 : lost - 2);
        if (lost >= 3)
            rows = (rows + 1) / 2;
        writer_come_up(&subject);
        if (writer_is_timer_armed(&subject) && fake_conn_query()->sql == NULL)
            writer_run_timer(&subject);
    }
    writer_assert_gauges(true, true);
    ck_assert_uint_eq(log_file_count("halving it events=4"), 1);
    ck_assert_uint_eq(log_file_count("the next event ends every connection"), 1);
    writer_commit(&subject);
    ck_assert_uint_eq(log_file_count("ingest resumed"), 1);
    writer_run_timer(&subject);
    writer_commit(&subject);
    assert_at_rest();
}
END_TEST

/* Waits for it: the session has the real clock. */
START_TEST(does_its_upkeep_behind_a_batch_and_when_idle)
{
    subject.is_lock_anothers = true;
    send_batch(4);
    (void)usleep(2010 * 1000);
    writer_run_upkeep_timer(&subject); /* not now */
    writer_commit(&subject);
    writer_push(&subject, 2);
    writer_assert_gauges(true, false);
    writer_assert_timer(&subject, WRITER_PATIENCE_MS);
    writer_answer_claim(&subject);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(2, NULL));
    writer_commit(&subject);
    writer_run_upkeep_timer(&subject); /* not yet due */
    assert_at_rest();

    (void)usleep(2010 * 1000);
    writer_run_upkeep_timer(&subject);
    subject.is_lock_anothers = false;
    writer_answer_claim(&subject);
    assert_at_rest();
}
END_TEST

Suite *writer_suite(void)
{
    Suite *suite = suite_create("writer");
    TCase *tcase = tcase_create("writer");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, opens_its_session_and_sends_what_waits);
    tcase_add_test(tcase, sends_a_full_batch_at_once_and_one_at_a_time);
    tcase_add_test(tcase, waits_for_no_batch_to_fill_when_hurried);
    tcase_add_test(tcase, waits_out_a_passing_fault);
    tcase_add_test(tcase, halves_to_the_bad_row_puts_it_aside_and_stores_the_others);
    tcase_add_test(tcase, gives_up_a_connection_that_is_of_no_use);
    tcase_add_test(tcase, tells_how_often_its_patience_has_ended);
    tcase_add_test(tcase, holds_a_batch_until_it_passes_and_opens_its_session_anew_now_and_then);
    tcase_add_test(tcase, a_session_that_finds_the_cursor_moved_ends_the_hold);
    tcase_add_test(tcase, another_connection_gives_a_held_batch_its_chance);
    tcase_add_test(tcase, stays_fenced_over_connections_until_the_journal_is_its_own);
    tcase_add_test(tcase, comes_to_the_one_event_that_ends_every_connection);
    tcase_add_test(tcase, does_its_upkeep_behind_a_batch_and_when_idle);
    suite_add_tcase(suite, tcase);
    return suite;
}
