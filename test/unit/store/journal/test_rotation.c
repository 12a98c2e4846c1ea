/* The segment that is written to and the next one: how each is made, closed, and makes room. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "metrics/metrics.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum {
    MAX_BYTES = 256 * 1024,
    SEGMENT_BYTES = MAX_BYTES / 4,
    ROOM_BYTES = SEGMENT_BYTES - RECORD_END_BYTES
};

static struct journal_run run;

static void set_up(void)
{
    disk_faults_reset();
    journal_run_open(&run, JOURNAL_SYNC_ALWAYS, MAX_BYTES);
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_run_close(&run);
}

static struct segments *segments(void)
{
    return journal_run_segments(&run);
}

static struct segment *active(void)
{
    return &segments()->items[segments()->count - 1];
}

/* Commits event by event until there are so many segments. */
static void fill_to(size_t count)
{
    while (segments()->count < count)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
}

/* Commits event by event until the next one needs another segment. */
static void fill_up(void)
{
    while (ROOM_BYTES - active()->bytes >= journal_run_record_bytes(run.appended_count))
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
}

static uint64_t size_of(uint64_t number)
{
    struct stat status;
    ck_assert_int_eq(stat(journal_files_segment_path(&run.files, number), &status), 0);
    return (uint64_t)status.st_size;
}

static size_t descriptors(void)
{
    return journal_files_count("/proc/self/fd", "");
}

/* Its header and its name, whatever the mode: else a power loss takes what was answered in it. */
START_TEST(segment_is_synced_when_it_is_made)
{
    journal_run_close(&run);
    journal_run_open(&run, (enum journal_sync)_i, MAX_BYTES);
    for (size_t count = 2; count <= 3; count++) {
        while (segments()->count < count) {
            disk_faults_reset();
            ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
        }
        ck_assert_uint_eq(disk_faults.file_syncs, 1);
        ck_assert_uint_eq(disk_faults.directory_syncs, 1);
    }
}
END_TEST

/* What fails in the making of the second segment, and in which call: that of the end of the first
 * one comes before the header. */
static const struct {
    size_t fails_in; /* its place in the faults */
    unsigned call;
} makings[] = {
    {offsetof(struct disk_fault_plan, reserve_fails_in), 1},
    {offsetof(struct disk_fault_plan, write_fails_in), 2},
    {offsetof(struct disk_fault_plan, write_fails_in), 3},
    {offsetof(struct disk_fault_plan, full_sync_fails_in), 1},
    {offsetof(struct disk_fault_plan, full_sync_fails_in), 2},
};

static void fail_in_making(int i)
{
    unsigned *faults = (unsigned *)&disk_faults;
    faults[makings[i].fails_in / sizeof *faults] = makings[i].call;
}

enum { MAKINGS = sizeof makings / sizeof makings[0] };

START_TEST(segment_that_can_not_be_made_is_not_used_and_leaves_nothing)
{
    size_t before = descriptors();
    fill_up();
    fail_in_making(_i);
    ck_assert_uint_eq(journal_run_commit(&run, 1), 0);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FAILED);
    ck_assert_uint_eq(segments()->count, 1);
    ck_assert_uint_eq(journal_files_count(run.files.path, "0000"), 1);
    ck_assert_uint_eq(descriptors(), before - 1);
    disk_faults.reserve_fails_in = 1;
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FAILED);
    ck_assert_int_eq(journal_files_logged(&run.files, "journal refuses events"), 1);
    journal_stored(run.journal,
                   run.accepted[0].sequence); /* for the checkpoint to be opened, too */
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(segments()->count, 2);
    ck_assert_uint_eq(descriptors(), before);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

START_TEST(header_says_whose_segment_it_is)
{
    const struct journal_identity *identity = journal_identity(run.journal);
    struct segment_header header = journal_run_header(&run, 1);
    ck_assert_uint_eq(header.number, 1);
    ck_assert_uint_eq(header.run, identity->run);
    ck_assert_mem_eq(header.journal, identity->journal, UUID_BYTES);
    ck_assert_mem_eq(header.nonce, identity->nonce, UUID_BYTES);
    ck_assert_uint_eq(header.first_sequence, journal_first_sequence(run.journal));
    ck_assert_uint_eq(header.accepted_through, journal_first_sequence(run.journal) - 1);
}
END_TEST

