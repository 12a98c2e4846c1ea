/* Events are refused before they do not fit any more, and taken again when they do. */
#include <stdint.h>
#include <sys/stat.h>

#include <check.h>

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

static uint64_t size_of(uint64_t number)
{
    struct stat status;
    ck_assert_int_eq(stat(journal_files_segment_path(&run.files, number), &status), 0);
    return (uint64_t)status.st_size;
}

/* Nothing is taken that does not fit, appended one by one or many at once; and it goes on where it
 * stopped when there is room. */
START_TEST(refuses_while_all_that_it_took_still_fits)
{
    fill_to(4);
    size_t at_once = _i == 0 ? 1 : 5000;
    while (journal_refusal(run.journal) == REFUSAL_NONE)
        (void)journal_run_commit(&run, at_once);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_JOURNAL_FULL);
    ck_assert_uint_eq(run.accepted_count, run.appended_count);
    ck_assert_uint_eq(size_of(4), SEGMENT_BYTES); /* still open */
    journal_stored(run.journal, segments()->items[0].last_sequence);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(segments()->items[0].number, 2);
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    ck_assert_uint_eq(active()->number, 4);
}
END_TEST

START_TEST(room_that_comes_by_itself_is_noticed)
{
    fill_to(4);
    while (journal_refusal(run.journal) == REFUSAL_NONE)
        (void)journal_run_commit(&run, 1);
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_JOURNAL_FULL);
    run.settings.max_bytes = (uint64_t)2 * MAX_BYTES;
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_int_eq(journal_files_logged(&run.files, "journal refuses events"), 1);
    ck_assert_int_eq(journal_files_logged(&run.files, "journal accepts events again"), 1);
}
END_TEST

/* How many more records fit into a segment that is used so far. */
static size_t count_fitting(uint32_t number, uint64_t used)
{
    size_t count = 0;
    while ((used += journal_run_record_bytes(number + (uint32_t)count)) <= ROOM_BYTES)
        count++;
    return count;
}

/* Where segments are as small as what is looked ahead by, room for one is not enough. */
START_TEST(says_that_it_takes_events_when_it_takes_the_next_two)
{
    journal_run_close(&run);
    journal_run_open(&run, JOURNAL_SYNC_OFF, 64 * 1024);
    while (journal_run_commit(&run, 1) == 1)
        continue;
    journal_run_kill(&run);
    for (size_t i = 0; i < run.accepted_count && journal_refusal(run.journal) != REFUSAL_NONE; i++)
        journal_stored(run.journal, run.accepted[i].sequence);
    for (int i = 0; i < 2; i++)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    ck_assert(journal_files_logged(&run.files, "journal accepts events again"));
}
END_TEST

/* One commit fills what is left of one segment and all of the last: known before the next event. */
START_TEST(commit_that_takes_the_last_room_refuses_the_next_event)
{
    fill_to(3);
    size_t first = count_fitting(run.appended_count, active()->bytes);
    size_t last = count_fitting(run.appended_count + (uint32_t)first, SEGMENT_HEADER_BYTES);
    ck_assert_uint_eq(journal_run_commit(&run, first + last), first + last);
    ck_assert_uint_eq(segments()->count, 4);
    ck_assert_uint_lt(ROOM_BYTES - active()->bytes, journal_run_record_bytes(run.appended_count));
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_JOURNAL_FULL);
}
END_TEST

/* All of a segment was stored; what comes into it then is not. */
START_TEST(event_behind_stored_ones_waits)
{
    ck_assert_uint_eq(journal_run_commit(&run, 10), 10);
    journal_stored(run.journal, run.accepted[9].sequence);
    ck_assert_uint_eq(segments_waiting_bytes(segments()), 0);
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    ck_assert_uint_eq(segments_waiting_bytes(segments()), active()->bytes);
    fill_to(2);
    ck_assert(!segments_evict_oldest(segments(), 0));
}
END_TEST

static Suite *make_suite(const char *name, bool is_apart)
{
    Suite *suite = suite_create(name);
    TCase *tests = tcase_create("room");
    if (is_apart)
        tcase_add_unchecked_fixture(tests, journal_runs_apart, journal_runs_inline);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, refuses_while_all_that_it_took_still_fits, 0, 2);
    tcase_add_test(tests, room_that_comes_by_itself_is_noticed);
    tcase_add_test(tests, says_that_it_takes_events_when_it_takes_the_next_two);
    tcase_add_test(tests, commit_that_takes_the_last_room_refuses_the_next_event);
    tcase_add_test(tests, event_behind_stored_ones_waits);
    suite_add_tcase(suite, tests);
    return suite;
}

Suite *journal_room_suite(void)
{
    return make_suite("journal_room", false);
}

/* The same through the worker. */
Suite *journal_room_apart_suite(void)
{
    return make_suite("journal_room_apart", true);
}
