/* What waits for the database beyond the queue: it stays on disk, and comes back in order, once. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/metrics.h"
#include "protocol/event_pack.h"
#include "store/ingest/backlog.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/intake.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 512 * 1024, QUEUE_MAX = 50 };
#define FIRST_US INT64_C(1745107200000000)

static struct journal_run run;
static struct refusals refusals;
static struct intake *intake;
static int32_t submitted; /* events; the first has ad 1, the next ad 2 ... */
static unsigned answers;

static void on_queued(void *arg)
{
    (void)arg;
}

static void on_done(void *arg, enum result result)
{
    (void)arg;
    ck_assert_int_eq(result, RESULT_OK);
    answers++;
}

static void begin(uint64_t queue_max_events)
{
    refusals_init(&refusals, run.metrics);
    intake = intake_new(run.base, run.journal, queue_max_events, &refusals, run.metrics,
                        run.files.log, on_queued, NULL);
}

static void open_with(enum journal_sync sync, uint64_t queue_max_events)
{
    disk_faults_reset();
    submitted = 0;
    journal_run_open(&run, sync, MAX_BYTES);
    begin(queue_max_events);
}

static void set_up(void)
{
    open_with(JOURNAL_SYNC_OFF, QUEUE_MAX);
}

static void tear_down(void)
{
    disk_faults_reset();
    intake_free(intake);
    journal_run_close(&run);
}

static void restart(void)
{
    intake_free(intake);
    journal_run_kill(&run);
    begin(QUEUE_MAX);
}

/* In the place of what set_up() made. */
static void use(enum journal_sync sync, uint64_t queue_max_events)
{
    tear_down();
    open_with(sync, queue_max_events);
}

/* One turn of the loop, or as many as there is something to do in. */
static void turn_once(void)
{
    (void)event_base_loop(run.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

static void turn(void)
{
    (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

static void submit(int count)
{
    unsigned before = answers;
    for (int i = 0; i < count; i++, submitted++) {
        struct event event = {.received_at_us = FIRST_US + submitted * INT64_C(1000000),
                              .ad_id = submitted + 1,
                              .quantity = 1};
        ck_assert_int_eq(intake_submit(intake, &event, 1, on_done, NULL), REFUSAL_NONE);
    }
    while (answers < before + (unsigned)count)
        turn();
}

static uint64_t counted(const char *name)
{
    return metrics_counter(run.metrics, name, "", "")->value;
}

static uint64_t replayed(void)
{
    return counted("adtracker_events_replayed_total");
}

static double gauge(const char *name)
{
    char line[100];
    size_t bytes;
    char *text = metrics_render(run.metrics, &bytes);
    (void)snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(text, line);
    ck_assert_ptr_nonnull(at);
    double value = strtod(at + strlen(line), NULL);
    free(text);
    return value;
}

static double oldest(void)
{
    return gauge("adtracker_queue_oldest_event_timestamp_seconds");
}

/* The sequence of the `number`th event of this run. */
static uint64_t sequence_of(int number)
{
    return journal_first_sequence(run.journal) + (uint64_t)number - 1;
}

/* Asserts that the queue has the events from the `first`th to the `last`th, in order. */
static void assert_queued(int first, int last)
{
    struct queue_position at = event_queue_head(backlog_queue(intake_backlog(intake), 0));
    const uint8_t *packed;
    size_t packed_bytes;
    uint64_t sequence;
    int next = first;
    for (; (packed = event_queue_read(&at, &packed_bytes, &sequence)) != NULL; next++) {
        struct event event;
        ck_assert_int_eq(event_unpack(packed, packed_bytes, &event), RESULT_OK);
        ck_assert_int_eq(event.ad_id, next);
    }
    ck_assert_int_eq(next, last + 1);
    ck_assert_uint_eq(event_queue_count(backlog_queue(intake_backlog(intake), 0)),
                      (uint64_t)(last - first + 1));
}

START_TEST(queue_takes_as_many_as_it_may)
{
    backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    submit(QUEUE_MAX - 1);
    assert_queued(1, QUEUE_MAX - 1);
    submit(2);
    assert_queued(1, QUEUE_MAX);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), QUEUE_MAX + 1);
    ck_assert_double_eq(gauge("adtracker_queue_events"), QUEUE_MAX + 1);
}
END_TEST

START_TEST(what_is_beyond_comes_back_when_half_of_it_is_stored)
{
    backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    size_t descriptors = journal_files_count("/proc/self/fd", "");
    submit(120);
    backlog_stored(intake_backlog(intake), 0, sequence_of(24));
    turn();
    assert_queued(25, 50);
    backlog_stored(intake_backlog(intake), 0, sequence_of(25));
    turn();
    assert_queued(26, 75);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 95);
    backlog_stored(intake_backlog(intake), 0, sequence_of(75));
    turn();
    assert_queued(76, 120);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 45);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), descriptors);
    submit(3); /* nothing is on disk alone any more */
    assert_queued(76, 123);
    backlog_stored(intake_backlog(intake), 0, sequence_of(123));
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 0);
    ck_assert_uint_eq(replayed(), 0);
    ck_assert_uint_eq(journal_stored_sequence(run.journal), sequence_of(123));
}
END_TEST

