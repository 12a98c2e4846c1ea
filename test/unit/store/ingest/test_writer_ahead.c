/* The batch that the writer makes while another is in flight. */
#include <check.h>

#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/ingest/writer_subject.h"
#include "test/unit/suites.h"

static struct writer_subject subject;

enum { SLICES = BATCH_ROWS_MAX / WRITER_READY_ROWS };

static void set_up(void)
{
    writer_subject_open(&subject);
}

static void tear_down(void)
{
    writer_subject_close(&subject);
}

/* So many wait, and the first of them are in flight. */
static void begin_with(uint32_t events)
{
    writer_come_up(&subject);
    writer_push(&subject, events);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), 1);
}

static void turn(int times)
{
    for (int i = 0; i < times; i++)
        writer_turn(&subject);
}

START_TEST(makes_the_next_batch_in_slices_while_one_is_in_flight)
{
    begin_with(WRITER_READY_ROWS + BATCH_ROWS_MAX + 5);
    turn(SLICES + 1); /* and finishes it */
    ck_assert(!writer_has_work(&subject));
    ck_assert_uint_eq(writer_first_in_flight(), 1);
    writer_commit(&subject);
    ck_assert(writer_is_sending(BATCH_ROWS_MAX, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), WRITER_READY_ROWS + 1);
    writer_push(&subject, WRITER_READY_ROWS);
    turn(1);
    writer_commit(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), WRITER_READY_ROWS + BATCH_ROWS_MAX + 1);
    writer_commit(&subject);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(5, NULL));
    writer_commit(&subject);
    ck_assert_uint_eq(event_queue_count(subject.queue), 0);
}
END_TEST

START_TEST(sends_what_is_made_when_the_answer_comes)
{
    begin_with(WRITER_READY_ROWS + BATCH_ROWS_MAX);
    turn(2);
    ck_assert(writer_has_work(&subject));
    writer_commit(&subject);
    ck_assert(writer_is_sending(2 * WRITER_READY_ROWS, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), WRITER_READY_ROWS + 1);
    turn(SLICES - 2); /* the rest */
    ck_assert(!writer_has_work(&subject));
    writer_commit(&subject);
    ck_assert(writer_is_sending(BATCH_ROWS_MAX - 2 * WRITER_READY_ROWS, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), 3 * WRITER_READY_ROWS + 1);
}
END_TEST

START_TEST(makes_no_slice_before_enough_wait_for_it)
{
    begin_with(2 * WRITER_READY_ROWS - 1);
    ck_assert(!writer_has_work(&subject));
    writer_push(&subject, 1);
    ck_assert(writer_has_work(&subject));
    turn(1);
    ck_assert(!writer_has_work(&subject));
    writer_commit(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
}
END_TEST

START_TEST(sends_what_was_in_flight_before_what_was_made_ahead)
{
    begin_with(2 * BATCH_ROWS_MAX);
    turn(2);
    fake_conn_go_down();
    turn(1);
    ck_assert(!writer_has_work(&subject));
    writer_come_up(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), 1);
}
END_TEST

/* Its answer was lost, not it. */
START_TEST(sends_what_was_made_ahead_where_what_was_in_flight_is_stored)
{
    begin_with(2 * BATCH_ROWS_MAX);
    turn(2);
    fake_conn_go_down();
    subject.stored += WRITER_READY_ROWS;
    writer_come_up(&subject);
    ck_assert(writer_is_sending(2 * WRITER_READY_ROWS, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), WRITER_READY_ROWS + 1);
    writer_commit(&subject);
    ck_assert_uint_eq(writer_first_in_flight(), 3 * WRITER_READY_ROWS + 1);
}
END_TEST

START_TEST(looks_not_ahead_while_a_bad_row_is_looked_for)
{
    begin_with(2 * BATCH_ROWS_MAX);
    turn(3);
    fake_conn_refuse("22003");
    ck_assert(writer_is_sending(WRITER_READY_ROWS / 2, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), 1);
    turn(1);
    ck_assert(!writer_has_work(&subject));
    writer_commit(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS / 4, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), WRITER_READY_ROWS / 2 + 1);
}
END_TEST

Suite *writer_ahead_suite(void)
{
    Suite *suite = suite_create("writer_ahead");
    TCase *tcase = tcase_create("writer_ahead");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, makes_the_next_batch_in_slices_while_one_is_in_flight);
    tcase_add_test(tcase, sends_what_is_made_when_the_answer_comes);
    tcase_add_test(tcase, makes_no_slice_before_enough_wait_for_it);
    tcase_add_test(tcase, sends_what_was_in_flight_before_what_was_made_ahead);
    tcase_add_test(tcase, sends_what_was_made_ahead_where_what_was_in_flight_is_stored);
    tcase_add_test(tcase, looks_not_ahead_while_a_bad_row_is_looked_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
