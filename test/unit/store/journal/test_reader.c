/* Reading the journal back: in order, each record once, whatever happens to the segments meanwhile.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
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

START_TEST(reads_through_all_segments)
{
    journal_reading_make(&subject, 5);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, 5 * RECORDS);
    journal_reading_expect(&subject, READ_END);
    journal_reading_expect(&subject, READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 0);
}
END_TEST

START_TEST(begins_above_any_sequence)
{
    journal_reading_make(&subject, 3);
    journal_files_load(&subject.files);
    for (uint64_t after = 0; after <= 3 * RECORDS; after++) {
        journal_reader_seek(&subject.reader, after);
        journal_reading_expect_records(&subject, after + 1,
                                       after + 5 < 3 * RECORDS ? after + 5 : 3 * RECORDS);
    }
    journal_reader_seek(&subject.reader, 3 * RECORDS);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

START_TEST(journal_without_records_ends)
{
    journal_reading_expect(&subject, READ_END);
    struct segment_image image = journal_reading_segment(1, 1, 0);
    segment_image_close(&image, &subject.files);
    journal_files_load(&subject.files);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

/* The segment that is written to: what is known of it grows, then another one follows. */
START_TEST(follows_what_is_written)
{
    struct segment_image image = journal_reading_segment(1, 1, 3000);
    segment_image_save(&image, &subject.files, 65536);
    struct segment *segment = segments_add(&subject.files.segments, 1);
    *segment = (struct segment){.number = 1, .salt = 101, .bytes = SEGMENT_HEADER_BYTES};
    journal_reading_expect(&subject, READ_END);
    for (uint64_t known = 0; known < 3000;) {
        uint64_t now = known + 1 + known % 61 < 3000 ? known + 1 + known % 61 : 3000;
        segment->last_sequence = now;
        segment->records = now;
        segment->bytes = image.offsets[now];
        journal_reading_expect_records(&subject, known + 1, now);
        journal_reading_expect(&subject, READ_END);
        known = now;
    }
    segment_image_clear(&image);
    image = journal_reading_segment(2, 3001, 3010);
    segment_image_save(&image, &subject.files, 0);
    *segments_add(&subject.files.segments, 2) = (struct segment){
        .number = 2, .salt = 102, .bytes = image.used, .records = 10, .last_sequence = 3010};
    journal_reading_expect_records(&subject, 3001, 3010);
    journal_reading_expect(&subject, READ_END);
    segment_image_clear(&image);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 0);
}
END_TEST

/* A segment failed, and what was not acknowledged in it was written again to the next. */
START_TEST(gives_what_was_written_twice_once)
{
    struct segment_image image = journal_reading_segment(1, 1, 60);
    segment_image_close(&image, &subject.files);
    image = journal_reading_segment(2, 31, 100);
    segment_image_close(&image, &subject.files);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, 100);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

START_TEST(reads_on_while_segments_are_evicted)
{
    journal_reading_make(&subject, 4);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, 10);
    segments_stored(&subject.files.segments, 2 * RECORDS, 1);
    ck_assert_uint_eq(segments_evict_expired(&subject.files.segments, 2, 1, 10), 2);
    ck_assert_int_ne(access(segment_path(1), F_OK), 0);
    journal_reading_expect_records(&subject, 11, RECORDS); /* the file is open */
    journal_reading_expect_records(&subject, 2 * RECORDS + 1, 4 * RECORDS);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

/* What is open is read to its end, however long the segments are that are left. */
START_TEST(evicted_segment_is_read_to_its_own_end)
{
    journal_reading_make(&subject, 1);
    struct segment_image image = journal_reading_segment(2, RECORDS + 1, RECORDS + 5);
    segment_image_close(&image, &subject.files);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, 10);
    segments_stored(&subject.files.segments, RECORDS, 1);
    ck_assert_uint_eq(segments_evict_expired(&subject.files.segments, 2, 1, 10), 1);
    journal_reading_expect_records(&subject, 11, RECORDS + 5);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

START_TEST(reader_holds_one_segment_at_a_time)
{
    journal_reading_make(&subject, 4);
    journal_files_load(&subject.files);
    size_t before = journal_files_count("/proc/self/fd", "");
    for (uint64_t number = 0; number < 4; number++) {
        journal_reading_expect_records(&subject, number * RECORDS + 1, (number + 1) * RECORDS);
        ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), before + 1);
    }
    journal_reader_seek(&subject.reader, 0);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), before);
}
END_TEST

/* Nobody else is served while it looks for its place. */
START_TEST(passes_over_what_is_stored_in_several_calls)
{
    struct record record;
    unsigned paused = 0;
    struct segment_image image = journal_reading_segment(1, 1, 20000);
    segment_image_close(&image, &subject.files);
    journal_files_load(&subject.files);
    journal_reader_seek(&subject.reader, 19990);
    while (journal_reader_next(&subject.reader, &record) == READ_PAUSED)
        paused++;
    ck_assert_uint_ge(paused, 4);
    ck_assert_uint_eq(record.sequence, 19991);
    journal_reading_expect_records(&subject, 19992, 20000);
    journal_reading_expect(&subject, READ_END);
}
END_TEST

