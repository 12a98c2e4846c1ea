/* Reading the journal back: in order, each record once, whatever happens to the segments meanwhile.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "metrics/metrics.h"
#include "store/journal_reader.h"
#include "test/unit/store/disk_faults.h"
#include "test/unit/store/journal_files.h"
#include "test/unit/suites.h"

enum { RECORDS = 100 }; /* of each segment */

static struct journal_files files;
static struct journal_reader reader;

static void set_up(void)
{
    disk_faults_reset();
    journal_files_open(&files);
    journal_reader_init(&reader, &files.segments);
}

static void tear_down(void)
{
    disk_faults_reset();
    journal_reader_clear(&reader);
    journal_files_close(&files);
}

static struct segment_image make_segment(uint64_t number, uint64_t first, uint64_t last)
{
    struct segment_image image;
    segment_image_init(&image, number, first, (uint32_t)(100 + number));
    segment_image_fill(&image, first, last);
    return image;
}

static void make_segments(uint64_t count)
{
    for (uint64_t number = 1; number <= count; number++) {
        struct segment_image image =
            make_segment(number, (number - 1) * RECORDS + 1, number * RECORDS);
        segment_image_close(&image, &files);
    }
}

static void expect_records(uint64_t first, uint64_t last)
{
    for (uint64_t sequence = first; sequence <= last; sequence++) {
        struct record record;
        ck_assert_int_eq(journal_reader_next(&reader, &record), READ_RECORD);
        ck_assert_uint_eq(record.sequence, sequence);
        ck_assert(segment_image_is_payload(sequence, record.payload, record.payload_bytes));
    }
}

static void expect(enum read_result expected)
{
    struct record record;
    ck_assert_int_eq(journal_reader_next(&reader, &record), expected);
}

static const char *segment_path(uint64_t number)
{
    return journal_files_segment_path(&files, number);
}

START_TEST(reads_through_all_segments)
{
    make_segments(5);
    journal_files_load(&files);
    expect_records(1, 5 * RECORDS);
    expect(READ_END);
    expect(READ_END);
    ck_assert_uint_eq(files.segments.damaged->value, 0);
}
END_TEST

START_TEST(begins_above_any_sequence)
{
    make_segments(3);
    journal_files_load(&files);
    for (uint64_t after = 0; after <= 3 * RECORDS; after++) {
        journal_reader_seek(&reader, after);
        expect_records(after + 1, after + 5 < 3 * RECORDS ? after + 5 : 3 * RECORDS);
    }
    journal_reader_seek(&reader, 3 * RECORDS);
    expect(READ_END);
}
END_TEST

START_TEST(journal_without_records_ends)
{
    expect(READ_END);
    struct segment_image image = make_segment(1, 1, 0);
    segment_image_close(&image, &files);
    journal_files_load(&files);
    expect(READ_END);
}
END_TEST

/* The segment that is written to: what is known of it grows, then another one follows. */
START_TEST(follows_what_is_written)
{
    struct segment_image image = make_segment(1, 1, 3000);
    segment_image_save(&image, &files, 65536);
    struct segment *segment = segments_add(&files.segments, 1);
    *segment = (struct segment){.number = 1, .salt = 101, .bytes = SEGMENT_HEADER_BYTES};
    expect(READ_END);
    for (uint64_t known = 0; known < 3000;) {
        uint64_t now = known + 1 + known % 61 < 3000 ? known + 1 + known % 61 : 3000;
        segment->last_sequence = now;
        segment->records = now;
        segment->bytes = image.offsets[now];
        expect_records(known + 1, now);
        expect(READ_END);
        known = now;
    }
    segment_image_clear(&image);
    image = make_segment(2, 3001, 3010);
    segment_image_save(&image, &files, 0);
    *segments_add(&files.segments, 2) = (struct segment){
        .number = 2, .salt = 102, .bytes = image.used, .records = 10, .last_sequence = 3010};
    expect_records(3001, 3010);
    expect(READ_END);
    segment_image_clear(&image);
    ck_assert_uint_eq(files.segments.damaged->value, 0);
}
END_TEST

/* A segment failed, and what was not acknowledged in it was written again to the next. */
START_TEST(gives_what_was_written_twice_once)
{
    struct segment_image image = make_segment(1, 1, 60);
    segment_image_close(&image, &files);
    image = make_segment(2, 31, 100);
    segment_image_close(&image, &files);
    journal_files_load(&files);
    expect_records(1, 100);
    expect(READ_END);
}
END_TEST

START_TEST(reads_on_while_segments_are_evicted)
{
    make_segments(4);
    journal_files_load(&files);
    expect_records(1, 10);
    segments_stored(&files.segments, 2 * RECORDS, 1);
    ck_assert_uint_eq(segments_evict(&files.segments, 2, 1, 10), 2);
    ck_assert_int_ne(access(segment_path(1), F_OK), 0);
    expect_records(11, RECORDS); /* the file is open */
    expect_records(2 * RECORDS + 1, 4 * RECORDS);
    expect(READ_END);
}
END_TEST

