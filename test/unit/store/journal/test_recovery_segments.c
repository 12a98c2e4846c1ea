/* What a start makes of each segment that it finds, be it whole, torn, or only half of ours. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "metrics/metrics.h"
#include "protocol/bytes.h"
#include "store/base/crc32c.h"
#include "store/journal/reader.h"
#include "store/journal/recovery.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_reading.h"
#include "test/unit/suites.h"

enum { RECORDS = 50 };

static struct journal_reading subject;
static struct journal_files *files = &subject.files;

static void set_up(void)
{
    journal_reading_open(&subject);
}

static void tear_down(void)
{
    journal_reading_close(&subject);
}

/* A segment whose records begin somewhere above where its header says. */
static struct segment_image make(uint64_t number, uint64_t first, uint64_t last)
{
    struct segment_image image;
    segment_image_init(&image, number, first, 77);
    segment_image_fill(&image, first + 5, last);
    return image;
}

static void save(struct segment_image *image, size_t zeros)
{
    segment_image_save(image, files, zeros);
    segment_image_clear(image);
}

static const struct segment *load(void)
{
    segments_clear(&files->segments);
    journal_files_load(files);
    return files->segments.items;
}

static uint64_t size_of(const char *path)
{
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    return (uint64_t)status.st_size;
}

/* What lies before the first record was refused: it must not pass for a gap. */
START_TEST(segment_begins_where_its_header_says)
{
    struct segment_image image = make(5, 1001, 1000 + RECORDS);
    if (_i == 1)
        segment_image_finish(&image);
    save(&image, 0);
    const struct segment *segment = load();
    ck_assert_uint_eq(segment->first_sequence, 1001);
    ck_assert_uint_eq(segment->last_sequence, 1000 + RECORDS);
    ck_assert_uint_eq(segment->records, RECORDS - 5);
}
END_TEST

START_TEST(segment_without_records_ends_before_it_begins)
{
    struct segment_image image = make(5, 1001, 0);
    if (_i == 1)
        segment_image_finish(&image);
    save(&image, 0);
    const struct segment *segment = load();
    ck_assert_uint_eq(segment->first_sequence, 1001);
    ck_assert_uint_eq(segment->last_sequence, 1000);
    ck_assert_uint_eq(segment->records, 0);
}
END_TEST

/* Its length was not yet on the disk when its end was. */
START_TEST(end_record_in_the_middle_is_no_event)
{
    struct segment_image image = make(5, 1001, 1000 + RECORDS);
    segment_image_finish(&image);
    save(&image, 5000);
    ck_assert_uint_eq(load()->records, RECORDS - 5);
    ck_assert_uint_eq(files->segments.damaged->value, 0);
}
END_TEST

/* What is damaged before the last record is quarantined by who reads it. */
START_TEST(damaged_middle_is_left_to_the_reader)
{
    struct segment_image image = make(5, 1001, 1000 + RECORDS);
    memset(image.bytes + image.offsets[10], 0x3C, 50);
    save(&image, 5000);
    ck_assert_uint_lt(load()->records, RECORDS - 5);
    ck_assert_uint_eq(files->segments.damaged->value, 0);
    ck_assert_uint_eq(journal_files_count(files->path, "torn-"), 0);
    ck_assert_uint_eq(journal_files_count(files->path, "damaged-"), 0);
}
END_TEST

/* A tail longer than what is copied at once, of bytes that are no records. */
static struct segment_image make_torn(size_t tail_bytes)
{
    struct segment_image image = make(5, 1001, 1000 + RECORDS);
    ck_assert_uint_le(image.used + tail_bytes, image.capacity);
    for (size_t i = 0; i < tail_bytes; i++)
        image.bytes[image.used + i] = (uint8_t)(1 + i % 251);
    image.used += tail_bytes;
    return image;
}

static const char *copy_path(const struct segment *segment)
{
    char name[80];
    (void)snprintf(name, sizeof name, "torn-0000000000000005-%llu",
                   (unsigned long long)segment->bytes);
    return journal_files_path(files, name);
}

