/* What is made durable, and when: calls are counted, since no test here loses power. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "metrics/metrics.h"
#include "store/journal/checkpoint.h"
#include "store/journal/recovery.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 256 * 1024 };

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

static void begin(enum journal_sync sync)
{
    journal_run_open(&run, sync, MAX_BYTES);
    disk_faults_reset();
}

static unsigned syncs_when_durable;

static void note_syncs(struct journal_run *unused)
{
    (void)unused;
    syncs_when_durable = disk_faults.syncs;
}

START_TEST(events_are_synced_before_they_are_answered)
{
    begin(JOURNAL_SYNC_ALWAYS);
    run.durable = note_syncs;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(syncs_when_durable, 1);
    ck_assert_uint_eq(disk_faults.syncs, 1);
    ck_assert(journal_is_synced(run.journal));
}
END_TEST

START_TEST(only_one_mode_waits_for_the_disk)
{
    begin((enum journal_sync)_i);
    ck_assert(!journal_is_synced(run.journal));
    run.durable = note_syncs;
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert_uint_eq(syncs_when_durable, 0);
}
END_TEST

/* A segment that is finished is no more the open one, which is all that the next tick syncs. */
START_TEST(interval_mode_syncs_a_segment_before_it_is_finished)
{
    begin(JOURNAL_SYNC_INTERVAL);
    const struct segments *segments = journal_run_segments(&run);
    while (segments->count == 1) {
        ck_assert_uint_eq(disk_faults.syncs, 0);
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    }
    ck_assert_uint_eq(disk_faults.syncs, 1);
    ck_assert_uint_eq(run.rewritten, 0);
}
END_TEST

START_TEST(interval_mode_writes_again_what_it_can_not_sync_before_it_is_finished)
{
    begin(JOURNAL_SYNC_INTERVAL);
    const struct segments *segments = journal_run_segments(&run);
    disk_faults.sync_fails_in = 1;
    while (segments->count == 1)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    ck_assert(journal_files_logged(&run.files, "journal segment given up: sync"));
    ck_assert_uint_eq(run.rewritten, 1);
    ck_assert_uint_lt(run.rewritten_after, run.accepted[0].sequence);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

START_TEST(mode_off_leaves_it_to_the_system)
{
    begin(JOURNAL_SYNC_OFF);
    const struct segments *segments = journal_run_segments(&run);
    while (segments->count < 3)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    journal_run_tick(&run);
    ck_assert_uint_eq(disk_faults.syncs, 0);
}
END_TEST

START_TEST(interval_mode_syncs_once_for_what_was_written)
{
    begin(JOURNAL_SYNC_INTERVAL);
    for (int i = 0; i < 3; i++)
        journal_run_tick(&run);
    ck_assert_uint_eq(disk_faults.syncs, 0);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    for (int i = 0; i < 3; i++)
        journal_run_tick(&run);
    ck_assert_uint_eq(disk_faults.syncs, 1);
}
END_TEST

/* Whatever the mode: a process that ends as it should leaves nothing to chance. */
START_TEST(end_syncs_and_closes)
{
    begin((enum journal_sync)_i);
    size_t descriptors = journal_files_count("/proc/self/fd", "");
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    uint64_t stored = run.accepted[4].sequence;
    journal_stored(run.journal, stored);
    unsigned before = disk_faults.syncs;
    journal_run_end(&run);
    ck_assert_uint_eq(disk_faults.syncs, before + 1);
    /* The directory, its lock, the checkpoint and the segment. */
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), descriptors - 4);
    journal_files_restart(&run.files);
    unsigned writes = disk_faults.writes;
    journal_files_load(&run.files);
    ck_assert_uint_eq(disk_faults.writes, writes); /* it was closed already */
    ck_assert_uint_eq(run.files.segments.count, 1);
    ck_assert_uint_eq(run.files.segments.items[0].records, 10);
    struct checkpoint checkpoint;
    checkpoint_init(&checkpoint, &run.files.directory);
    ck_assert_uint_eq(checkpoint.sequence, stored);
}
END_TEST

