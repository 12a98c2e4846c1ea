/* Submissions on their way through a journal whose disk fails: all of one, or it is refused. */
#include <stdbool.h>
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

/* Segments of 64 KiB: a submission of so many events lies in two or three. */
enum { MAX_BYTES = 256 * 1024, EVENTS = 2000, EVENTS_MAX = 2100 };

static struct journal_run run;
static struct refusals refusals;
static struct intake *intake;
static struct event events[EVENTS_MAX];
static unsigned answers;
static enum result answer;

static void on_queued(void *arg)
{
    (void)arg;
}

static void on_done(void *arg, enum result result)
{
    (void)arg;
    answers++;
    answer = result;
}

static void set_up(void)
{
    disk_faults_reset();
    answers = 0;
    for (int i = 0; i < EVENTS_MAX; i++)
        events[i] =
            (struct event){.occurred_at_us = 1745107200000000 + i, .ad_id = i + 1, .quantity = 1};
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    refusals_init(&refusals, run.metrics);
    intake = intake_new(run.base, run.journal, EVENTS, &refusals, run.metrics, run.files.log,
                        on_queued, NULL);
    backlog_stored(intake_backlog(intake), 0, 0); /* the database has nothing, and is listening */
    (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

static void tear_down(void)
{
    disk_faults_reset();
    intake_free(intake);
    journal_run_close(&run);
}

static enum result submit(size_t count)
{
    unsigned before = answers;
    ck_assert_int_eq(intake_submit(intake, events, count, on_done, NULL), REFUSAL_NONE);
    while (answers == before)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert_uint_eq(answers, before + 1);
    return answer;
}

static uint64_t counted(const char *name, const char *labels)
{
    return metrics_counter(run.metrics, name, "", labels)->value;
}

static uint64_t accepted(void)
{
    return counted("adtracker_events_accepted_total", "kind=\"click\"");
}

static uint64_t refused(void)
{
    return counted("adtracker_events_refused_total", "reason=\"disk_failed\"") +
           counted("adtracker_events_refused_total", "reason=\"journal_full\"");
}

static uint64_t replayed(void)
{
    return counted("adtracker_events_replayed_total", "");
}

/* What the writer would send: the first of the submission, in order, each once. */
static uint64_t queued(void)
{
    struct queue_position at = event_queue_head(backlog_queue(intake_backlog(intake), 0));
    const uint8_t *packed;
    size_t packed_bytes;
    uint64_t sequence;
    uint64_t count = 0;
    for (; (packed = event_queue_read(&at, &packed_bytes, &sequence)) != NULL; count++) {
        struct event event;
        ck_assert_int_eq(event_unpack(packed, packed_bytes, &event), RESULT_OK);
        ck_assert_int_eq(event.ad_id, (int32_t)count + 1);
    }
    return count;
}

START_TEST(submission_in_several_segments_is_answered_once)
{
    ck_assert_int_eq(submit(EVENTS), RESULT_OK);
    ck_assert_uint_gt(journal_run_segments(&run)->count, 1);
    ck_assert_uint_eq(accepted(), EVENTS);
    ck_assert_uint_eq(refused(), 0);
    ck_assert_uint_eq(replayed(), 0);
    ck_assert_uint_eq(queued(), EVENTS);
}
END_TEST

START_TEST(submissions_of_a_turn_share_a_sync)
{
    disk_faults_reset();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(intake_submit(intake, events + i, 1, on_done, NULL), REFUSAL_NONE);
    while (answers == 0)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert_uint_eq(answers, 3);
    ck_assert_uint_eq(disk_faults.writes, 1);
    ck_assert_uint_eq(disk_faults.syncs, 1);
    ck_assert_uint_eq(queued(), 3);
}
END_TEST

static void fail_from(unsigned *fails_in, unsigned call)
{
    *fails_in = call;
    disk_faults.fails_more = 1000;
}

/* Its first segment is written and synced when there is no second: all of it is refused, and what
 * the database gets of it is in the books. */
START_TEST(submission_cut_in_two_is_refused)
{
    if (_i == 0)
        fail_from(&disk_faults.sync_fails_in, 2);
    else
        fail_from(&disk_faults.reserve_fails_in, 1);
    ck_assert_int_eq(submit(EVENTS), RESULT_UNAVAILABLE);
    ck_assert_uint_eq(accepted(), 0);
    ck_assert_uint_eq(refused(), EVENTS);
    ck_assert_uint_gt(queued(), 0);
    ck_assert_uint_lt(queued(), EVENTS);
    ck_assert_uint_eq(replayed(), queued());
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), queued());
}
END_TEST