START_TEST(torn_tail_is_kept_byte_by_byte)
{
    enum { TAIL_BYTES = 40000 };
    static uint8_t copy[TAIL_BYTES];
    struct segment_image image = make_torn(TAIL_BYTES);
    segment_image_save(&image, files, 0);
    const struct segment *segment = load();
    ck_assert_uint_eq(size_of(copy_path(segment)), TAIL_BYTES);
    int fd = open(copy_path(segment), O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, copy, sizeof copy), (ssize_t)sizeof copy);
    (void)close(fd);
    ck_assert_mem_eq(copy, image.bytes + segment->bytes, sizeof copy);
    segment_image_clear(&image);
}
END_TEST

/* The disk is full in the middle of the copy: half a copy is none, and nothing is cut. */
START_TEST(torn_tail_stays_until_all_of_it_can_be_copied)
{
    struct segment_image image = make_torn(40000);
    uint64_t size = image.used;
    save(&image, 0);
    size_t descriptors = journal_files_count("/proc/self/fd", "");
    disk_faults.copy_fails_in = 1 + (unsigned)_i;
    disk_faults.reason = ENOSPC;
    ck_assert_uint_eq(load()->records, RECORDS - 5);
    ck_assert_uint_eq(journal_files_count(files->path, "torn-"), 0);
    ck_assert_uint_eq(size_of(journal_files_segment_path(files, 5)), size);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), descriptors);
    disk_faults_reset();
    ck_assert_uint_eq(size_of(copy_path(load())), 40000);
    ck_assert_uint_lt(size_of(journal_files_segment_path(files, 5)), size);
}
END_TEST

START_TEST(segment_of_a_later_version_is_named)
{
    struct error error = {""};
    struct segment_image image = make(5, 1001, 1000 + RECORDS);
    save(&image, 0);
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    const char *path = journal_files_segment_path(files, 5);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    (void)close(fd);
    bytes_put_le32(bytes + 8, JOURNAL_FORMAT + 1);
    bytes_put_le32(bytes + sizeof bytes - 4, crc32c(bytes, sizeof bytes - 4));
    journal_files_overwrite(path, 0, bytes, sizeof bytes);
    ck_assert_int_eq(recovery_load(&files->segments, &error), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, path));
}
END_TEST

/* A segment of sequences, of run 1, with what its header says was answered before it was made. */
static void save_of_run(uint64_t number, uint64_t first, uint64_t last, uint64_t accepted_through)
{
    const uint64_t run = UINT64_C(1) << JOURNAL_RUN_SHIFT;
    struct segment_image image;
    segment_image_init(&image, number, run + first, (uint32_t)number);
    image.header.accepted_through = run + accepted_through;
    segment_header_write(&image.header, image.bytes);
    segment_image_fill(&image, run + first, run + last);
    segment_image_close(&image, files);
}

/* Only what lies above what was answered is void, and that is no more reckoned with. */
START_TEST(failed_segment_ends_with_what_was_answered)
{
    static const uint8_t junk = 0xFF;
    const uint64_t run = UINT64_C(1) << JOURNAL_RUN_SHIFT;
    save_of_run(1, 1, 20, 0);
    save_of_run(2, 21, 40, 20);
    save_of_run(3, 31, 50, 30);
    if (_i == 1) /* the header: the records tell the run */
        journal_files_overwrite(journal_files_segment_path(files, 2), 20, &junk, 1);
    const struct segment *segments = load();
    ck_assert_uint_eq(segments[0].last_sequence, run + 20);
    ck_assert_uint_eq(segments[1].last_sequence, run + 30);
    ck_assert_uint_eq(segments[1].void_after, run + 30);
    ck_assert_uint_eq(segments[2].last_sequence, run + 50);
    ck_assert_uint_eq(segments[2].void_after, 0);
    ck_assert_uint_eq(segments_records_above(&files->segments, run + 30), 20);
}
END_TEST