START_TEST(passes_over_a_segment_that_was_removed)
{
    make_segments(3);
    journal_files_load(&files);
    ck_assert_int_eq(unlink(segment_path(2)), 0);
    expect_records(1, RECORDS);
    expect_records(2 * RECORDS + 1, 3 * RECORDS);
    expect(READ_END);
    ck_assert(journal_files_logged(&files, "journal segment can't be read, events=100"));
}
END_TEST

START_TEST(waits_for_a_segment_that_can_not_be_opened)
{
    make_segments(2);
    journal_files_load(&files);
    ck_assert_int_eq(rename(segment_path(2), journal_files_path(&files, "aside")), 0);
    ck_assert_int_eq(symlink(segment_path(2), segment_path(2)), 0); /* to itself */
    expect_records(1, RECORDS);
    expect(READ_BLOCKED);
    ck_assert_int_eq(rename(journal_files_path(&files, "aside"), segment_path(2)), 0);
    expect_records(RECORDS + 1, 2 * RECORDS);
    expect(READ_END);
}
END_TEST

START_TEST(waits_for_a_directory_that_is_away)
{
    char away[80];
    make_segments(2);
    journal_files_load(&files);
    expect_records(1, RECORDS);
    (void)snprintf(away, sizeof away, "%s.away", files.path);
    ck_assert_int_eq(rename(files.path, away), 0);
    expect(READ_BLOCKED);
    expect(READ_BLOCKED);
    ck_assert_int_eq(rename(away, files.path), 0);
    expect_records(RECORDS + 1, 2 * RECORDS);
    expect(READ_END);
}
END_TEST

