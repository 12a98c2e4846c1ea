/* What waits for the database in several lanes: each event comes in its lane, in order, once. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/metrics.h"
#include "protocol/event_pack.h"
#include "store/ingest/backlog.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/gaps.h"
#include "store/ingest/intake.h"
#include "store/ingest/lane_queue.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 512 * 1024, QUEUE_MAX = 40, LANES = 4, EVENTS = 300 };

static struct journal_run run;
static struct refusals refusals;
static struct intake *intake;
static unsigned submitted;
static unsigned answers;
static uint64_t cursors[LANES];
static unsigned stored[EVENTS * 4]; /* times, by the number of the event, from 1 */

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

static void begin(void)
{
    refusals_init(&refusals, run.metrics);
    intake = intake_new(run.base, run.journal, QUEUE_MAX, &refusals, run.metrics, run.files.log,
                        on_queued, NULL);
}

static void set_up(void)
{
    submitted = 0;
    memset(cursors, 0, sizeof cursors);
    memset(stored, 0, sizeof stored);
    journal_run_open(&run, JOURNAL_SYNC_OFF, MAX_BYTES);
    begin();
}

static void tear_down(void)
{
    intake_free(intake);
    journal_run_close(&run);
}

static struct backlog *backlog(void)
{
    return intake_backlog(intake);
}