/* Lists the second of three segments, as `save_of_run`, without being able to open it. */
static void load_with_second_closed(void)
{
    char aside[512];
    const char *path = journal_files_segment_path(files, 2);
    (void)snprintf(aside, sizeof aside, "%s.aside", path);
    ck_assert_int_eq(rename(path, aside), 0);
    (void)load();
    ck_assert_uint_eq(files->segments.count, 2);
    ck_assert_int_eq(rename(aside, path), 0);
    struct segment third = files->segments.items[1];
    files->segments.count = 1;
    segments_add(&files->segments, 2)->is_unread = true;
    *segments_add(&files->segments, 3) = third;
}

START_TEST(segment_that_opens_later_is_held_to_the_same)
{
    const uint64_t run = UINT64_C(1) << JOURNAL_RUN_SHIFT;
    save_of_run(1, 1, 25, 0);
    save_of_run(2, 21, 40, 20);
    save_of_run(3, 31, 50, 30);
    load_with_second_closed();
    ck_assert_uint_eq(files->segments.items[0].void_after, run + 30);
    journal_reading_expect_records(&subject, run + 1, run + 50);
    journal_reading_expect(&subject, READ_END);
    const struct segment *second = &files->segments.items[1];
    ck_assert_uint_eq(second->first_sequence, run + 21);
    ck_assert_uint_eq(second->last_sequence, run + 30);
    ck_assert_uint_eq(second->void_after, run + 30);
    ck_assert(!second->is_unread);
    ck_assert_uint_eq(files->segments.items[0].void_after, run + 20);
}
END_TEST

START_TEST(segment_that_opens_later_and_is_strange_is_passed_over)
{
    const uint64_t run = UINT64_C(1) << JOURNAL_RUN_SHIFT;
    struct segment_header header;
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    save_of_run(1, 1, 20, 0);
    save_of_run(2, 21, 40, 20);
    save_of_run(3, 41, 60, 40);
    load_with_second_closed();
    int fd = open(journal_files_segment_path(files, 2), O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    ck_assert_int_eq(segment_header_read(bytes, &header), HEADER_SOUND);
    header.journal[0] ^= 1;
    segment_header_write(&header, bytes);
    ck_assert_int_eq(pwrite(fd, bytes, sizeof bytes, 0), (ssize_t)sizeof bytes);
    (void)close(fd);
    size_t descriptors = journal_files_count("/proc/self/fd", "");
    journal_reading_expect_records(&subject, run + 1, run + 20);
    journal_reading_expect_records(&subject, run + 41, run + 60);
    journal_reading_expect(&subject, READ_END);
    ck_assert(!files->segments.items[1].is_unread);
    ck_assert_uint_gt(files->segments.damaged->value, 0);
    journal_reader_clear(&subject.reader);
    ck_assert_uint_eq(journal_files_count("/proc/self/fd", ""), descriptors);
}
END_TEST

Suite *journal_recovery_segments_suite(void)
{
    Suite *suite = suite_create("journal_recovery_segments");
    TCase *tests = tcase_create("recovery_segments");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, segment_begins_where_its_header_says, 0, 2);
    tcase_add_loop_test(tests, segment_without_records_ends_before_it_begins, 0, 2);
    tcase_add_test(tests, end_record_in_the_middle_is_no_event);
    tcase_add_test(tests, damaged_middle_is_left_to_the_reader);
    tcase_add_test(tests, torn_tail_is_kept_byte_by_byte);
    tcase_add_loop_test(tests, torn_tail_stays_until_all_of_it_can_be_copied, 0, 3);
    tcase_add_test(tests, segment_of_a_later_version_is_named);
    tcase_add_loop_test(tests, failed_segment_ends_with_what_was_answered, 0, 2);
    tcase_add_test(tests, segment_that_opens_later_is_held_to_the_same);
    tcase_add_test(tests, segment_that_opens_later_and_is_strange_is_passed_over);
    suite_add_tcase(suite, tests);
    return suite;
}
