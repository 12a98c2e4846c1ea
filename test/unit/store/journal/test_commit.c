/* The journal at work on a sound disk: what is committed is there after the end, however it ends.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "store/base/crc32c.h"
#include "store/journal/reader.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 256 * 1024, SEGMENT_BYTES = MAX_BYTES / 4 };

static struct journal_run run;

static void set_up(void)
{
    disk_faults_reset();
}

static void fill(size_t commits, size_t events)
{
    for (size_t i = 0; i < commits; i++)
        ck_assert_uint_eq(journal_run_commit(&run, events), events);
}

START_TEST(committed_events_come_back)
{
    journal_run_open(&run, (enum journal_sync)_i, MAX_BYTES);
    ck_assert_uint_eq(journal_first_sequence(run.journal), (UINT64_C(2) << JOURNAL_RUN_SHIFT) + 1);
    fill(20, 1);
    fill(20, 50);
    ck_assert_uint_eq(run.accepted[0].sequence, journal_first_sequence(run.journal));
    journal_run_kill(&run);
    ck_assert_uint_eq(journal_first_sequence(run.journal), (UINT64_C(3) << JOURNAL_RUN_SHIFT) + 1);
    fill(5, 5);
    journal_close(run.journal);
    run.journal = NULL;
    ck_assert_uint_eq(journal_run_read_back(&run), 1045);
    journal_run_close(&run);
}
END_TEST

START_TEST(every_mode_syncs_as_it_says)
{
    static const unsigned at_least[] = {10, 1, 0};
    static const unsigned at_most[] = {10, 3, 0};
    journal_run_open(&run, (enum journal_sync)_i, 16 * 1024 * 1024);
    disk_faults_reset();
    fill(10, 10);
    journal_run_tick(&run);
    ck_assert_uint_ge(disk_faults.syncs, at_least[_i]);
    ck_assert_uint_le(disk_faults.syncs, at_most[_i]);
    ck_assert_uint_eq(disk_faults.writes, 10);
    journal_run_close(&run);
}
END_TEST

/* Else a power loss takes the file's name, and all that was acknowledged in it. */
START_TEST(new_segments_are_synced_into_the_directory)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    while (journal_run_segments(&run)->count < 3) {
        size_t count = journal_run_segments(&run)->count;
        unsigned before = disk_faults.directory_syncs;
        ck_assert_uint_eq(journal_run_commit(&run, 100), 100);
        if (journal_run_segments(&run)->count > count)
            ck_assert_uint_gt(disk_faults.directory_syncs, before);
    }
    journal_run_close(&run);
}
END_TEST

START_TEST(nothing_appended_is_no_commit)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    disk_faults_reset();
    ck_assert_uint_eq(journal_run_commit(&run, 0), 0);
    ck_assert_uint_eq(disk_faults.writes, 0);
    ck_assert_uint_eq(disk_faults.syncs, 0);
    journal_run_close(&run);
}
END_TEST

/* Segments change within a commit, so a header must not promise what comes later. */
START_TEST(no_record_is_below_its_segments_first_sequence)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    fill(25, 100);
    const struct segments *segments = journal_run_segments(&run);
    ck_assert_uint_ge(segments->count, 2);
    uint64_t read = 0;
    for (size_t i = 0; i < segments->count; i++) {
        const struct segment *segment = &segments->items[i];
        ck_assert_uint_le(segment->first_sequence, run.accepted[read].sequence);
        read += segment->records;
        ck_assert_uint_eq(segment->last_sequence, run.accepted[read - 1].sequence);
    }
    ck_assert_uint_eq(read, run.accepted_count);
    journal_run_close(&run);
}
END_TEST

START_TEST(commit_larger_than_several_segments_is_whole)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    run.settings.max_bytes = 64 * 1024 * 1024;
    for (int i = 0; i < 6; i++)
        ck_assert_uint_eq(journal_run_commit(&run, 500), 500);
    journal_close(run.journal);
    run.journal = NULL;
    ck_assert_uint_eq(journal_run_read_back(&run), 3000);
    journal_run_close(&run);
}
END_TEST

