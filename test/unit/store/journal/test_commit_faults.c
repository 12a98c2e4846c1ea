/* The journal on a disk that fails: nothing is acknowledged that is not there in the end, nothing
 * is there twice, and it goes on when the disk does. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "store/journal/segments.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 1024 * 1024, ROUNDS = 30 };

static struct journal_run run;

static void set_up(void)
{
    disk_faults_reset();
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_run_close(&run);
}

static void assert_all_there(void)
{
    disk_faults_reset();
    journal_close(run.journal);
    run.journal = NULL;
    (void)journal_run_read_back(&run);
}

/* Commits go on, trouble or not; between them it is tried again. */
static void work(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        (void)journal_run_commit(&run, 20);
        if (i % 4 == 3)
            journal_run_tick(&run);
    }
}

/* Sets the one or two failures of a kind from the loop's number: the first in its `_i / 2`th call.
 */
static void work_with(unsigned *fails_in, int number, int reason)
{
    disk_faults_reset();
    disk_faults.reason = reason;
    disk_faults.fails_more = (unsigned)number % 2 * 3;
    *fails_in = 1 + (unsigned)number / 2;
    work();
    disk_faults_reset();
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(journal_run_commit(&run, 20), 20);
    assert_all_there();
}

START_TEST(failed_write_loses_and_doubles_nothing)
{
    journal_run_open(&run, (enum journal_sync)(_i % 3), MAX_BYTES / 4);
    run.settings.max_bytes = MAX_BYTES;
    work_with(&disk_faults.write_fails_in, _i, _i % 5 == 0 ? ENOSPC : EIO);
}
END_TEST

START_TEST(failed_sync_loses_and_doubles_nothing)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES / 4);
    run.settings.max_bytes = MAX_BYTES;
    work_with(&disk_faults.sync_fails_in, _i, EIO);
}
END_TEST

START_TEST(failed_reservation_loses_and_doubles_nothing)
{
    static const int reasons[] = {ENOSPC, EIO, EDQUOT, EROFS};
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, 64 * 1024);
    run.settings.max_bytes = MAX_BYTES;
    work_with(&disk_faults.reserve_fails_in, _i % 4, reasons[_i / 4]);
}
END_TEST

/* A file system that can't reserve space is used all the same. */
START_TEST(disk_that_reserves_nothing_will_do)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES / 4);
    disk_faults.reserve_fails_in = 1;
    disk_faults.fails_more = 1000;
    disk_faults.reason = EOPNOTSUPP;
    work();
    ck_assert_uint_eq(run.accepted_count, ROUNDS * 20);
    assert_all_there();
}
END_TEST

START_TEST(first_failure_is_made_good_at_once)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    if (_i == 0)
        disk_faults.sync_fails_in = 1;
    else
        disk_faults.write_fails_in = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(journal_run_segments(&run)->count, 2);
    ck_assert_uint_eq(run.rewritten, 0);
    assert_all_there();
}
END_TEST

START_TEST(disk_that_goes_on_failing_is_refused_and_tried_again)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    disk_faults.sync_fails_in = 1;
    disk_faults.fails_more = 1000;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 0);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FAILED);
    ck_assert_int_ne(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 0);
    disk_faults_reset();
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert(journal_files_logged(&run.files, "journal segment given up: sync"));
    ck_assert(journal_files_logged(&run.files, "journal accepts events again"));
    assert_all_there();
}
END_TEST

/* Segment after segment fails before anything was acknowledged in it: they must not fill the disk.
 */
START_TEST(failed_segments_without_events_go)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    for (int i = 0; i < 20; i++) {
        disk_faults.sync_fails_in = 1;
        disk_faults.fails_more = 1;
        (void)journal_run_commit(&run, 10);
        disk_faults_reset();
        journal_stored(run.journal, 1);
        journal_run_tick(&run);
    }
    ck_assert_uint_le(journal_run_segments(&run)->count, 6);
    ck_assert_uint_le(journal_files_count(run.files.path, "0000"), 6);
    assert_all_there();
}
END_TEST

/* Sequences that were refused leave no gap between segments: that would pass for lost events. */
START_TEST(refused_sequences_pass_for_no_gap)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    if (_i == 1)
        ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    uint64_t next = _i == 1 ? run.accepted[9].sequence + 1 : journal_first_sequence(run.journal);
    disk_faults.sync_fails_in = 1;
    disk_faults.fails_more = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 0);
    disk_faults_reset();
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    const struct segments *segments = journal_run_segments(&run);
    ck_assert_uint_eq(segments->count, (size_t)_i + 1);
    ck_assert_uint_eq(segments->items[_i].first_sequence, next);
}
END_TEST

/* The file of a failed attempt could not be removed: its name is taken. */
START_TEST(name_that_is_taken_holds_nothing_up)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, 64 * 1024);
    run.settings.max_bytes = MAX_BYTES;
    const char *path = journal_files_segment_path(&run.files, 2);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    work();
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_gt(journal_run_segments(&run)->count, 1);
    assert_all_there();
}
END_TEST

