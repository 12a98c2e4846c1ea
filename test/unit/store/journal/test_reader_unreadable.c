/* Reading the journal back from a disk that does not give all of it: what can be had is delivered.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "metrics/metrics.h"
#include "store/journal/reader.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_reading.h"
#include "test/unit/suites.h"

enum { RECORDS = JOURNAL_READING_RECORDS };

static struct journal_reading subject;

static void set_up(void)
{
    journal_reading_open(&subject);
}

static void tear_down(void)
{
    journal_reading_close(&subject);
}

static const char *segment_path(uint64_t number)
{
    return journal_files_segment_path(&subject.files, number);
}

START_TEST(passes_over_a_segment_that_was_removed)
{
    journal_reading_make(&subject, 3);
    journal_files_load(&subject.files);
    ck_assert_int_eq(unlink(segment_path(2)), 0);
    journal_reading_expect_records(&subject, 1, RECORDS);
    journal_reading_expect_records(&subject, 2 * RECORDS + 1, 3 * RECORDS);
    journal_reading_expect(&subject, READ_END);
    ck_assert(
        journal_files_logged(&subject.files, "passed over segment=0000000000000002 events=100"));
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
}
END_TEST

START_TEST(waits_for_a_segment_that_can_not_be_opened)
{
    journal_reading_make(&subject, 2);
    journal_files_load(&subject.files);
    ck_assert_int_eq(rename(segment_path(2), journal_files_path(&subject.files, "aside")), 0);
    ck_assert_int_eq(symlink(segment_path(2), segment_path(2)), 0); /* to itself */
    journal_reading_expect_records(&subject, 1, RECORDS);
    journal_reading_expect(&subject, READ_BLOCKED);
    ck_assert_int_eq(rename(journal_files_path(&subject.files, "aside"), segment_path(2)), 0);
    journal_reading_expect_records(&subject, RECORDS + 1, 2 * RECORDS);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

/* It costs what lies in it, after a while; the file stays for whoever can still read it. */
START_TEST(segment_that_never_opens_does_not_hold_up_the_rest_for_ever)
{
    struct record record;
    unsigned blocked = 0;
    journal_reading_make(&subject, 3);
    journal_files_load(&subject.files);
    ck_assert_int_eq(unlink(segment_path(2)), 0);
    ck_assert_int_eq(symlink(segment_path(2), segment_path(2)), 0);
    journal_reading_expect_records(&subject, 1, RECORDS);
    while (journal_reader_next(&subject.reader, &record) == READ_BLOCKED)
        ck_assert_uint_lt(++blocked, 100);
    ck_assert_uint_ge(blocked, 10);
    ck_assert_uint_eq(record.sequence, 2 * RECORDS + 1);
    journal_reading_expect_records(&subject, 2 * RECORDS + 2, 3 * RECORDS);
    journal_reading_expect(&subject, READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
    ck_assert_uint_eq(journal_files_count(subject.files.path, "damaged-0000000000000002-0"), 1);
}
END_TEST

/* Its inode could not be read at the start, and can be now: nothing of it is passed over. */
START_TEST(segment_that_opens_later_is_read_then)
{
    struct record record;
    struct segment_image image = journal_reading_segment(2, RECORDS + 1, 2 * RECORDS);
    journal_reading_make(&subject, 1);
    if (_i == 0)
        segment_image_close(&image, &subject.files);
    else
        segment_image_save(&image, &subject.files, 5000);
    disk_faults.open_reason = EIO;
    journal_files_load(&subject.files);
    ck_assert_uint_eq(subject.files.segments.count, 2);
    for (int i = 0; i < 5; i++)
        journal_reading_expect(&subject, READ_BLOCKED);
    disk_faults_reset();
    journal_reading_expect_records(&subject, 1, RECORDS);
    disk_faults.bad_to = 1000000; /* it opens, and gives nothing yet */
    for (int i = 0; i < 5; i++)
        journal_reading_expect(&subject, READ_BLOCKED);
    disk_faults_reset();
    journal_reading_expect_records(&subject, RECORDS + 1, 2 * RECORDS);
    ck_assert_int_eq(journal_reader_next(&subject.reader, &record), READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 0);
    ck_assert_uint_eq(subject.files.segments.items[1].last_sequence, 2 * RECORDS);
    if (_i != 0)
        segment_image_clear(&image);
}
END_TEST

START_TEST(descriptors_that_are_short_cost_no_segment)
{
    static const int reasons[] = {EMFILE, ENFILE, ENOMEM};
    journal_reading_make(&subject, 2);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, RECORDS);
    disk_faults.open_reason = reasons[_i];
    for (int i = 0; i < 100; i++)
        journal_reading_expect(&subject, READ_BLOCKED);
    disk_faults_reset();
    journal_reading_expect_records(&subject, RECORDS + 1, 2 * RECORDS);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

/* Of calls a second apart. */
enum { ATTEMPTS = 30 };

static void expect_blocked(unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        journal_reading_expect(&subject, READ_BLOCKED);
}

START_TEST(segment_that_does_not_open_has_half_a_minute)
{
    journal_reading_make(&subject, 2);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, RECORDS);
    disk_faults.open_reason = EIO;
    expect_blocked(ATTEMPTS - 1);
    ck_assert_int_eq(journal_files_logged(&subject.files, "trying again"), 1);
    ck_assert_int_eq(journal_files_logged(&subject.files, "passed over"), 0);
    journal_reading_expect(&subject, READ_END);
    ck_assert_int_eq(journal_files_logged(&subject.files, "passed over"), 1);
}
END_TEST

