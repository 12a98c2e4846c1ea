/* Room for many records at once: found before the first of them is appended, or not at all. */
#include <unistd.h>

#include <check.h>

#include "store/journal/format.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_run.h"
#include "test/unit/suites.h"

enum { MAX_BYTES = 8 * 1024 * 1024, DISK_BYTES = 512 * 1024 };

static struct journal_run run;

/* On a disk that is smaller than the journal may be. */
static void set_up(void)
{
    disk_faults_reset();
    disk_faults.disk_bytes = DISK_BYTES;
    journal_run_open(&run, JOURNAL_SYNC_OFF, MAX_BYTES);
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

/* Until the files take most of the disk; `from_the_end` bytes are left, or fewer. */
static void fill_disk(uint64_t from_the_end)
{
    while (DISK_BYTES - segments_disk_bytes(segments()) > from_the_end)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
}

START_TEST(stored_segments_make_room_on_a_small_disk)
{
    enum { BYTES = DISK_BYTES / 2 };
    fill_disk(DISK_BYTES / 4);
    size_t before = segments()->count;
    ck_assert_int_eq(journal_reserve(run.journal, BYTES), REFUSAL_DISK_FULL);
    ck_assert_uint_eq(segments()->count, before); /* they wait for the database */
    journal_stored(run.journal, run.accepted[run.accepted_count - 1].sequence);
    ck_assert_int_eq(journal_reserve(run.journal, BYTES), REFUSAL_NONE);
    ck_assert_uint_lt(segments()->count, before);
    ck_assert_uint_ge(segments()->count, 1); /* the open one stays */
}
END_TEST

START_TEST(no_disk_has_room_for_more_than_it_holds)
{
    fill_disk(DISK_BYTES / 2);
    journal_stored(run.journal, run.accepted[run.accepted_count - 1].sequence);
    ck_assert_int_eq(journal_reserve(run.journal, DISK_BYTES), REFUSAL_DISK_FULL);
    ck_assert_uint_eq(segments()->count, 1);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE); /* single ones go on */
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
}
END_TEST

/* Until then every event finds room: nobody is told that events are taken while none is. */
START_TEST(a_full_disk_refuses_before_an_event_finds_no_room)
{
    while (journal_refusal(run.journal) == REFUSAL_NONE) {
        ck_assert_int_eq(journal_reserve(run.journal, RECORD_MAX_BYTES), REFUSAL_NONE);
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    }
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FULL);
    ck_assert_uint_gt(run.accepted_count, 1000);
    journal_stored(run.journal, run.accepted[run.accepted_count - 1].sequence);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
}
END_TEST

/* Somebody else fills the disk, and no event comes. */
START_TEST(a_disk_that_fills_meanwhile_refuses)
{
    fill_disk(DISK_BYTES / 2);
    disk_faults.disk_bytes = segments_disk_bytes(segments());
    while (journal_reserve(run.journal, RECORD_MAX_BYTES) == REFUSAL_NONE)
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_DISK_FULL);
    disk_faults.disk_bytes = DISK_BYTES;
    journal_run_tick(&run);
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
}
END_TEST

/* The open segment is all that there is, stored and nearly full: aged, it is closed, and goes. */
START_TEST(a_stored_segment_goes_on_a_full_disk)
{
    run.settings.close_s = 1;
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
    disk_faults.disk_bytes = segments_disk_bytes(segments()); /* the rest is others' */
    while (journal_refusal(run.journal) == REFUSAL_NONE) {
        ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
        journal_stored(run.journal, run.accepted[run.accepted_count - 1].sequence);
    }
    ck_assert_uint_eq(segments()->count, 1);
    for (int i = 0; i < 30 && journal_refusal(run.journal) != REFUSAL_NONE; i++) {
        (void)usleep(100000);
        journal_run_tick(&run);
    }
    ck_assert_int_eq(journal_refusal(run.journal), REFUSAL_NONE);
    ck_assert_uint_eq(journal_run_commit(&run, 1), 1);
}
END_TEST

Suite *journal_reserve_suite(void)
{
    Suite *suite = suite_create("journal_reserve");
    TCase *tcase = tcase_create("journal_reserve");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, stored_segments_make_room_on_a_small_disk);
    tcase_add_test(tcase, no_disk_has_room_for_more_than_it_holds);
    tcase_add_test(tcase, a_full_disk_refuses_before_an_event_finds_no_room);
    tcase_add_test(tcase, a_disk_that_fills_meanwhile_refuses);
    tcase_add_test(tcase, a_stored_segment_goes_on_a_full_disk);
    suite_add_tcase(suite, tcase);
    return suite;
}