START_TEST(interval_mode_writes_again_what_was_not_synced)
{
    journal_run_open(&run, JOURNAL_SYNC_INTERVAL, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    journal_run_tick(&run);
    uint64_t synced = run.accepted[9].sequence;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    disk_faults.sync_fails_in = 1;
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(run.rewritten, 1);
    ck_assert_uint_eq(run.rewritten_after, synced);
    disk_faults_reset();
    journal_run_tick(&run);
    ck_assert_uint_eq(disk_faults.syncs, 1);
    assert_all_there();
}
END_TEST

/* What was written again is not safe before it is synced: by itself, and not if that fails too. */
START_TEST(interval_mode_syncs_what_it_wrote_again)
{
    journal_run_open(&run, JOURNAL_SYNC_INTERVAL, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    disk_faults.sync_fails_in = 1;
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    ck_assert_uint_eq(run.rewritten, 1);
    disk_faults_reset();
    disk_faults.sync_fails_in = 1;
    journal_run_tick(&run);
    ck_assert_uint_eq(disk_faults.syncs, 1);
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    ck_assert_uint_eq(run.rewritten, 2);
    ck_assert_uint_lt(run.rewritten_after, run.accepted[0].sequence);
    assert_all_there();
}
END_TEST

static void remove_files(const char *path)
{
    char name[600];
    DIR *entries = opendir(path);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        (void)unlink(name);
    }
    (void)closedir(entries);
}

/* What was accepted is written again where the directory is now, before anything new. */
START_TEST(removed_directory_begins_anew)
{
    journal_run_open(&run, (enum journal_sync)(_i / 2), MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    remove_files(run.files.path);
    if (_i % 2 == 0)
        ck_assert_int_eq(rmdir(run.files.path), 0);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(run.rewritten, 1);
    ck_assert_uint_eq(run.rewritten_after, 0);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    journal_run_kill(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    assert_all_there();
}
END_TEST

/* More than a segment is written again, and only its first part is synced when the rest fails. */
START_TEST(interval_mode_knows_how_far_it_synced_what_it_wrote_again)
{
    journal_run_open(&run, JOURNAL_SYNC_INTERVAL, MAX_BYTES);
    for (int i = 0; i < 5; i++)
        ck_assert_uint_eq(journal_run_commit(&run, 1000), 1000);
    remove_files(run.files.path);
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    ck_assert_uint_eq(run.rewritten, 1);
    disk_faults.sync_fails_in = 1;
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    ck_assert_uint_eq(run.rewritten, 2);
    ck_assert_uint_ge(run.rewritten_after, run.accepted[0].sequence);
    ck_assert_uint_lt(run.rewritten_after, run.accepted[4999].sequence);
    assert_all_there();
}
END_TEST

START_TEST(idle_journal_notices_that_its_directory_is_gone)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    remove_files(run.files.path);
    journal_run_tick(&run);
    ck_assert(journal_files_logged(&run.files, "it is gone from its directory"));
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    assert_all_there();
}
END_TEST

START_TEST(directory_that_can_not_come_back_is_refused)
{
    char away[100];
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    (void)snprintf(away, sizeof away, "%s.away", run.files.path);
    ck_assert_int_eq(rename(run.files.path, away), 0);
    int fd = open(run.files.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600); /* no directory */
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 0);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FAILED);
    ck_assert_int_eq(unlink(run.files.path), 0);
    ck_assert_int_eq(rename(away, run.files.path), 0);
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    assert_all_there();
}
END_TEST

static Suite *make_suite(const char *name, bool is_apart)
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create("trouble");
    if (is_apart)
        tcase_add_unchecked_fixture(tests, journal_runs_apart, journal_runs_inline);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, failed_write_loses_and_doubles_nothing, 0, 12);
    tcase_add_loop_test(tests, failed_sync_loses_and_doubles_nothing, 0, 8);
    tcase_add_loop_test(tests, failed_reservation_loses_and_doubles_nothing, 0, 16);
    tcase_add_test(tests, disk_that_reserves_nothing_will_do);
    tcase_add_loop_test(tests, first_failure_is_made_good_at_once, 0, 2);
    tcase_add_test(tests, disk_that_goes_on_failing_is_refused_and_tried_again);
    tcase_add_test(tests, failed_segments_without_events_go);
    tcase_add_loop_test(tests, refused_sequences_pass_for_no_gap, 0, 2);
    tcase_add_test(tests, name_that_is_taken_holds_nothing_up);
    tcase_add_test(tests, interval_mode_writes_again_what_was_not_synced);
    tcase_add_test(tests, interval_mode_syncs_what_it_wrote_again);
    tcase_add_loop_test(tests, removed_directory_begins_anew, 0, 6);
    tcase_add_test(tests, interval_mode_knows_how_far_it_synced_what_it_wrote_again);
    tcase_add_test(tests, idle_journal_notices_that_its_directory_is_gone);
    tcase_add_test(tests, directory_that_can_not_come_back_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}

Suite *journal_commit_faults_suite(void)
{
    return make_suite("journal_commit_faults", false);
}

/* The same through the worker. */
Suite *journal_commit_faults_apart_suite(void)
{
    return make_suite("journal_commit_faults_apart", true);
}