static void assert_same_bytes(const char *name, const uint8_t *bytes, size_t count)
{
    static uint8_t got[65536];
    int fd = open(journal_files_path(&files, name), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(read(fd, got, sizeof got), (ssize_t)count);
    ck_assert_mem_eq(got, bytes, count);
    (void)close(fd);
}

START_TEST(damaged_middle_is_put_aside_and_the_rest_delivered)
{
    char name[80];
    uint8_t junk[50];
    memset(junk, 0x3C, sizeof junk);
    make_segments(1);
    struct segment_image image = make_segment(2, RECORDS + 1, 2 * RECORDS);
    memcpy(image.bytes + image.offsets[40] + 7, junk, sizeof junk);
    uint64_t from = image.offsets[40];
    uint64_t last = 41;
    while (image.offsets[last] < from + 7 + sizeof junk)
        last++;
    uint64_t to = image.offsets[last];
    uint8_t damaged[256];
    memcpy(damaged, image.bytes + from, to - from);
    segment_image_close(&image, &files);
    journal_files_load(&files);
    expect_records(1, RECORDS + 40);
    expect_records(RECORDS + last + 1, 2 * RECORDS);
    expect(READ_END);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
    (void)snprintf(name, sizeof name, "damaged-0000000000000002-%u", (unsigned)from);
    assert_same_bytes(name, damaged, to - from);
    ck_assert(journal_files_logged(&files, "kept aside segment=0000000000000002"));
}
END_TEST

/* Pages that a disk lost read as zeros, and so does what a file has no more. */
START_TEST(lost_end_of_a_closed_segment_is_reported)
{
    static const uint8_t zeros[4096];
    make_segments(1);
    struct segment_image image = make_segment(2, RECORDS + 1, 2 * RECORDS);
    uint64_t from = image.offsets[70];
    uint64_t to = image.used;
    segment_image_close(&image, &files);
    journal_files_load(&files);
    if (_i == 0)
        journal_files_overwrite(segment_path(2), from, zeros, to - from);
    else
        ck_assert_int_eq(truncate(segment_path(2), (off_t)from), 0);
    expect_records(1, RECORDS + 70);
    expect(READ_END);
    expect(READ_END);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
    ck_assert(journal_files_logged(&files, "journal bytes are no records"));
}
END_TEST

START_TEST(damage_that_is_read_again_is_reported_once)
{
    static const uint8_t zeros[64];
    make_segments(2);
    journal_files_load(&files);
    journal_files_overwrite(segment_path(1), SEGMENT_HEADER_BYTES, zeros, 50);
    for (int i = 0; i < 3; i++) {
        struct record record;
        journal_reader_seek(&reader, 0);
        ck_assert_int_eq(journal_reader_next(&reader, &record), READ_RECORD);
        expect_records(record.sequence + 1, 2 * RECORDS);
        expect(READ_END);
    }
    ck_assert_uint_eq(files.segments.damaged->value, 1);
}
END_TEST

/* What is written behind a damaged place is read, and the place is reported once. */
START_TEST(damage_at_the_end_of_what_is_written_is_reported_once)
{
    static const uint8_t zeros[4096];
    struct segment_image image = make_segment(1, 1, 200);
    segment_image_save(&image, &files, 0);
    struct segment *segment = segments_add(&files.segments, 1);
    *segment = (struct segment){.number = 1, .salt = 101, .last_sequence = 100, .records = 100};
    segment->bytes = image.offsets[100];
    journal_files_overwrite(segment_path(1), image.offsets[90], zeros,
                            image.offsets[100] - image.offsets[90]);
    expect_records(1, 90);
    expect(READ_END);
    expect(READ_END);
    segment->last_sequence = segment->records = 200;
    segment->bytes = image.offsets[200];
    expect_records(101, 200);
    expect(READ_END);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
    segment_image_clear(&image);
}
END_TEST

/* A sector that can't be read costs what lies in it, after a while; until then it may come back. */
START_TEST(unreadable_sector_does_not_hold_up_the_rest_for_ever)
{
    struct record record;
    unsigned blocked = 0;
    make_segments(1);
    struct segment_image image = make_segment(2, RECORDS + 1, RECORDS + 2000);
    uint64_t first = 1;
    while (image.offsets[first] <= 8192)
        first++;
    uint64_t last = first;
    while (image.offsets[last] < 12288)
        last++;
    segment_image_close(&image, &files);
    journal_files_load(&files);
    disk_faults.bad_from = 8192;
    disk_faults.bad_to = 12288;
    enum read_result result;
    uint64_t expected = 1;
    while ((result = journal_reader_next(&reader, &record)) != READ_END) {
        if (result == READ_BLOCKED) {
            ck_assert_uint_lt(++blocked, 100);
            continue;
        }
        ck_assert_uint_eq(record.sequence, expected);
        expected += expected == RECORDS + first - 1 ? last - first + 2 : 1;
    }
    ck_assert_uint_eq(expected, RECORDS + 2001);
    ck_assert_uint_ge(blocked, 10);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
    ck_assert(journal_files_logged(&files, "can't be read, trying again: Input/output error"));
}
END_TEST

START_TEST(sector_that_comes_back_costs_nothing)
{
    make_segments(1);
    journal_files_load(&files);
    disk_faults.bad_to = 1000000;
    for (int i = 0; i < 5; i++)
        expect(READ_BLOCKED);
    disk_faults_reset();
    expect_records(1, RECORDS);
    expect(READ_END);
    ck_assert_uint_eq(files.segments.damaged->value, 0);
}
END_TEST

/* At the start, too: the segment was never closed, and part of it can't be read just then. */
START_TEST(unreadable_part_is_not_cut_off_at_the_start)
{
    struct segment_image image = make_segment(1, 1, 600);
    ck_assert_uint_gt(image.used, 12288 + 4096);
    segment_image_save(&image, &files, _i == 0 ? 4096 : 0);
    disk_faults.bad_from = _i == 0 ? 8192 : 12288;
    disk_faults.bad_to = _i == 0 ? 12288 : 1000000;
    journal_files_load(&files);
    disk_faults_reset();
    expect_records(1, 600);
    expect(READ_END);
    ck_assert_uint_eq(files.segments.damaged->value, 0);
    journal_reader_clear(&reader);
    journal_files_restart(&files);
    journal_files_load(&files);
    journal_reader_seek(&reader, 0);
    expect_records(1, 600);
    segment_image_clear(&image);
}
END_TEST

Suite *journal_reader_suite(void)
{
    Suite *suite = suite_create("journal_reader");
    TCase *tests = tcase_create("reader");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, reads_through_all_segments);
    tcase_add_test(tests, begins_above_any_sequence);
    tcase_add_test(tests, journal_without_records_ends);
    tcase_add_test(tests, follows_what_is_written);
    tcase_add_test(tests, gives_what_was_written_twice_once);
    tcase_add_test(tests, reads_on_while_segments_are_evicted);
    tcase_add_test(tests, passes_over_a_segment_that_was_removed);
    tcase_add_test(tests, waits_for_a_segment_that_can_not_be_opened);
    tcase_add_test(tests, waits_for_a_directory_that_is_away);
    tcase_add_test(tests, damaged_middle_is_put_aside_and_the_rest_delivered);
    tcase_add_loop_test(tests, lost_end_of_a_closed_segment_is_reported, 0, 2);
    tcase_add_test(tests, damage_that_is_read_again_is_reported_once);
    tcase_add_test(tests, damage_at_the_end_of_what_is_written_is_reported_once);
    tcase_add_test(tests, unreadable_sector_does_not_hold_up_the_rest_for_ever);
    tcase_add_test(tests, sector_that_comes_back_costs_nothing);
    tcase_add_loop_test(tests, unreadable_part_is_not_cut_off_at_the_start, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}