/* Of a segment that fails, what was answered counts, be it a single event, and nothing else. */
START_TEST(what_was_answered_from_a_failed_segment_is_not_void)
{
    uint64_t first = journal_first_sequence(run.journal);
    for (int i = 0; i < _i; i++)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    disk_faults.sync_fails_in = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    struct segment_header header = journal_run_header(&run, 2);
    ck_assert_uint_eq(header.first_sequence, first + (uint64_t)_i);
    ck_assert_uint_eq(header.accepted_through, first + (uint64_t)_i - 1);
    ck_assert_uint_eq(
        metrics_counter(run.metrics, "adtracker_journal_failures_total", "", "")->value, 1);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), (size_t)_i + 1);
}
END_TEST

/* So that the next start need not read it through. */
static void assert_closed(const struct segment *segment)
{
    uint8_t bytes[RECORD_END_BYTES];
    struct record end;
    uint64_t size = size_of(segment->number);
    ck_assert_uint_eq(size, segment->bytes + RECORD_END_BYTES);
    ck_assert_uint_eq(size, segment->disk_bytes);
    int fd = open(journal_files_segment_path(&run.files, segment->number), O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(pread(fd, bytes, sizeof bytes, (off_t)segment->bytes), (ssize_t)sizeof bytes);
    (void)close(fd);
    ck_assert_uint_eq(record_read(bytes, sizeof bytes, segment->salt, &end), RECORD_END_BYTES);
    ck_assert_int_eq(end.type, RECORD_END);
    ck_assert_uint_eq(end.sequence, segment->last_sequence);
    ck_assert_uint_eq(record_end_count(&end), segment->records);
}

START_TEST(full_segment_is_closed_and_its_rest_given_back)
{
    size_t before = descriptors();
    fill_to(3);
    assert_closed(&segments()->items[0]);
    assert_closed(&segments()->items[1]);
    ck_assert_uint_eq(size_of(3), SEGMENT_BYTES);
    ck_assert_uint_eq(descriptors(), before);
}
END_TEST

/* A few bytes at a time, with interruptions. */
START_TEST(disk_that_takes_little_at_once_gets_everything)
{
    disk_faults.piece_bytes = 11;
    fill_to(2);
    assert_closed(&segments()->items[0]);
    disk_faults_reset();
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

/* Its name leads to another file, as when somebody has put a copy back: what is written is lost. */
START_TEST(segment_in_whose_place_is_another_is_given_up)
{
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    const char *path = journal_files_segment_path(&run.files, 1);
    ck_assert_int_eq(unlink(path), 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    (void)close(fd);
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    ck_assert(journal_files_logged(&run.files, "it is gone from its directory"));
    ck_assert_uint_eq(run.rewritten, 1);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), 20);
}
END_TEST

START_TEST(zeros_lie_ahead_of_the_records)
{
    enum { COMMITS = 10, EVENTS = 1000 };
    journal_run_close(&run);
    journal_run_open(&run, JOURNAL_SYNC_OFF, 16 * 1024 * 1024);
    unsigned before = disk_faults.writes;
    for (int i = 0; i < COMMITS; i++)
        ck_assert_uint_eq(journal_run_commit(&run, EVENTS), EVENTS);
    ck_assert_uint_gt(active()->bytes, 512 * 1024); /* as many are written when it is made */
    ck_assert_uint_eq(disk_faults.writes - before, COMMITS + 1);
}
END_TEST

/* Its end has its place: the space that was reckoned with, and taken from the disk, is enough. */
START_TEST(segment_takes_no_more_space_for_being_closed)
{
    fill_to(4);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_le(segments()->items[i].disk_bytes, SEGMENT_BYTES);
}
END_TEST

START_TEST(open_segment_takes_its_space)
{
    ck_assert_uint_eq(segments_disk_bytes(segments()), SEGMENT_BYTES);
    ck_assert_uint_eq(size_of(1), SEGMENT_BYTES);
}
END_TEST

START_TEST(segment_takes_a_quarter_of_what_is_free)
{
    static const struct {
        uint64_t free_blocks;
        uint64_t segment_bytes;
    } cases[] = {
        {44, 44 * 1024}, {46, 44 * 1024}, {8, 8 * 1024}, {1, 8 * 1024}, {1000, SEGMENT_BYTES}};
    journal_run_close(&run);
    disk_faults.free_bytes = cases[_i].free_blocks * 4096;
    journal_run_open(&run, JOURNAL_SYNC_OFF, MAX_BYTES);
    ck_assert_uint_eq(size_of(1), cases[_i].segment_bytes);
}
END_TEST

/* A full disk costs the oldest of those that are stored, and no more of them than it must. */
START_TEST(full_disk_costs_one_stored_segment)
{
    fill_to(3);
    run.settings.max_bytes = (uint64_t)4 * MAX_BYTES;
    journal_stored(run.journal, active()->first_sequence - 1);
    fill_up();
    disk_faults.reserve_fails_in = 1;
    disk_faults.reason = _i == 0 ? ENOSPC : EDQUOT;
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    ck_assert_uint_eq(active()->number, 4);
    ck_assert_uint_eq(segments()->count, 3);
    ck_assert_uint_eq(segments()->items[0].number, 2);
}
END_TEST

START_TEST(open_segment_does_not_go_for_the_next_one)
{
    run.settings.max_bytes = SEGMENT_BYTES;
    while (journal_refusal(run.journal) == REFUSAL_NONE) {
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
        journal_stored(run.journal, active()->last_sequence);
    }
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_JOURNAL_FULL);
    ck_assert_uint_eq(segments()->count, 1);
    ck_assert_uint_eq(size_of(1), SEGMENT_BYTES);
    journal_run_end(&run);
    ck_assert_uint_eq(journal_run_read_back(&run), run.accepted_count);
}
END_TEST