static void assert_same_bytes(const char *name, const uint8_t *bytes, size_t count)
{
    static uint8_t got[65536];
    int fd = open(journal_files_path(&subject.files, name), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(read(fd, got, sizeof got), (ssize_t)count);
    ck_assert_mem_eq(got, bytes, count);
    (void)close(fd);
}

START_TEST(damaged_middle_is_quarantined_and_the_rest_delivered)
{
    char name[80];
    uint8_t junk[50];
    memset(junk, 0x3C, sizeof junk);
    journal_reading_make(&subject, 1);
    struct segment_image image = journal_reading_segment(2, RECORDS + 1, 2 * RECORDS);
    memcpy(image.bytes + image.offsets[40] + 7, junk, sizeof junk);
    uint64_t from = image.offsets[40];
    uint64_t last = 41;
    while (image.offsets[last] < from + 7 + sizeof junk)
        last++;
    uint64_t to = image.offsets[last];
    uint8_t damaged[256];
    memcpy(damaged, image.bytes + from, to - from);
    segment_image_close(&image, &subject.files);
    journal_files_load(&subject.files);
    journal_reading_expect_records(&subject, 1, RECORDS + 40);
    journal_reading_expect_records(&subject, RECORDS + last + 1, 2 * RECORDS);
    journal_reading_expect(&subject, READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
    (void)snprintf(name, sizeof name, "damaged-0000000000000002-%u", (unsigned)from);
    assert_same_bytes(name, damaged, to - from);
    ck_assert(journal_files_logged(&subject.files, "quarantined segment=0000000000000002"));
}
END_TEST

/* Pages that a disk lost read as zeros, and so does what a file has no more. */
START_TEST(lost_end_of_a_closed_segment_is_reported)
{
    static const uint8_t zeros[4096];
    journal_reading_make(&subject, 1);
    struct segment_image image = journal_reading_segment(2, RECORDS + 1, 2 * RECORDS);
    uint64_t from = image.offsets[70];
    uint64_t to = image.used;
    segment_image_close(&image, &subject.files);
    journal_files_load(&subject.files);
    if (_i == 0)
        journal_files_overwrite(segment_path(2), from, zeros, to - from);
    else
        ck_assert_int_eq(truncate(segment_path(2), (off_t)from), 0);
    journal_reading_expect_records(&subject, 1, RECORDS + 70);
    journal_reading_expect(&subject, READ_END);
    journal_reading_expect(&subject, READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
    ck_assert(journal_files_logged(&subject.files, "damaged journal bytes"));
}
END_TEST

START_TEST(damage_that_is_read_again_is_reported_once)
{
    static const uint8_t zeros[64];
    journal_reading_make(&subject, 2);
    journal_files_load(&subject.files);
    journal_files_overwrite(segment_path(1), SEGMENT_HEADER_BYTES, zeros, 50);
    for (int i = 0; i < 3; i++) {
        struct record record;
        journal_reader_seek(&subject.reader, 0);
        ck_assert_int_eq(journal_reader_next(&subject.reader, &record), READ_RECORD);
        journal_reading_expect_records(&subject, record.sequence + 1, 2 * RECORDS);
        journal_reading_expect(&subject, READ_END);
    }
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
}
END_TEST

/* What is written behind a damaged place is read, and the place is reported once. */
START_TEST(damage_at_the_end_of_what_is_written_is_reported_once)
{
    static const uint8_t zeros[4096];
    struct segment_image image = journal_reading_segment(1, 1, 200);
    segment_image_save(&image, &subject.files, 0);
    struct segment *segment = segments_add(&subject.files.segments, 1);
    *segment = (struct segment){.number = 1, .salt = 101, .last_sequence = 100, .records = 100};
    segment->bytes = image.offsets[100];
    journal_files_overwrite(segment_path(1), image.offsets[90], zeros,
                            image.offsets[100] - image.offsets[90]);
    journal_reading_expect_records(&subject, 1, 90);
    journal_reading_expect(&subject, READ_END);
    journal_reading_expect(&subject, READ_END);
    segment->last_sequence = segment->records = 200;
    segment->bytes = image.offsets[200];
    journal_reading_expect_records(&subject, 101, 200);
    journal_reading_expect(&subject, READ_END);
    ck_assert_uint_eq(subject.files.segments.damaged->value, 1);
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
    tcase_add_test(tests, evicted_segment_is_read_to_its_own_end);
    tcase_add_test(tests, reader_holds_one_segment_at_a_time);
    tcase_add_test(tests, passes_over_what_is_stored_in_several_calls);
    tcase_add_test(tests, damaged_middle_is_quarantined_and_the_rest_delivered);
    tcase_add_loop_test(tests, lost_end_of_a_closed_segment_is_reported, 0, 2);
    tcase_add_test(tests, damage_that_is_read_again_is_reported_once);
    tcase_add_test(tests, damage_at_the_end_of_what_is_written_is_reported_once);
    suite_add_tcase(suite, tests);
    return suite;
}