START_TEST(bytes_that_do_not_come_have_half_a_minute)
{
    journal_reading_make(&subject, 1);
    journal_files_load(&subject.files);
    disk_faults.bad_to = 1000000;
    expect_blocked(ATTEMPTS - 1);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 0);
    journal_reading_expect(&subject, READ_END);
    disk_faults_reset();
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
    ck_assert_int_eq(journal_files_logged(&subject.files, "trying again"), 1);
}
END_TEST

/* The disk comes back in time, once and again; and what is lost costs the next one nothing. */
START_TEST(time_of_one_segment_is_not_that_of_another)
{
    journal_reading_make(&subject, 5);
    journal_files_load(&subject.files);
    for (uint64_t number = 0; number < 3; number++) {
        disk_faults.open_reason = EIO;
        expect_blocked(ATTEMPTS - 1);
        disk_faults_reset();
        journal_reading_expect_records(&subject, number * RECORDS + 1, (number + 1) * RECORDS);
    }
    ck_assert_int_eq(journal_files_logged(&subject.files, "trying again"), 3);
    disk_faults.open_reason = EIO;
    expect_blocked(ATTEMPTS - 1);
    for (unsigned i = 0; i < ATTEMPTS - 1; i++) /* one call passes over, and asks for the next */
        journal_reading_expect(&subject, READ_BLOCKED);
    disk_faults_reset();
    journal_reading_expect_records(&subject, 4 * RECORDS + 1, 5 * RECORDS);
}
END_TEST

START_TEST(waits_for_a_directory_that_is_away)
{
    char away[80];
    journal_reading_make(&subject, 2);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, RECORDS);
    (void)snprintf(away, sizeof away, "%s.away", subject.files.path);
    ck_assert_int_eq(rename(subject.files.path, away), 0);
    for (int i = 0; i < 100; i++)
        journal_reading_expect(&subject, READ_BLOCKED);
    ck_assert_int_eq(rename(away, subject.files.path), 0);
    journal_reading_expect_records(&subject, RECORDS + 1, 2 * RECORDS);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

/* What lies beneath a volume that has gone has none of its segments: they are waited for. */
START_TEST(waits_for_a_directory_with_another_in_its_place)
{
    char away[80];
    journal_reading_make(&subject, 2);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, RECORDS);
    (void)snprintf(away, sizeof away, "%s.away", subject.files.path);
    ck_assert_int_eq(rename(subject.files.path, away), 0);
    ck_assert_int_eq(mkdir(subject.files.path, 0700), 0);
    for (int i = 0; i < 100; i++)
        journal_reading_expect(&subject, READ_BLOCKED);
    ck_assert_int_eq(rmdir(subject.files.path), 0);
    ck_assert_int_eq(rename(away, subject.files.path), 0);
    journal_reading_expect_records(&subject, RECORDS + 1, 2 * RECORDS);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