/* There is room for the first segment of it, and no more: so there is for smaller ones. */
START_TEST(submission_without_room_is_refused_whole)
{
    run.settings.max_bytes = MAX_BYTES / 4;
    ck_assert_int_eq(intake_submit(intake, events, EVENTS, on_done, NULL), REFUSAL_JOURNAL_FULL);
    (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
    ck_assert_uint_eq(answers, 0);
    ck_assert_uint_eq(queued(), 0);
    ck_assert_int_eq(submit(100), RESULT_OK);
    ck_assert_uint_eq(accepted(), 100);
    ck_assert_uint_eq(queued(), 100);
}
END_TEST

/* Again and again: of the journal's space the database has all but the last. */
START_TEST(stored_segments_go_for_a_submission)
{
    uint64_t first = journal_first_sequence(run.journal);
    for (uint64_t i = 1; i <= 10; i++) {
        ck_assert_int_eq(submit(EVENTS * 2 / 3), RESULT_OK);
        backlog_stored(intake_backlog(intake), 0, first + i * (EVENTS * 2 / 3) - 1);
    }
    ck_assert_uint_eq(accepted(), 10 * (EVENTS * 2 / 3));
    ck_assert_uint_eq(refused(), 0);
}
END_TEST

START_TEST(half_of_the_journal_is_too_large)
{
    ck_assert(!intake_is_too_large(intake, events, 2000));
    ck_assert(intake_is_too_large(intake, events, 2100));
    run.settings.max_bytes = 1;
    ck_assert(!intake_is_too_large(intake, events, 1)); /* the journal's refusal tells */
}
END_TEST

START_TEST(own_events_are_answered_and_not_counted_as_refused)
{
    struct event own = {.quantity = 1000, .kind = EVENT_REQUEST, .verdict = VERDICT_DECLARED_BOT};
    intake_submit_own(intake, &own, on_done, NULL);
    while (answers == 0)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert_int_eq(answer, RESULT_OK);
    ck_assert_uint_eq(counted("adtracker_events_accepted_total", "kind=\"request\""), 1000);
    ck_assert_uint_eq(counted("adtracker_events_invalid_total", "reason=\"declared_bot\""), 1000);
    fail_from(&disk_faults.write_fails_in, 1);
    intake_submit_own(intake, &own, on_done, NULL);
    while (answers == 1)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert_int_eq(answer, RESULT_UNAVAILABLE);
    ck_assert_uint_eq(counted("adtracker_events_accepted_total", "kind=\"request\""), 1000);
    ck_assert_uint_eq(refused(), 0);
}
END_TEST

START_TEST(those_before_a_cut_one_are_accepted)
{
    unsigned before = answers;
    fail_from(&disk_faults.sync_fails_in, 2);
    ck_assert_int_eq(intake_submit(intake, events, 10, on_done, NULL), REFUSAL_NONE);
    ck_assert_int_eq(intake_submit(intake, events + 10, EVENTS - 10, on_done, NULL), REFUSAL_NONE);
    while (answers < before + 2)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert_int_eq(answer, RESULT_UNAVAILABLE);
    ck_assert_uint_eq(accepted(), 10);
    ck_assert_uint_eq(refused(), EVENTS - 10);
    ck_assert_uint_eq(replayed(), queued() - 10);
}
END_TEST

/* Nothing of it was acknowledged to be on the disk: nothing of it is stored. */
START_TEST(submission_of_which_nothing_is_written_is_refused)
{
    fail_from(&disk_faults.write_fails_in, 1);
    ck_assert_int_eq(submit(EVENTS), RESULT_UNAVAILABLE);
    ck_assert_uint_eq(accepted(), 0);
    ck_assert_uint_eq(refused(), EVENTS);
    ck_assert_uint_eq(replayed(), 0);
    ck_assert_uint_eq(queued(), 0);
}
END_TEST

START_TEST(first_failure_is_made_good_before_the_answer)
{
    disk_faults.sync_fails_in = 1 + (unsigned)_i;
    ck_assert_int_eq(submit(EVENTS), RESULT_OK);
    ck_assert_uint_eq(accepted(), EVENTS);
    ck_assert_uint_eq(queued(), EVENTS);
}
END_TEST

/* A drain waits until nothing waits: for what nobody will ever read it would wait for ever. */
START_TEST(record_that_was_damaged_is_not_waited_for)
{
    static const uint8_t junk[10] = {0x3C};
    uint64_t first = journal_first_sequence(run.journal);
    ck_assert_int_eq(submit(EVENTS), RESULT_OK);
    backlog_stored(intake_backlog(intake), 0, first + EVENTS - 1);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), 0);
    journal_files_overwrite(journal_files_segment_path(&run.files, 1), 10000, junk, sizeof junk);
    backlog_stored(intake_backlog(intake), 0, first - 1); /* the database has lost it */
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)), EVENTS);
    (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
    ck_assert_uint_lt(event_queue_count(backlog_queue(intake_backlog(intake), 0)), EVENTS);
    ck_assert_uint_eq(backlog_waiting(intake_backlog(intake)),
                      event_queue_count(backlog_queue(intake_backlog(intake), 0)));
}
END_TEST

