/* What the journal does, and what it leaves, while a sync of its own is in flight. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "store/journal/segments.h"
#include "test/unit/store/disk/worker_found.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 256 * 1024 };

static struct journal_run run;

static void set_up(void)
{
    disk_faults_reset();
    journal_runs_apart();
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_run_close(&run);
    journal_runs_inline();
}

static void open_run(enum journal_sync sync)
{
    journal_run_open(&run, sync, MAX_BYTES);
    disk_faults_reset();
}

/* Until the worker is at its next sync, and held there. */
static void run_to_sync(unsigned number)
{
    while (disk_faults.worker_syncs < number)
        (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

/* The sync of `events` is in flight. */
static void hold(size_t events)
{
    disk_faults.worker_syncs = 0;
    disk_faults.is_held = 1;
    journal_run_begin(&run, events);
    run_to_sync(1);
}

static void release(void)
{
    disk_faults.is_held = 0;
    journal_run_settle(&run);
}

static void run_turns(void)
{
    for (int i = 0; i < 50; i++)
        (void)event_base_loop(run.base, EVLOOP_NONBLOCK);
}

static void assert_all_there(void)
{
    disk_faults_reset();
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}

START_TEST(nothing_is_answered_before_the_sync_came_back)
{
    open_run(JOURNAL_SYNC_ALWAYS);
    hold(5);
    run_turns();
    ck_assert_uint_eq(run.accepted_count, 0);
    ck_assert_uint_eq(run.commits, 0);
    ck_assert_uint_eq(journal_backlog(run.journal, 0), 0);
    release();
    ck_assert_uint_eq(run.accepted_count, 5);
    ck_assert_uint_eq(run.commits, 1);
    assert_all_there();
}
END_TEST

START_TEST(what_comes_meanwhile_is_the_next_group)
{
    open_run(JOURNAL_SYNC_ALWAYS);
    hold(5);
    unsigned writes = disk_faults.writes;
    journal_run_begin(&run, 3);
    run_turns();
    ck_assert_uint_eq(disk_faults.writes, writes);
    release();
    ck_assert_uint_eq(run.accepted_count, 5);
    ck_assert_uint_eq(run.commits, 1);
    ck_assert_uint_eq(journal_run_commit(&run, 0), 3);
    assert_all_there();
}
END_TEST

/* Its directory is looked at later, and it is neither given up nor followed by another. */
START_TEST(the_tick_lets_it_be)
{
    open_run(JOURNAL_SYNC_ALWAYS);
    hold(5);
    unsigned writes = disk_faults.writes;
    unsigned syncs = disk_faults.syncs;
    char moved[300];
    (void)snprintf(moved, sizeof moved, "%s.moved", run.files.path);
    ck_assert_int_eq(rename(run.files.path, moved), 0);
    event_active(journal_run_ticker(&run), EV_TIMEOUT, 0);
    run_turns();
    ck_assert_uint_eq(disk_faults.syncs, syncs);
    ck_assert_uint_le(disk_faults.writes, writes + 1); /* the checkpoint's */
    ck_assert(!journal_files_logged(&run.files, "given up"));
    ck_assert_int_eq(rename(moved, run.files.path), 0);
    release();
    ck_assert_uint_eq(run.accepted_count, 5);
    assert_all_there();
}
END_TEST

/* Whatever another sync of it would say. */
START_TEST(a_sync_whose_worker_was_killed_has_failed)
{
    open_run(JOURNAL_SYNC_ALWAYS);
    ck_assert_uint_eq(journal_run_commit(&run, 2), 2);
    hold(5);
    (void)kill(worker_find(), SIGKILL);
    disk_faults.is_held = 0;
    unsigned syncs = disk_faults.syncs;
    journal_run_settle(&run);
    ck_assert(journal_files_logged(&run.files, "journal segment given up: sync"));
    ck_assert_uint_eq(run.accepted_count, 7); /* five of them in another segment */
    ck_assert_uint_eq(journal_run_segments(&run)->count, 2);
    ck_assert_uint_eq(journal_run_segments(&run)->items[0].records, 2);
    ck_assert_uint_eq(disk_faults.syncs, syncs + 1); /* of that one alone */
    assert_all_there();
}
END_TEST

START_TEST(the_end_leaves_it_as_it_is)
{
    open_run(JOURNAL_SYNC_ALWAYS);
    ck_assert_uint_eq(journal_run_commit(&run, 2), 2);
    hold(5);
    unsigned syncs = disk_faults.syncs;
    struct stat before;
    const char *path = journal_files_segment_path(&run.files, 1);
    ck_assert_int_eq(stat(path, &before), 0);
    journal_run_end(&run);
    ck_assert_uint_eq(disk_faults.syncs, syncs);
    struct stat after;
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size); /* not closed */
    ck_assert_uint_eq(run.accepted_count, 2);
    disk_faults.is_held = 0;
    ck_assert_uint_eq(journal_run_read_back(&run), 7);
}
END_TEST

START_TEST(the_interval_holds_up_what_comes_meanwhile)
{
    open_run(JOURNAL_SYNC_INTERVAL);
    ck_assert_uint_eq(journal_run_commit(&run, 5), 5);
    disk_faults.is_held = 1;
    event_active(journal_run_ticker(&run), EV_TIMEOUT, 0);
    run_to_sync(1);
    unsigned writes = disk_faults.writes;
    journal_run_begin(&run, 3);
    run_turns();
    ck_assert_uint_eq(disk_faults.writes, writes);
    ck_assert_uint_eq(run.accepted_count, 5);
    release();
    ck_assert_uint_ge(run.woken, 1);
    ck_assert_uint_eq(journal_run_commit(&run, 0), 3);
    assert_all_there();
}
END_TEST

static bool has_segment(uint64_t number)
{
    return access(journal_files_segment_path(&run.files, number), F_OK) == 0;
}

/* Header, sync, name, sync of the directory, and only then what is written to it. */
START_TEST(a_segment_is_there_step_by_step)
{
    open_run(JOURNAL_SYNC_OFF);
    while (journal_run_segments(&run)->items[0].bytes < 40 * 1024)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    size_t before = run.accepted_count;
    disk_faults.worker_syncs = 0;
    disk_faults.is_held = 1;
    journal_run_begin(&run, 1000);
    run_to_sync(1);
    ck_assert_uint_eq(disk_faults.file_syncs, 1);
    ck_assert(!has_segment(2));
    disk_faults.is_held = 0;
    while (!has_segment(2))
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    disk_faults.is_held = 1;
    if (disk_faults.worker_syncs == 1)
        run_to_sync(2);
    size_t accepted = run.accepted_count;
    ck_assert_uint_lt(accepted, before + 1000);
    release();
    ck_assert_uint_eq(disk_faults.directory_syncs, 1);
    ck_assert_uint_eq(run.accepted_count, before + 1000);
    assert_all_there();
}
END_TEST

Suite *journal_flight_suite(void)
{
    Suite *suite = suite_create("journal_flight");
    TCase *tests = tcase_create("flight");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, nothing_is_answered_before_the_sync_came_back);
    tcase_add_test(tests, what_comes_meanwhile_is_the_next_group);
    tcase_add_test(tests, the_tick_lets_it_be);
    tcase_add_test(tests, a_sync_whose_worker_was_killed_has_failed);
    tcase_add_test(tests, the_end_leaves_it_as_it_is);
    tcase_add_test(tests, the_interval_holds_up_what_comes_meanwhile);
    tcase_add_test(tests, a_segment_is_there_step_by_step);
    suite_add_tcase(suite, tests);
    return suite;
}
