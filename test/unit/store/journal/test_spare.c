/* The segment that comes next is filled ahead of need, and nothing of it is ever read. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>
#include <event2/event.h>

#include "metrics/clock.h"
#include "store/journal/segments.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { SEGMENT_BYTES = 1024 * 1024, MAX_BYTES = 4 * SEGMENT_BYTES, WAIT_US = 10000000 };

static struct journal_run run;

static void set_up(void)
{
    disk_faults_reset();
    journal_runs_apart();
    journal_run_open(&run, JOURNAL_SYNC_OFF, MAX_BYTES);
    disk_faults_reset();
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_run_close(&run);
    journal_runs_inline();
}

static const char *spare_path(void)
{
    return journal_files_path(&run.files, "spare");
}

static uint64_t spare_blocks_bytes(void)
{
    struct stat status;
    return stat(spare_path(), &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* 0 = there is none. */
static ino_t inode(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_ino : 0;
}

static void run_for(int64_t us)
{
    for (int64_t end_us = clock_monotonic_us() + us; clock_monotonic_us() < end_us;)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
}

/* Its first slice comes after half a second. */
static void fill_spare(void)
{
    journal_start(run.journal);
    for (int64_t end_us = clock_monotonic_us() + WAIT_US;
         !journal_run_has_spare(&run) && clock_monotonic_us() < end_us;)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ck_assert(journal_run_has_spare(&run));
}

static void fill_segment(void)
{
    size_t segments = journal_run_segments(&run)->count;
    while (journal_run_segments(&run)->count == segments)
        ck_assert_uint_eq(journal_run_commit(&run, 100), 100);
}

START_TEST(it_is_filled_in_synced_slices)
{
    fill_spare();
    ck_assert_uint_eq(spare_blocks_bytes(), SEGMENT_BYTES);
    ck_assert_uint_eq(disk_faults.file_syncs, SEGMENT_BYTES / (512 * 1024));
    ck_assert_uint_eq(disk_faults.syncs, 0);
    ck_assert_uint_eq(journal_run_segments(&run)->count, 1);
}
END_TEST

START_TEST(it_becomes_the_next_segment)
{
    fill_spare();
    ino_t spare = inode(spare_path());
    fill_segment();
    ck_assert_uint_eq(inode(journal_files_segment_path(&run.files, 2)), spare);
    ck_assert_uint_ne(inode(spare_path()), spare);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

/* No matter how far it came. The next one may have been begun by then. */
START_TEST(it_is_used_before_it_is_full)
{
    journal_start(run.journal);
    while (disk_faults.file_syncs == 0)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    ino_t spare = inode(spare_path());
    fill_segment();
    ck_assert_uint_eq(inode(journal_files_segment_path(&run.files, 2)), spare);
    ck_assert_uint_ne(inode(spare_path()), spare);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

START_TEST(it_counts_and_goes_at_the_end)
{
    fill_spare();
    ck_assert_uint_eq(journal_run_disk_bytes(&run), 2 * SEGMENT_BYTES);
    journal_run_end(&run);
    ck_assert_int_ne(access(spare_path(), F_OK), 0);
}
END_TEST

START_TEST(that_of_a_process_that_died_is_removed_unread)
{
    fill_spare();
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    journal_run_kill(&run);
    ck_assert_int_ne(access(spare_path(), F_OK), 0);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

static void open_small(void)
{
    enum { SMALL_MAX_BYTES = 256 * 1024 };
    journal_run_close(&run);
    journal_run_open(&run, JOURNAL_SYNC_OFF, SMALL_MAX_BYTES);
}

START_TEST(with_it_all_stays_within_the_limit)
{
    open_small();
    fill_spare();
    while (journal_refusal(run.journal) == REFUSAL_NONE) {
        (void)journal_run_commit(&run, 10);
        ck_assert_uint_le(journal_run_disk_bytes(&run), run.settings.max_bytes);
    }
    ck_assert_uint_eq(journal_run_segments(&run)->count, 4);
}
END_TEST

START_TEST(it_takes_its_place_beside_a_batch)
{
    open_small();
    fill_spare();
    uint64_t segment_bytes = run.settings.max_bytes / 4;
    ck_assert_int_eq(journal_reserve(run.journal, 3 * segment_bytes), REFUSAL_NONE);
    ck_assert_int_eq(journal_reserve(run.journal, 4 * segment_bytes), REFUSAL_JOURNAL_FULL);
}
END_TEST

/* Where the journal is full it would take more than its share. */
START_TEST(that_of_a_process_that_died_is_no_burden)
{
    open_small();
    while (journal_refusal(run.journal) == REFUSAL_NONE)
        (void)journal_run_commit(&run, 10);
    int fd = open(spare_path(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    ck_assert_int_eq(close(fd), 0);
    journal_run_kill(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_JOURNAL_FULL);
    ck_assert_int_ne(access(spare_path(), F_OK), 0);
}
END_TEST

START_TEST(it_is_not_filled_while_somebody_waits)
{
    journal_start(run.journal);
    uint8_t payload[] = "waits";
    (void)journal_append(run.journal, payload, sizeof payload);
    run_for(1000000);
    ck_assert_uint_eq(disk_faults.file_syncs, 0);
    ck_assert_int_ne(access(spare_path(), F_OK), 0);
}
END_TEST

START_TEST(where_it_has_no_room_there_is_none)
{
    enum { LOOKS_US = 1500000 };
    open_small();
    for (int i = 0; i < 3; i++)
        fill_segment(); /* a quarter each */
    journal_start(run.journal);
    run_for(LOOKS_US);
    ck_assert_int_ne(access(spare_path(), F_OK), 0);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
}
END_TEST

START_TEST(a_slice_that_fails_costs_the_spare_alone)
{
    disk_faults.full_sync_fails_in = 2;
    journal_start(run.journal);
    while (disk_faults.file_syncs < 2)
        (void)event_base_loop(run.base, EVLOOP_ONCE);
    journal_run_settle(&run);
    ck_assert_int_ne(access(spare_path(), F_OK), 0);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    fill_spare();
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
}
END_TEST

START_TEST(one_that_somebody_removed_is_made_anew)
{
    fill_spare();
    ck_assert_int_eq(unlink(spare_path()), 0);
    fill_segment();
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

Suite *journal_spare_suite(void)
{
    Suite *suite = suite_create("journal_spare");
    TCase *tests = tcase_create("spare");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, it_is_filled_in_synced_slices);
    tcase_add_test(tests, it_becomes_the_next_segment);
    tcase_add_test(tests, it_is_used_before_it_is_full);
    tcase_add_test(tests, it_counts_and_goes_at_the_end);
    tcase_add_test(tests, that_of_a_process_that_died_is_removed_unread);
    tcase_add_test(tests, with_it_all_stays_within_the_limit);
    tcase_add_test(tests, it_takes_its_place_beside_a_batch);
    tcase_add_test(tests, that_of_a_process_that_died_is_no_burden);
    tcase_add_test(tests, it_is_not_filled_while_somebody_waits);
    tcase_add_test(tests, where_it_has_no_room_there_is_none);
    tcase_add_test(tests, a_slice_that_fails_costs_the_spare_alone);
    tcase_add_test(tests, one_that_somebody_removed_is_made_anew);
    suite_add_tcase(suite, tests);
    return suite;
}