/* A sector that can't be read costs what lies in it, after a while; until then it may come back. */
START_TEST(unreadable_sector_does_not_hold_up_the_rest_for_ever)
{
    struct record record;
    unsigned blocked = 0;
    journal_reading_make(&subject, 1);
    struct segment_image image = journal_reading_segment(2, RECORDS + 1, RECORDS + 2000);
    uint64_t first = 1;
    while (image.offsets[first] <= 8192)
        first++;
    uint64_t last = first;
    while (image.offsets[last] < 12288)
        last++;
    segment_image_close(&image, &subject.files);
    journal_files_load(&subject.files);
    disk_faults.bad_from = 8192;
    disk_faults.bad_to = 12288;
    enum read_result result;
    uint64_t expected = 1;
    while ((result = journal_reader_next(&subject.reader, &record)) != READ_END) {
        if (result == READ_BLOCKED) {
            ck_assert_uint_lt(++blocked, 100);
            continue;
        }
        ck_assert_uint_eq(record.sequence, expected);
        expected += expected == RECORDS + first - 1 ? last - first + 2 : 1;
    }
    ck_assert_uint_eq(expected, RECORDS + 2001);
    ck_assert_uint_ge(blocked, 10);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
    ck_assert(
        journal_files_logged(&subject.files, "can't be read, trying again: Input/output error"));
}
END_TEST

START_TEST(sector_that_comes_back_costs_nothing)
{
    journal_reading_make(&subject, 1);
    journal_files_load(&subject.files);
    disk_faults.bad_to = 1000000;
    for (int i = 0; i < 5; i++)
        journal_reading_expect(&subject, READ_BLOCKED);
    disk_faults_reset();
    journal_reading_expect_records(&subject, 1, RECORDS);
    journal_reading_expect(&subject, READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 0);
}
END_TEST

/* At the start, too: the segment was never closed, and part of it can't be read just then. */
START_TEST(unreadable_part_is_not_cut_off_at_the_start)
{
    struct segment_image image = journal_reading_segment(1, 1, 600);
    ck_assert_uint_gt(image.used, 12288 + 4096);
    segment_image_save(&image, &subject.files, _i == 0 ? 4096 : 0);
    disk_faults.bad_from = _i == 0 ? 8192 : 12288;
    disk_faults.bad_to = _i == 0 ? 12288 : 1000000;
    journal_files_load(&subject.files);
    disk_faults_reset();
    journal_reading_expect_records(&subject, 1, 600);
    journal_reading_expect(&subject, READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 0);
    journal_reader_clear(&subject.reader);
    journal_files_restart(&subject.files);
    journal_files_load(&subject.files);
    journal_reader_seek(&subject.reader, 0);
    journal_reading_expect_records(&subject, 1, 600);
    segment_image_clear(&image);
}
END_TEST

Suite *journal_reader_unreadable_suite(void)
{
    Suite *suite = suite_create("journal_reader_unreadable");
    TCase *tests = tcase_create("unreadable");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, passes_over_a_segment_that_was_removed);
    tcase_add_test(tests, waits_for_a_segment_that_can_not_be_opened);
    tcase_add_test(tests, segment_that_never_opens_does_not_hold_up_the_rest_for_ever);
    tcase_add_loop_test(tests, segment_that_opens_later_is_read_then, 0, 2);
    tcase_add_loop_test(tests, descriptors_that_are_short_cost_no_segment, 0, 3);
    tcase_add_test(tests, segment_that_does_not_open_has_half_a_minute);
    tcase_add_test(tests, bytes_that_do_not_come_have_half_a_minute);
    tcase_add_test(tests, time_of_one_segment_is_not_that_of_another);
    tcase_add_test(tests, waits_for_a_directory_that_is_away);
    tcase_add_test(tests, waits_for_a_directory_with_another_in_its_place);
    tcase_add_test(tests, unreadable_sector_does_not_hold_up_the_rest_for_ever);
    tcase_add_test(tests, sector_that_comes_back_costs_nothing);
    tcase_add_loop_test(tests, unreadable_part_is_not_cut_off_at_the_start, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