/* Nobody else is served meanwhile: so many in each turn. */
START_TEST(long_backlog_comes_back_in_several_turns)
{
    enum { PER_TURN = 2000 };
    use(JOURNAL_SYNC_OFF, 10000);
    submit(2 * PER_TURN + 100);
    backlog_stored(intake_backlog(intake), 0, 0);
    turn_once();
    assert_queued(1, PER_TURN);
    turn_once();
    assert_queued(1, 2 * PER_TURN);
    turn_once();
    assert_queued(1, 2 * PER_TURN + 100);
}
END_TEST

START_TEST(without_a_sync_nothing_waits)
{
    const struct event event = {.received_at_us = FIRST_US, .ad_id = 1, .quantity = 1};
    unsigned before = answers;
    ck_assert_int_eq(intake_submit(intake, &event, 1, on_done, NULL), REFUSAL_NONE);
    turn_once();
    ck_assert_uint_eq(answers, before + 1);
}
END_TEST

/* What comes while others are read back has to wait for its turn. */
START_TEST(events_that_come_meanwhile_stay_behind)
{
    backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    submit(100);
    backlog_stored(intake_backlog(intake), 0, sequence_of(30));
    submit(5);
    turn();
    assert_queued(31, 80);
    backlog_stored(intake_backlog(intake), 0, sequence_of(80));
    turn();
    assert_queued(81, 105);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 25);
}
END_TEST

/* Nobody knows what of it is stored. */
START_TEST(nothing_is_queued_before_the_cursor_is_known)
{
    submit(10);
    turn();
    ck_assert_uint_eq(event_queue_count(backlog_queue(intake_backlog(intake), 0)), 0);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 10);
    ck_assert_double_eq(oldest(), (double)FIRST_US / 1e6);
    backlog_stored(intake_backlog(intake), 0, sequence_of(4));
    turn();
    assert_queued(5, 10);
    ck_assert_double_eq(oldest(), (double)FIRST_US / 1e6 + 4);
    backlog_stored(intake_backlog(intake), 0, sequence_of(10));
    ck_assert_double_eq(oldest(), 0);
}
END_TEST

START_TEST(what_an_earlier_run_left_is_sent_from_the_cursor_on)
{
    backlog_stored(intake_backlog(intake), 0, 0);
    submit(40);
    uint64_t first = sequence_of(1);
    backlog_stored(intake_backlog(intake), 0, first + 9);
    journal_run_tick(&run); /* the checkpoint */
    restart();
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 30);
    ck_assert_double_eq(oldest(), (double)FIRST_US / 1e6 + 10);
    ck_assert(!journal_files_logged(&run.files, "database cursor moved back"));
    backlog_stored(intake_backlog(intake), 0, first + 19); /* further than it was heard of */
    ck_assert(journal_files_logged(&run.files, "sending what waits in the journal events=20"));
    turn();
    assert_queued(21, 40);
    ck_assert_uint_eq(replayed(), 20);
    submit(5);
    assert_queued(21, 45);
    ck_assert_uint_eq(replayed(), 20);
    ck_assert_uint_eq(counted("adtracker_journal_gap_events_total"), 0);
}
END_TEST

START_TEST(database_that_goes_back_gets_again_what_it_lost)
{
    backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    submit(50);
    backlog_stored(intake_backlog(intake), 0, sequence_of(30));
    ck_assert(!journal_files_logged(&run.files, "database cursor moved back"));
    backlog_stored(intake_backlog(intake), 0, sequence_of(30)); /* it has not moved */
    assert_queued(31, 50);
    backlog_stored(intake_backlog(intake), 0, sequence_of(10));
    ck_assert(journal_files_logged(&run.files, "database cursor moved back"));
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 40);
    turn();
    assert_queued(11, 50);
    ck_assert_uint_eq(replayed(), 20); /* those it had */
    backlog_stored(intake_backlog(intake), 0, sequence_of(50));
    submit(1);
    assert_queued(51, 51);
    ck_assert_uint_eq(replayed(), 20);
}
END_TEST