START_TEST(who_still_waits_at_the_end_is_refused)
{
    unsigned before = answers;
    ck_assert_int_eq(intake_submit(intake, events, 3, on_done, NULL), REFUSAL_NONE);
    intake_free(intake);
    ck_assert_uint_eq(answers, before + 1);
    ck_assert_int_eq(answer, RESULT_UNAVAILABLE);
    ck_assert_uint_eq(accepted(), 0);
    intake = NULL;
}
END_TEST

static Suite *make_suite(const char *name, bool is_apart)
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create("intake");
    if (is_apart)
        tcase_add_unchecked_fixture(tcase, journal_runs_apart, journal_runs_inline);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, submission_in_several_segments_is_answered_once);
    tcase_add_test(tcase, submissions_of_a_turn_share_a_sync);
    tcase_add_loop_test(tcase, submission_cut_in_two_is_refused, 0, 2);
    tcase_add_test(tcase, submission_without_room_is_refused_whole);
    tcase_add_test(tcase, stored_segments_go_for_a_submission);
    tcase_add_test(tcase, own_events_are_answered_and_not_counted_as_refused);
    tcase_add_test(tcase, half_of_the_journal_is_too_large);
    tcase_add_test(tcase, those_before_a_cut_one_are_accepted);
    tcase_add_test(tcase, submission_of_which_nothing_is_written_is_refused);
    tcase_add_loop_test(tcase, first_failure_is_made_good_before_the_answer, 0, 2);
    tcase_add_test(tcase, record_that_was_damaged_is_not_waited_for);
    tcase_add_test(tcase, who_still_waits_at_the_end_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}

Suite *intake_suite(void)
{
    return make_suite("intake", false);
}

/* The same through the worker. */
Suite *intake_apart_suite(void)
{
    return make_suite("intake_apart", true);
}
