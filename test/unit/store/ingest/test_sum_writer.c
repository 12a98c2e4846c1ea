/* The server's own sums on their way through a real journal, by a clock of the test's. */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/metrics.h"
#include "protocol/event_pack.h"
#include "store/ingest/backlog.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/intake.h"
#include "store/ingest/sum_writer.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

#define SECOND_US INT64_C(1000000)
/* Of a day in 2100: the writer's own timer goes by the true clock, and has nothing to write yet. */
#define NOON_US (INT64_C(4102488000) * SECOND_US)

static struct journal_run run;
static struct refusals refusals;
static struct intake *intake;
static struct sum_writer *writer;
static bool is_refusing;
static unsigned settled;

static void on_queued(void *arg)
{
    (void)arg;
}

static bool may_write(void *arg)
{
    (void)arg;
    return !is_refusing;
}

static void on_settled(void *arg)
{
    (void)arg;
    settled++;
}

static void open_writer(void)
{
    const struct sum_writer_listener listener = {.may_write = may_write, .settled = on_settled};
    writer = sum_writer_new(run.base, intake, listener, run.metrics, run.files.log);
}

static void set_up(void)
{
    disk_faults_reset();
    is_refusing = false;
    settled = 0;
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, 4 * 1024 * 1024);
    refusals_init(&refusals, run.metrics);
    intake = intake_new(run.base, run.journal, 100000, &refusals, run.metrics, run.files.log,
                        on_queued, NULL);
    open_writer();
    backlog_stored(intake_backlog(intake), 0, 0);
    (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

static void tear_down(void)
{
    disk_faults_reset();
    intake_free(intake);
    sum_writer_free(writer);
    journal_run_close(&run);
}

static void add(int32_t ad_id, uint64_t quantity, int64_t now_us)
{
    const struct sum sum = {.quantity = quantity, .ad_id = ad_id, .kind = EVENT_FILL};
    sum_writer_add(writer, &sum, now_us);
}

static void write_at(int64_t now_us)
{
    unsigned before = settled;
    sum_writer_write(writer, now_us);
    for (int i = 0; i < 1000 && settled == before; i++)
        (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

/* Those in the queue; what they stand for goes to `*quantity`. */
static unsigned queued(uint64_t *quantity)
{
    struct queue_position at = event_queue_head(backlog_queue(intake_backlog(intake), 0));
    const uint8_t *packed;
    size_t packed_bytes;
    uint64_t sequence;
    unsigned count = 0;
    *quantity = 0;
    for (; (packed = event_queue_read(&at, &packed_bytes, &sequence)) != NULL; count++) {
        struct event event;
        ck_assert_int_eq(event_unpack(packed, packed_bytes, &event), RESULT_OK);
        ck_assert_int_eq(event.kind, EVENT_FILL);
        *quantity += (uint64_t)event.quantity;
    }
    return count;
}

static void assert_queued(unsigned count, uint64_t quantity)
{
    uint64_t found;
    ck_assert_uint_eq(queued(&found), count);
    ck_assert_uint_eq(found, quantity);
}

static uint64_t lost(void)
{
    return metrics_counter(run.metrics, "adtracker_events_lost_total", "", "kind=\"fill\"")->value;
}

START_TEST(writes_a_second_once_it_is_over)
{
    for (int i = 0; i < 100; i++)
        add(1 + i % 2, 3, NOON_US + i * 10000);
    sum_writer_write(writer, NOON_US + SECOND_US - 1);
    ck_assert(!sum_writer_is_empty(writer));
    assert_queued(0, 0);
    write_at(NOON_US + SECOND_US);
    ck_assert(sum_writer_is_empty(writer));
    ck_assert_uint_eq(settled, 1);
    assert_queued(2, 300);
}
END_TEST

/* However many ads there are: what waits for another second would be lost with the process, and in
 * the end for want of room. */
START_TEST(writes_all_of_a_second)
{
    for (int32_t ad_id = 1; ad_id <= 5000; ad_id++)
        add(ad_id, 1, NOON_US);
    add(1, 1, NOON_US + SECOND_US);
    write_at(NOON_US + SECOND_US);
    assert_queued(5000, 5000);
    ck_assert_uint_eq(settled, 1);
    ck_assert(!sum_writer_is_empty(writer)); /* of the second that is not over */
}
END_TEST

static void sleep_into_second(int64_t wanted_us)
{
    int64_t left_us = wanted_us - clock_wall_us() % SECOND_US;
    (void)usleep((useconds_t)(left_us < 0 ? left_us + SECOND_US : left_us));
}

/* How long it takes until an event is queued. */
static int64_t wait_us(void)
{
    sum_writer_free(writer);
    sleep_into_second(900000);
    open_writer();
    sleep_into_second(10000);
    settled = 0;
    int64_t added_us = clock_monotonic_us();
    add(1, 5, clock_wall_us());
    while (settled == 0)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    return clock_monotonic_us() - added_us;
}

/* Whenever it began: so a process that is killed takes no more than what came in that time. One
 * that waited for longer would do so each time; a busy machine does not. */
START_TEST(nothing_waits_for_much_longer_than_a_second)
{
    enum { WAIT_MAX_US = 1600000, ATTEMPTS = 5 };
    bool is_soon = false;
    for (unsigned i = 1; i <= ATTEMPTS && !is_soon; i++) {
        is_soon = wait_us() < WAIT_MAX_US;
        assert_queued(i, UINT64_C(5) * i);
    }
    ck_assert(is_soon);
}
END_TEST

START_TEST(a_stop_waits_for_no_second)
{
    add(1, 5, INT64_C(4000000000) * SECOND_US);
    sum_writer_flush(writer);
    while (settled == 0)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert(sum_writer_is_empty(writer));
    assert_queued(1, 5);
}
END_TEST

START_TEST(a_stop_waits_for_what_is_under_way_alone)
{
    add(1, 5, NOON_US);
    add(2, 3, INT64_C(4000000000) * SECOND_US);
    sum_writer_write(writer, NOON_US + SECOND_US);
    sum_writer_flush(writer);
    while (settled == 0)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert(sum_writer_is_empty(writer));
    assert_queued(2, 8);
}
END_TEST

START_TEST(splits_what_a_record_cannot_hold)
{
    add(1, UINT32_MAX, NOON_US);
    add(1, UINT32_MAX, NOON_US);
    write_at(NOON_US + SECOND_US);
    ck_assert(sum_writer_is_empty(writer));
    assert_queued(5, 2 * (uint64_t)UINT32_MAX);
}
END_TEST

START_TEST(waits_by_the_minute_while_the_journal_refuses)
{
    is_refusing = true;
    for (int i = 0; i < 90; i++) {
        add(1, 1, NOON_US + i * SECOND_US);
        write_at(NOON_US + i * SECOND_US);
    }
    assert_queued(0, 0);
    is_refusing = false;
    write_at(NOON_US + 100 * SECOND_US);
    assert_queued(2, 90);
    ck_assert(sum_writer_is_empty(writer));
}
END_TEST

/* The disk takes none of them, or some: none is lost, and none written twice. */
START_TEST(keeps_what_the_disk_did_not_take)
{
    for (int32_t ad_id = 1; ad_id <= 1500; ad_id++)
        add(ad_id, 2, NOON_US);
    if (_i == 0)
        disk_faults.write_fails_in = 1;
    else
        disk_faults.sync_fails_in = 1;
    disk_faults.fails_more = 1000;
    write_at(NOON_US + SECOND_US);
    ck_assert(!sum_writer_is_empty(writer));
    disk_faults_reset();
    is_refusing = true;
    write_at(NOON_US + 2 * SECOND_US);
    is_refusing = false;
    for (int i = 0; i < 40 && !sum_writer_is_empty(writer); i++) {
        (void)event_base_loop(run.base, EVLOOP_ONCE);
        write_at(NOON_US + (3 + i) * SECOND_US);
    }
    ck_assert(sum_writer_is_empty(writer));
    assert_queued(1500, 3000);
    ck_assert_uint_eq(lost(), 0);
}
END_TEST

START_TEST(counts_as_lost_what_is_given_up)
{
    is_refusing = true;
    for (int32_t ad_id = 1; ad_id <= SUMS_MAX; ad_id++)
        add(ad_id, 1, NOON_US);
    ck_assert_uint_eq(lost(), 0);
    add(SUMS_MAX + 1, 7, NOON_US);
    ck_assert_uint_eq(lost(), 7);
    sum_writer_give_up(writer);
    ck_assert_uint_eq(lost(), 7 + SUMS_MAX);
    ck_assert(sum_writer_is_empty(writer));
}
END_TEST

Suite *sum_writer_suite(void)
{
    Suite *suite = suite_create("sum_writer");
    TCase *tcase = tcase_create("sum_writer");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, writes_a_second_once_it_is_over);
    tcase_add_test(tcase, writes_all_of_a_second);
    tcase_add_test(tcase, nothing_waits_for_much_longer_than_a_second);
    tcase_add_test(tcase, a_stop_waits_for_no_second);
    tcase_add_test(tcase, a_stop_waits_for_what_is_under_way_alone);
    tcase_add_test(tcase, splits_what_a_record_cannot_hold);
    tcase_add_test(tcase, waits_by_the_minute_while_the_journal_refuses);
    tcase_add_loop_test(tcase, keeps_what_the_disk_did_not_take, 0, 2);
    tcase_add_test(tcase, counts_as_lost_what_is_given_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
