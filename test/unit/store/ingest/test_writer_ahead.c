/* The batch that the writer makes while another is in flight. */
#include <check.h>

#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "test/unit/store/database/fake_conn.h"
#include "test/unit/store/ingest/writer_subject.h"
#include "test/unit/suites.h"

static struct writer_subject subject;

static void set_up(void)
{
    writer_subject_open(&subject);
}

static void tear_down(void)
{
    writer_subject_close(&subject);
}

/* The first of three is in flight, and the second is made. */
static void make_ahead(void)
{
    writer_come_up(&subject);
    writer_push(&subject, 2 * BATCH_ROWS_MAX + 5);
    ck_assert(writer_is_sending(BATCH_ROWS_MAX, NULL));
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(BATCH_ROWS_MAX, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), 1);
}

START_TEST(makes_the_next_batch_while_one_is_in_flight)
{
    make_ahead();
    writer_commit(&subject);
    ck_assert(writer_is_sending(BATCH_ROWS_MAX, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), BATCH_ROWS_MAX + 1);
    writer_push(&subject, WRITER_READY_ROWS);
    writer_commit(&subject);
    ck_assert(writer_is_sending(WRITER_READY_ROWS + 5, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), 2 * BATCH_ROWS_MAX + 1);
    writer_commit(&subject);
    ck_assert_uint_eq(event_queue_count(subject.queue), 0);
}
END_TEST

START_TEST(sends_what_was_in_flight_before_what_was_made_ahead)
{
    make_ahead();
    fake_conn_go_down();
    writer_come_up(&subject);
    writer_run_timer(&subject);
    ck_assert(writer_is_sending(BATCH_ROWS_MAX, NULL));
    ck_assert_uint_eq(writer_first_in_flight(), 1);
}
END_TEST

Suite *writer_ahead_suite(void)
{
    Suite *suite = suite_create("writer_ahead");
    TCase *tcase = tcase_create("writer_ahead");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, makes_the_next_batch_while_one_is_in_flight);
    tcase_add_test(tcase, sends_what_was_in_flight_before_what_was_made_ahead);
    suite_add_tcase(suite, tcase);
    return suite;
}
