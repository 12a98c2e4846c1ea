/* What was answered and may be lost is written again: all of it, once, before anything new. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 1024 * 1024, SEGMENT_BYTES = MAX_BYTES / 4 };

static struct journal_run run;

static void set_up(void)
{
    disk_faults_reset();
}

static void remove_directory(const char *path)
{
    char command[120];
    (void)snprintf(command, sizeof command, "rm -rf %s", path);
    ck_assert_int_eq(system(command), 0);
}

static void tear_down(void)
{
    char away[100];
    disk_faults_reset();
    (void)snprintf(away, sizeof away, "%s.away", run.files.path);
    journal_run_close(&run);
    remove_directory(away);
}

static const struct segment *active(void)
{
    const struct segments *segments = journal_run_segments(&run);
    return &segments->items[segments->count - 1];
}

static void assert_all_there(void)
{
    disk_faults_reset();
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}

/* Ten events whose sync has failed. */
static void open_with_ten_unsynced(void)
{
    journal_run_open(&run, JOURNAL_SYNC_INTERVAL, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    disk_faults.sync_fails_in = 1;
    journal_run_tick(&run);
}

/* Nothing new need come for it. */
START_TEST(commit_is_asked_for_at_once)
{
    open_with_ten_unsynced();
    ck_assert_uint_eq(run.woken, 1);
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    ck_assert_uint_eq(run.rewritten, 1);
    journal_run_tick(&run);
    ck_assert_uint_eq(run.woken, 1);
    assert_all_there();
}
END_TEST

START_TEST(records_that_are_written_again_are_counted_once)
{
    open_with_ten_unsynced();
    disk_faults.write_fails_in = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 5), 5);
    ck_assert_uint_eq(run.rewritten, 2);
    ck_assert_uint_eq(active()->records, 15);
    assert_all_there();
}
END_TEST

/* The disk refuses that, too: it is not forgotten. */
START_TEST(what_can_not_be_written_again_is_tried_again)
{
    open_with_ten_unsynced();
    disk_faults.write_fails_in = 1;
    disk_faults.fails_more = 1000;
    ck_assert_uint_eq(journal_run_commit(&run, 5), 0);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FAILED);
    disk_faults_reset();
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    size_t before = run.rewritten;
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    ck_assert_uint_eq(run.rewritten, before + 1);
    ck_assert_uint_lt(run.rewritten_after, run.accepted[0].sequence);
    ck_assert_uint_eq(active()->records, 10);
    assert_all_there();
}
END_TEST

START_TEST(nothing_is_written_again_when_all_of_it_was_synced)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    if (_i == 1)
        journal_run_kill(&run); /* what an earlier run wrote was looked through at the start */
    disk_faults.sync_fails_in = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(run.rewritten, 0);
    assert_all_there();
}
END_TEST

static void move_directory_away(struct journal_run *moved)
{
    char away[100];
    (void)snprintf(away, sizeof away, "%s.away", moved->files.path);
    ck_assert_int_eq(rename(moved->files.path, away), 0);
}

/* A commit of several segments, and behind the first the directory is another one: all that was
 * answered goes there, from the first event on. */
START_TEST(directory_that_goes_in_the_middle_of_a_commit_loses_nothing)
{
    enum { EVENTS = 9000 };
    journal_run_open(&run, (enum journal_sync)_i, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    run.durable = move_directory_away;
    ck_assert_uint_eq(journal_run_commit(&run, EVENTS), EVENTS);
    ck_assert_uint_gt(journal_run_segments(&run)->count, 2);
    ck_assert_uint_eq(run.rewritten, 1);
    assert_all_there();
}
END_TEST

/* What lies in a segment is not below where it says it begins: that would pass for a gap. */
START_TEST(segment_begins_with_what_is_written_again)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    uint64_t first = run.accepted[0].sequence;
    move_directory_away(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(run.rewritten, 1);
    ck_assert_uint_eq(active()->first_sequence, first);
    ck_assert_uint_eq(journal_run_header(&run, active()->number).first_sequence, first);
    assert_all_there();
}
END_TEST

START_TEST(checkpoint_goes_where_the_directory_is_now)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    move_directory_away(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    uint64_t stored = run.accepted[15].sequence;
    journal_stored(run.journal, stored);
    journal_run_tick(&run);
    journal_run_kill(&run);
    ck_assert_uint_eq(journal_stored_sequence(run.journal), stored);
}
END_TEST

/* As far as the database was heard to be, be it just one event ahead: the next is not below it. */
START_TEST(no_sequence_is_used_that_the_database_has)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    uint64_t cursor = run.accepted[9].sequence + (uint64_t)_i;
    journal_stored(run.journal, cursor);
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    ck_assert_uint_eq(run.accepted[10].sequence, cursor + 1);
    assert_all_there();
}
END_TEST

static Suite *make_suite(const char *name, bool is_apart)
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create("rewrite");
    if (is_apart)
        tcase_add_unchecked_fixture(tests, journal_runs_apart, journal_runs_inline);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, commit_is_asked_for_at_once);
    tcase_add_test(tests, records_that_are_written_again_are_counted_once);
    tcase_add_test(tests, what_can_not_be_written_again_is_tried_again);
    tcase_add_loop_test(tests, nothing_is_written_again_when_all_of_it_was_synced, 0, 2);
    tcase_add_loop_test(tests, directory_that_goes_in_the_middle_of_a_commit_loses_nothing, 0,
                        JOURNAL_SYNC_MODES);
    tcase_add_test(tests, segment_begins_with_what_is_written_again);
    tcase_add_test(tests, checkpoint_goes_where_the_directory_is_now);
    tcase_add_loop_test(tests, no_sequence_is_used_that_the_database_has, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}

Suite *journal_commit_rewrite_suite(void)
{
    return make_suite("journal_commit_rewrite", false);
}

/* The same through the worker. */
Suite *journal_commit_rewrite_apart_suite(void)
{
    return make_suite("journal_commit_rewrite_apart", true);
}