START_TEST(full_journal_refuses_until_the_database_takes_some)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    while (journal_run_commit(&run, 7) == 7)
        ;
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_JOURNAL_FULL);
    ck_assert_int_ne(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_le(segments_disk_bytes(journal_run_segments(&run)), MAX_BYTES);
    ck_assert_uint_ge(segments_waiting_bytes(journal_run_segments(&run)), MAX_BYTES / 2);
    journal_run_tick(&run);
    ck_assert_int_ne(journal_refusal(run.journal), REFUSAL_NONE);
    journal_stored(run.journal, run.accepted[run.accepted_count / 2].sequence);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert(journal_files_logged(&run.files, "journal refuses events: JOURNAL_MAX_BYTES"));
    ck_assert(journal_files_logged(&run.files, "journal accepts events again"));
    fill(1, 7);
    journal_run_close(&run);
}
END_TEST

static uint64_t mix(uint64_t digest, uint64_t value)
{
    return (digest ^ value) * UINT64_C(0x9E3779B97F4A7C15);
}

/* The names in the directory, and of each file its length and when it was written, in one number.
 */
static uint64_t digest_directory(void)
{
    uint64_t digest = 0;
    DIR *entries = opendir(run.files.path);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        struct stat status;
        if (strcmp(entry->d_name, "..") == 0)
            continue; /* others work there */
        uint64_t own = crc32c((const uint8_t *)entry->d_name, strlen(entry->d_name));
        ck_assert_int_eq(fstatat(dirfd(entries), entry->d_name, &status, 0), 0);
        own = mix(own, (uint64_t)status.st_size);
        own = mix(own, (uint64_t)status.st_mtim.tv_sec);
        digest += mix(own, (uint64_t)status.st_mtim.tv_nsec);
    }
    (void)closedir(entries);
    return digest;
}

/* GET /readyz asks: wherever a segment is nearly full, and stored ones may go for the next one, it
 * must not be the question that lets them go. */
START_TEST(asking_changes_no_file)
{
    journal_run_open(&run, JOURNAL_SYNC_OFF, MAX_BYTES);
    uint64_t first = journal_run_segments(&run)->items[0].number;
    for (int i = 0; i < 9000; i++) {
        fill(1, 1);
        if (i % 3 != 0)
            journal_stored(run.journal, run.accepted[run.accepted_count - 1].sequence);
        uint64_t before = digest_directory();
        enum refusal refusal = journal_refusal(run.journal);
        for (int asked = 0; asked < 5; asked++)
            ck_assert_int_eq(journal_refusal(run.journal), refusal);
        ck_assert_uint_eq(digest_directory(), before);
        ck_assert_int_eq(refusal, REFUSAL_NONE);
    }
    ck_assert_uint_gt(journal_run_segments(&run)->items[0].number, first); /* some did go */
    journal_run_close(&run);
}
END_TEST

/* All through a long life: the space is bounded, and only what is stored goes for it. */
START_TEST(space_is_bounded_and_what_waits_is_kept)
{
    journal_run_open(&run, JOURNAL_SYNC_OFF, MAX_BYTES);
    for (int i = 0; i < 150; i++) {
        fill(1, 100);
        journal_stored(run.journal, run.accepted[run.accepted_count - 90].sequence);
        ck_assert_uint_le(segments_disk_bytes(journal_run_segments(&run)), MAX_BYTES);
    }
    ck_assert_uint_ge(journal_run_segments(&run)->count, 3);
    journal_run_close(&run);
}
END_TEST