/* What is stored goes, however little comes; and one that is empty stays. */
START_TEST(segment_with_events_is_closed_when_it_is_old)
{
    journal_run_close(&run);
    journal_run_open(&run, (enum journal_sync)_i, MAX_BYTES);
    run.settings.close_s = run.settings.keep_s = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 3), 3);
    uint64_t number = active()->number;
    journal_run_tick(&run);
    ck_assert_uint_eq(active()->number, number);
    (void)usleep(1100000);
    journal_run_tick(&run);
    journal_run_settle(&run);
    journal_run_tick(&run);
    ck_assert_uint_eq(active()->number, number + 1);
    ck_assert_uint_eq(segments()->count, 2);
    ck_assert_uint_eq(journal_run_commit(&run, 2), 2);
    journal_stored(run.journal, run.accepted[2].sequence);
    (void)usleep(1100000);
    for (int i = 0; i < 4; i++) {
        journal_run_tick(&run);
        journal_run_settle(&run);
    }
    ck_assert_int_ne(access(journal_files_segment_path(&run.files, number), F_OK), 0);
    ck_assert_uint_eq(active()->number, number + 2);
    (void)usleep(1100000);
    journal_run_tick(&run);
    ck_assert_uint_eq(active()->number, number + 2);
    journal_run_kill(&run);
    ck_assert_uint_eq(journal_backlog(run.journal, run.accepted[2].sequence), 2);
}
END_TEST

static Suite *make_suite(const char *name, bool is_apart)
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create("rotation");
    if (is_apart)
        tcase_add_unchecked_fixture(tests, journal_runs_apart, journal_runs_inline);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, segment_is_synced_when_it_is_made, 0, JOURNAL_SYNC_MODES);
    tcase_add_loop_test(tests, segment_that_can_not_be_made_is_not_used_and_leaves_nothing, 0,
                        MAKINGS);
    tcase_add_test(tests, header_says_whose_segment_it_is);
    tcase_add_loop_test(tests, what_was_answered_from_a_failed_segment_is_not_void, 1, 4);
    tcase_add_test(tests, full_segment_is_closed_and_its_rest_given_back);
    tcase_add_loop_test(tests, segment_with_events_is_closed_when_it_is_old, 0, JOURNAL_SYNC_MODES);
    tcase_add_test(tests, disk_that_takes_little_at_once_gets_everything);
    tcase_add_test(tests, segment_in_whose_place_is_another_is_given_up);
    tcase_add_test(tests, zeros_lie_ahead_of_the_records);
    tcase_add_test(tests, segment_takes_no_more_space_for_being_closed);
    tcase_add_test(tests, open_segment_takes_its_space);
    tcase_add_loop_test(tests, segment_takes_a_quarter_of_what_is_free, 0, 5);
    tcase_add_loop_test(tests, full_disk_costs_one_stored_segment, 0, 2);
    tcase_add_test(tests, open_segment_does_not_go_for_the_next_one);
    suite_add_tcase(suite, tests);
    return suite;
}

Suite *journal_rotation_suite(void)
{
    return make_suite("journal_rotation", false);
}

/* The same through the worker. */
Suite *journal_rotation_apart_suite(void)
{
    return make_suite("journal_rotation_apart", true);
}