/* What is closed in the place of a process that was killed is not looked at again. */
START_TEST(segment_of_an_earlier_run_is_synced_when_it_is_closed)
{
    begin(JOURNAL_SYNC_ALWAYS);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    disk_faults_reset();
    segments_clear(&run.files.segments);
    struct error error = {""};
    struct directory directory;
    struct journal_identity identity;
    ck_assert_int_eq(journal_files_peek(run.files.path, &directory, &identity, &error), RESULT_OK);
    struct segments segments = run.files.segments;
    segments.directory = &directory;
    segments.journal = identity.journal;
    ck_assert_int_eq(recovery_load(&segments, &error), RESULT_OK);
    ck_assert_uint_eq(disk_faults.syncs, 1);
    segments_clear(&segments);
    directory_close(&directory);
}
END_TEST

/* A disk that is full later must not keep the checkpoint from being written. */
START_TEST(checkpoint_has_its_place_from_the_beginning)
{
    begin(JOURNAL_SYNC_ALWAYS);
    ck_assert_int_eq(access(journal_files_path(&run.files, "stored"), F_OK), 0);
}
END_TEST

START_TEST(journal_is_looked_after_in_time)
{
    begin(JOURNAL_SYNC_ALWAYS);
    ck_assert(journal_run_is_ticking(&run));
}
END_TEST

START_TEST(journal_in_memory_is_no_secret)
{
    begin(JOURNAL_SYNC_ALWAYS);
    int is_in_memory = strncmp(run.files.path, "/dev/shm/", 9) == 0;
    ck_assert_int_eq(journal_files_logged(&run.files, "JOURNAL_DIR is in memory"), is_in_memory);
}
END_TEST

/* The directory is left to whoever can open the journal. */
START_TEST(failed_start_holds_nothing)
{
    struct error error = {""};
    begin(JOURNAL_SYNC_ALWAYS);
    journal_run_end(&run);
    size_t descriptors = journal_files_count("/proc/self/fd", "");
    const char *path = journal_files_segment_path(&run.files, 9);
    ck_assert_int_eq(symlink(path, path), 0); /* to itself */
    struct metrics *metrics = metrics_new();
    ck_assert_ptr_null(
        journal_open(run.base, &run.settings, run.syncer, metrics, run.files.log, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "JOURNAL_DIR: "));
    ck_assert_ptr_nonnull(strstr(error.text, path));
    metrics_free(metrics);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), descriptors);
}
END_TEST

static Suite *make_suite(const char *name, bool is_apart)
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create("durability");
    if (is_apart)
        tcase_add_unchecked_fixture(tests, journal_runs_apart, journal_runs_inline);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, events_are_synced_before_they_are_answered);
    tcase_add_loop_test(tests, only_one_mode_waits_for_the_disk, JOURNAL_SYNC_INTERVAL,
                        JOURNAL_SYNC_MODES);
    tcase_add_test(tests, interval_mode_syncs_a_segment_before_it_is_finished);
    tcase_add_test(tests, interval_mode_writes_again_what_it_can_not_sync_before_it_is_finished);
    tcase_add_test(tests, mode_off_leaves_it_to_the_system);
    tcase_add_test(tests, interval_mode_syncs_once_for_what_was_written);
    tcase_add_loop_test(tests, end_syncs_and_closes, 0, JOURNAL_SYNC_MODES);
    tcase_add_test(tests, segment_of_an_earlier_run_is_synced_when_it_is_closed);
    tcase_add_test(tests, checkpoint_has_its_place_from_the_beginning);
    tcase_add_test(tests, journal_is_looked_after_in_time);
    tcase_add_test(tests, journal_in_memory_is_no_secret);
    tcase_add_test(tests, failed_start_holds_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}

Suite *journal_durability_suite(void)
{
    return make_suite("journal_durability", false);
}

/* The same through the worker. */
Suite *journal_durability_apart_suite(void)
{
    return make_suite("journal_durability_apart", true);
}