static void turn(void)
{
    for (int i = 0; i < 20; i++)
        (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

static void submit(unsigned count)
{
    unsigned before = answers;
    for (unsigned i = 0; i < count; i++) {
        struct event event = {.received_at_us = 1, .ad_id = (int32_t)++submitted, .quantity = 1};
        ck_assert_int_eq(intake_submit(intake, &event, 1, on_done, NULL), REFUSAL_NONE);
    }
    while (answers < before + count)
        (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

static void claim(unsigned lane, uint64_t cursor)
{
    cursors[lane] = cursor;
    backlog_stored(backlog(), lane, cursor);
}

static void claim_all(void)
{
    backlog_set_lanes(backlog(), LANES);
    for (unsigned lane = 0; lane < LANES; lane++)
        claim(lane, cursors[lane]);
    turn();
}

/* As the database does, up to `count` of them. Returns how many there were. */
static unsigned store(unsigned lane, unsigned count)
{
    struct queue_position at = event_queue_head(backlog_queue(backlog(), lane));
    const uint8_t *packed;
    size_t bytes;
    uint64_t sequence;
    unsigned taken = 0;
    for (; taken < count && (packed = event_queue_read(&at, &bytes, &sequence)) != NULL; taken++) {
        struct event event;
        ck_assert_int_eq(event_unpack(packed, bytes, &event), RESULT_OK);
        ck_assert_uint_eq(lane_of(&event, sequence, LANES), lane);
        ck_assert_uint_gt(sequence, cursors[lane]);
        cursors[lane] = sequence;
        stored[event.ad_id]++;
    }
    if (taken > 0)
        backlog_stored(backlog(), lane, cursors[lane]);
    turn();
    return taken;
}

static void store_all(void)
{
    unsigned taken;
    do {
        taken = 0;
        for (unsigned lane = 0; lane < LANES; lane++)
            taken += store(lane, UINT32_MAX);
    } while (taken > 0);
}

static void assert_all_stored(void)
{
    for (unsigned i = 1; i <= submitted; i++)
        ck_assert_uint_eq(stored[i], 1);
    ck_assert_uint_eq(backlog_waiting(backlog()), 0);
}

START_TEST(each_has_its_share_and_the_rest_comes_back)
{
    claim_all();
    submit(EVENTS);
    ck_assert_uint_eq(backlog_waiting(backlog()), EVENTS);
    for (unsigned lane = 0; lane < LANES; lane++) {
        ck_assert_uint_eq(event_queue_count(backlog_queue(backlog(), lane)), QUEUE_MAX / LANES);
        ck_assert_uint_eq(backlog_reach(backlog(), lane), 0);
    }
    store_all();
    assert_all_stored();
    submit(8);
    ck_assert_uint_eq(event_queue_count(backlog_queue(backlog(), 1)), 2);
    store_all();
    assert_all_stored();
    for (unsigned lane = 0; lane < LANES; lane++)
        ck_assert_uint_eq(backlog_reach(backlog(), lane),
                          journal_first_sequence(run.journal) + submitted - 1);
}
END_TEST

/* Lanes are claimed one after the other, from cursors of their own. */
START_TEST(what_waited_is_sorted_from_the_cursors_on)
{
    submit(EVENTS);
    uint64_t first = journal_first_sequence(run.journal);
    for (unsigned lane = 0; lane < LANES; lane++)
        cursors[lane] = first + (uint64_t)(LANES - lane) * 20;
    for (unsigned i = 1; i <= EVENTS; i++) {
        uint64_t sequence = first + i - 1;
        stored[i] = sequence <= cursors[sequence % LANES];
    }
    backlog_set_lanes(backlog(), LANES);
    ck_assert_uint_eq(backlog_waiting(backlog()), EVENTS);
    for (unsigned lane = 0; lane < LANES; lane++) {
        claim(lane, cursors[lane]);
        if (_i == 1)
            turn();
    }
    turn();
    store_all();
    assert_all_stored();
    ck_assert_uint_eq(journal_stored_sequence(run.journal), first + EVENTS - LANES);
}
END_TEST

START_TEST(a_lane_that_moved_back_gets_again_what_it_lost)
{
    claim_all();
    submit(EVENTS);
    store_all();
    uint64_t first = journal_first_sequence(run.journal);
    for (unsigned i = 1; i <= EVENTS; i++)
        stored[i] -= (first + i - 1) % LANES == 2 && first + i - 1 > first + 50;
    submit(6);
    claim(2, first + 50);
    turn();
    store_all();
    assert_all_stored();
}
END_TEST

START_TEST(other_lanes_begin_anew)
{
    claim_all();
    submit(EVENTS);
    (void)store(0, 3);
    (void)store(3, 7);
    backlog_set_lanes(backlog(), 1);
    ck_assert_uint_gt(backlog_waiting(backlog()), EVENTS / 2);
    submit(3);
    claim_all();
    store_all();
    assert_all_stored();
}
END_TEST

static uint64_t count_replayed(void)
{
    return metrics_counter(run.metrics, "adtracker_events_replayed_total", "", "")->value;
}

/* What was submitted is an earlier run's now. */
static void begin_again(void)
{
    intake_free(intake);
    journal_run_kill(&run);
    begin();
}

/* Some of it was read back before the lanes were doubled, and is read again then. */
START_TEST(what_an_earlier_run_wrote_is_replayed_once)
{
    submit(EVENTS);
    begin_again();
    backlog_set_lanes(backlog(), LANES / 2);
    for (unsigned lane = 0; lane < LANES / 2; lane++)
        claim(lane, 0);
    turn();
    ck_assert_uint_eq(count_replayed(), QUEUE_MAX);
    claim_all();
    ck_assert_uint_gt(backlog_waiting(backlog()), 0);
    store_all();
    assert_all_stored();
    ck_assert_uint_eq(count_replayed(), EVENTS);
}
END_TEST

/* When the database goes back, what it has lost is replayed once more; what waited is not. */
START_TEST(what_is_stored_again_is_replayed_again)
{
    enum { LOST = QUEUE_MAX / LANES + 3 };
    submit(EVENTS);
    begin_again();
    claim_all();
    ck_assert_uint_eq(store(2, UINT32_MAX) + store(2, 3), LOST);
    for (unsigned i = 1; i <= EVENTS; i++)
        stored[i] = 0;
    claim(2, 0);
    turn();
    store_all();
    assert_all_stored();
    ck_assert_uint_eq(count_replayed(), EVENTS + LOST);
}
END_TEST

/* One at random is stored from, one stands still for a while; what comes meanwhile is no other. */
START_TEST(none_is_lost_and_none_comes_twice_at_random)
{
    unsigned seed = (unsigned)_i;
    claim_all();
    while (submitted < EVENTS * 3) {
        seed = seed * 1103515245 + 12345;
        unsigned lane = seed >> 16 & 3;
        if ((seed >> 20 & 7) == 0 && submitted + 30 < EVENTS * 4)
            submit(1 + (seed >> 24) % 29);
        if (lane != 3 || (seed >> 18 & 15) == 0)
            (void)store(lane, 1 + (seed >> 12 & 15));
    }
    store_all();
    assert_all_stored();
    ck_assert_uint_eq(count_replayed(), 0);
}
END_TEST

static void count_up(void *arg, uint64_t sequence, const uint8_t *packed, size_t packed_bytes)
{
    uint64_t *last = arg;
    ck_assert_ptr_nonnull(packed);
    ck_assert_uint_gt(packed_bytes, 0);
    ck_assert_uint_eq(sequence, *last + 1);
    *last = sequence;
}

START_TEST(all_in_memory_are_told_in_order)
{
    claim_all();
    submit(20);
    uint64_t first = journal_first_sequence(run.journal);
    uint64_t last = first - 1;
    backlog_each(backlog(), 0, count_up, &last);
    ck_assert_uint_eq(last, first + 19);
    last = first + 6;
    backlog_each(backlog(), last, count_up, &last);
    ck_assert_uint_eq(last, first + 19);
}
END_TEST

START_TEST(tells_of_sequences_that_are_nowhere)
{
    static const uint8_t junk[30] = {0xFF};
    char text[GAPS_TEXT_SIZE];
    char wanted[64];
    submit(5);
    (void)journal_append(run.journal, junk, sizeof junk);
    submit(5);
    claim_all();
    uint64_t gone = journal_first_sequence(run.journal) + 5;
    gaps_write(backlog_gaps(backlog()), 0, gone + 5, text);
    (void)snprintf(wanted, sizeof wanted, "{[%llu,%llu]}", (unsigned long long)gone,
                   (unsigned long long)gone);
    ck_assert_str_eq(text, wanted);
    store_all();
    for (unsigned lane = 0; lane < LANES; lane++)
        backlog_stored(backlog(), lane, backlog_reach(backlog(), lane));
    ck_assert_uint_eq(backlog_gaps(backlog())->count, 0);
}
END_TEST

Suite *intake_lanes_suite(void)
{
    Suite *suite = suite_create("intake_lanes");
    TCase *tcase = tcase_create("lanes");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, each_has_its_share_and_the_rest_comes_back);
    tcase_add_loop_test(tcase, what_waited_is_sorted_from_the_cursors_on, 0, 2);
    tcase_add_test(tcase, a_lane_that_moved_back_gets_again_what_it_lost);
    tcase_add_test(tcase, other_lanes_begin_anew);
    tcase_add_test(tcase, what_an_earlier_run_wrote_is_replayed_once);
    tcase_add_test(tcase, what_is_stored_again_is_replayed_again);
    tcase_add_loop_test(tcase, none_is_lost_and_none_comes_twice_at_random, 0, 10);
    tcase_add_test(tcase, all_in_memory_are_told_in_order);
    tcase_add_test(tcase, tells_of_sequences_that_are_nowhere);
    suite_add_tcase(suite, tcase);
    return suite;
}