START_TEST(events_that_nobody_has_any_more_are_counted)
{
    backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    while (journal_run_segments(&run)->count < 3) {
        submit(1);
        backlog_stored(intake_backlog(intake), 0, sequence_of(submitted));
    }
    ck_assert(segments_evict_oldest(journal_run_segments(&run), 2));
    uint64_t oldest_kept = journal_run_segments(&run)->items[0].first_sequence;
    backlog_stored(intake_backlog(intake), 0, sequence_of(100));
    ck_assert_uint_eq(counted("adtracker_journal_gap_events_total"),
                      oldest_kept - sequence_of(101));
    ck_assert_int_eq(journal_files_logged(&run.files, "no longer in the journal"), 1);
}
END_TEST

/* It can't be read for a while: it is asked for once a second, which costs no event. */
START_TEST(disk_that_does_not_give_it_is_asked_again_later)
{
    submit(10);
    disk_faults.open_reason = EIO;
    backlog_stored(intake_backlog(intake), 0, sequence_of(4));
    for (int i = 0; i < 200; i++)
        turn();
    ck_assert_int_eq(journal_files_logged(&run.files, "can't be read, trying again"), 1);
    ck_assert_int_eq(journal_files_logged(&run.files, "passed over"), 0);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 6);
    disk_faults_reset();
    for (int i = 0; i < 20 && event_queue_count(backlog_queue(intake_backlog(intake), 0)) == 0; i++)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    assert_queued(5, 10);
}
END_TEST

START_TEST(record_that_is_no_event_holds_up_nothing)
{
    static const uint8_t junk[30] = {0xFF};
    submit(3);
    (void)journal_append(run.journal, junk, sizeof junk);
    submit(3);
    backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    assert_queued(1, 6);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 6);
    ck_assert_uint_eq(counted("adtracker_journal_damaged_total"), 1);
    ck_assert_uint_eq(replayed(), 0); /* this process has answered for them */
}
END_TEST

/* All that is queued and was not synced is written again, without waiting for an event to come; it
 * stays in the queue as it is. */
START_TEST(what_the_disk_may_have_lost_is_written_again)
{
    use(JOURNAL_SYNC_INTERVAL, QUEUE_MAX);
    if (_i == 0)
        backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    submit(7);
    journal_run_tick(&run);
    submit(5);
    if (_i == 1) /* those that were read back are no other */
        backlog_stored(intake_backlog(intake), 0, 0);
    turn();
    disk_faults.sync_fails_in = 1;
    journal_run_tick(&run);
    turn();
    const struct segments *segments = journal_run_segments(&run);
    ck_assert_uint_eq(segments->count, 2);
    ck_assert_uint_eq(segments->items[1].records, 5);
    assert_queued(1, 12);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 12);
    submit(1);
    assert_queued(1, 13);
}
END_TEST

Suite *intake_backlog_suite(void)
{
    Suite *suite = suite_create("intake_backlog");
    TCase *tcase = tcase_create("backlog");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, queue_takes_as_many_as_it_may);
    tcase_add_test(tcase, what_is_beyond_comes_back_when_half_of_it_is_stored);
    tcase_add_test(tcase, long_backlog_comes_back_in_several_turns);
    tcase_add_test(tcase, without_a_sync_nothing_waits);
    tcase_add_test(tcase, events_that_come_meanwhile_stay_behind);
    tcase_add_test(tcase, nothing_is_queued_before_the_cursor_is_known);
    tcase_add_test(tcase, what_an_earlier_run_left_is_sent_from_the_cursor_on);
    tcase_add_test(tcase, database_that_goes_back_gets_again_what_it_lost);
    tcase_add_test(tcase, events_that_nobody_has_any_more_are_counted);
    tcase_add_test(tcase, disk_that_does_not_give_it_is_asked_again_later);
    tcase_add_test(tcase, record_that_is_no_event_holds_up_nothing);
    tcase_add_loop_test(tcase, what_the_disk_may_have_lost_is_written_again, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