START_TEST(stored_segments_go_when_their_time_is_over)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    fill(30, 100);
    size_t count = journal_run_segments(&run)->count;
    ck_assert_uint_ge(count, 2);
    run.settings.keep_s = 1;
    journal_stored(run.journal, run.accepted[run.accepted_count - 1].sequence);
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_segments(&run)->count, count);
    (void)usleep(1100000);
    while (--count > 0) {
        journal_run_tick(&run);
        ck_assert_uint_eq(journal_run_segments(&run)->count, count); /* one at a time */
    }
    journal_run_tick(&run);
    ck_assert_uint_eq(journal_run_segments(&run)->count, 1);
    ck_assert_uint_eq(journal_files_count(run.files.path, "0000"), 1);
    fill(1, 10);
    journal_run_close(&run);
}
END_TEST

START_TEST(hint_of_what_is_stored_outlives_a_kill)
{
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    ck_assert_uint_eq(journal_stored_sequence(run.journal), 0);
    fill(5, 10);
    uint64_t stored = run.accepted[30].sequence;
    journal_stored(run.journal, stored);
    journal_run_tick(&run);
    journal_run_kill(&run);
    ck_assert_uint_eq(journal_stored_sequence(run.journal), stored);
    journal_run_close(&run);
}
END_TEST

/* Killed while a segment is made, the file is there without a header: nothing is damaged by that.
 */
START_TEST(segment_killed_in_its_making_is_no_damage)
{
    static const size_t sizes[] = {0, 1, 127, 128, SEGMENT_BYTES};
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    fill(3, 10);
    const char *path = journal_files_segment_path(&run.files, 2);
    FILE *file = fopen(path, "we");
    ck_assert_ptr_nonnull(file);
    (void)fclose(file);
    ck_assert_int_eq(truncate(path, (off_t)sizes[_i]), 0);
    journal_run_kill(&run);
    fill(3, 10);
    ck_assert_uint_eq(journal_run_segments(&run)->count, 2);
    ck_assert(!journal_files_logged(&run.files, "damaged journal bytes"));
    journal_run_kill(&run);
    fill(1, 1);
    journal_run_close(&run);
}
END_TEST

START_TEST(crash_after_crash_loses_and_doubles_nothing)
{
    journal_files_seed();
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
    run.settings.max_bytes = 64 * 1024 * 1024;
    for (int i = 0; i < 25; i++) {
        for (long commits = random() % 20; commits > 0; commits--)
            (void)journal_run_commit(&run, (size_t)random() % 60);
        journal_run_kill(&run);
    }
    journal_close(run.journal);
    run.journal = NULL;
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
    journal_run_close(&run);
}
END_TEST

static Suite *make_suite(const char *name, bool is_apart)
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create("commit");
    if (is_apart)
        tcase_add_unchecked_fixture(tests, journal_runs_apart, journal_runs_inline);
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, committed_events_come_back, 0, 3);
    tcase_add_loop_test(tests, every_mode_syncs_as_it_says, 0, 3);
    tcase_add_test(tests, new_segments_are_synced_into_the_directory);
    tcase_add_test(tests, nothing_appended_is_no_commit);
    tcase_add_test(tests, no_record_is_below_its_segments_first_sequence);
    tcase_add_test(tests, commit_larger_than_several_segments_is_whole);
    tcase_add_test(tests, full_journal_refuses_until_the_database_takes_some);
    tcase_add_test(tests, asking_changes_no_file);
    tcase_add_test(tests, space_is_bounded_and_what_waits_is_kept);
    tcase_add_test(tests, stored_segments_go_when_their_time_is_over);
    tcase_add_test(tests, hint_of_what_is_stored_outlives_a_kill);
    tcase_add_loop_test(tests, segment_killed_in_its_making_is_no_damage, 0, 5);
    tcase_add_test(tests, crash_after_crash_loses_and_doubles_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}

Suite *journal_commit_suite(void)
{
    return make_suite("journal_commit", false);
}

/* The same through the worker. */
Suite *journal_commit_apart_suite(void)
{
    return make_suite("journal_commit_apart", true);
}
