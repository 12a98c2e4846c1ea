/* The list of segments: what earlier runs left, and which of it may go. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "metrics/metrics.h"
#include "store/journal/checkpoint.h"
#include "store/journal/recovery.h"
#include "store/journal/segments.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

enum { SALT = 77, RECORDS = 50, ZEROS = 100000 };

static struct journal_files files;
static struct segment_image image;

static void set_up(void)
{
    disk_faults_reset();
    journal_files_open(&files);
    segment_image_init(&image, 5, 1001, SALT);
    segment_image_fill(&image, 1001, 1000 + RECORDS);
}

static void tear_down(void)
{
    disk_faults_reset();
    segment_image_clear(&image);
    journal_files_close(&files);
}

static const char *path_of(uint64_t number)
{
    return journal_files_segment_path(&files, number);
}

static uint64_t size_of(uint64_t number)
{
    struct stat status;
    ck_assert_int_eq(stat(path_of(number), &status), 0);
    return (uint64_t)status.st_size;
}

/* Begins with a new list, and loads what is there. */
static const struct segment *load(void)
{
    segments_clear(&files.segments);
    journal_files_load(&files);
    return files.segments.items;
}

static void assert_whole(const struct segment *segment, uint64_t records)
{
    ck_assert_uint_eq(segment->number, 5);
    ck_assert_uint_eq(segment->first_sequence, 1001);
    ck_assert_uint_eq(segment->last_sequence, 1000 + records);
    ck_assert_uint_eq(segment->records, records);
    ck_assert_uint_eq(segment->bytes, image.offsets[records]);
    ck_assert_uint_eq(segment->disk_bytes, image.offsets[records] + RECORD_END_BYTES);
    ck_assert_uint_eq(segment->salt, SALT);
    ck_assert_int_eq(segment->storage, SEGMENT_WAITS);
    ck_assert_uint_eq(size_of(5), segment->disk_bytes);
}

START_TEST(closed_segment_is_known_by_its_end)
{
    segment_image_finish(&image);
    segment_image_save(&image, &files, 0);
    assert_whole(load(), RECORDS);
    ck_assert_uint_eq(files.segments.damaged->value, 0);
}
END_TEST

START_TEST(open_segment_is_closed_and_its_space_given_back)
{
    segment_image_save(&image, &files, ZEROS);
    assert_whole(load(), RECORDS);
    assert_whole(load(), RECORDS);
    ck_assert_uint_eq(files.segments.damaged->value, 0);
    ck_assert(!journal_files_logged(&files, "journal bytes"));
}
END_TEST

START_TEST(torn_tail_is_cut_and_a_copy_kept)
{
    uint8_t torn[32];
    memcpy(torn, image.bytes + image.offsets[RECORDS - 1], sizeof torn);
    image.used = image.offsets[RECORDS - 1] + 30;
    segment_image_save(&image, &files, _i == 0 ? 0 : ZEROS);
    assert_whole(load(), RECORDS - 1);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
    ck_assert(journal_files_logged(&files, "bytes=30 kind=torn"));
    ck_assert_uint_eq(journal_files_count(files.path, "torn-0000000000000005-"), 1);
    assert_whole(load(), RECORDS - 1);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
}
END_TEST

/* Without a copy it is not cut, and the copy of an earlier start is not lost. */
START_TEST(torn_tail_stays_where_there_is_no_room_for_a_copy)
{
    image.used = image.offsets[RECORDS - 1] + 30;
    segment_image_save(&image, &files, ZEROS);
    disk_faults.copy_reason = ENOSPC;
    const struct segment *segment = load();
    ck_assert_uint_eq(segment->records, RECORDS - 1);
    ck_assert_uint_eq(size_of(5), image.used + ZEROS);
    ck_assert(journal_files_logged(&files, "no room for a copy"));
    ck_assert_uint_eq(journal_files_count(files.path, "torn-"), 0);
    disk_faults_reset();
    assert_whole(load(), RECORDS - 1);
    ck_assert_uint_eq(journal_files_count(files.path, "torn-0000000000000005-"), 1);
}
END_TEST

/* Its inode is bad, say: whoever reads the journal decides what becomes of it. */
START_TEST(segment_that_can_not_be_opened_keeps_nobody_from_starting)
{
    segment_image_save(&image, &files, 0);
    disk_faults.open_reason = _i == 0 ? EIO : EUCLEAN;
    const struct segment *segment = load();
    ck_assert_uint_eq(files.segments.count, 1);
    ck_assert(segment->is_unread);
    segments_stored(&files.segments, UINT64_MAX, 1);
    ck_assert_int_eq(segment->storage, SEGMENT_WAITS);
    ck_assert_uint_eq(segments_missing(&files.segments, 0, 0), 0);
    disk_faults_reset();
    assert_whole(load(), RECORDS);
}
END_TEST

/* Its sequences would hide, or be hidden by, those of the others. */
START_TEST(segment_that_was_put_there_by_hand_is_left_alone)
{
    segment_image_finish(&image);
    segment_image_save(&image, &files, 0);
    if (_i == 0) { /* a copy of it under a later number */
        ck_assert_int_eq(link(path_of(5), journal_files_path(&files, "0000000000000009.journal")),
                         0);
    } else { /* one of another journal */
        struct segment_header header = image.header;
        uint8_t bytes[SEGMENT_HEADER_BYTES];
        header.number = 9;
        header.journal[0] ^= 1;
        segment_header_write(&header, bytes);
        image.header.number = 9;
        segment_image_save(&image, &files, 0);
        journal_files_overwrite(path_of(9), 0, bytes, sizeof bytes);
    }
    assert_whole(load(), RECORDS);
    ck_assert_uint_eq(files.segments.count, 1);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
    ck_assert(journal_files_logged(&files, "left alone"));
    ck_assert_int_eq(access(path_of(9), F_OK), 0);
}
END_TEST

START_TEST(what_is_no_file_is_no_segment)
{
    segment_image_save(&image, &files, 0);
    ck_assert_int_eq(mkdir(path_of(6), 0700), 0);
    ck_assert_int_eq(mkfifo(path_of(7), 0600), 0);
    ck_assert_int_eq(symlink("nowhere", path_of(8)), 0);
    ck_assert_int_eq(mkfifo(journal_files_path(&files, "000000000000000A.journal"), 0600), 0);
    ck_assert_int_eq(mkfifo(journal_files_path(&files, "stored"), 0600), 0);
    assert_whole(load(), RECORDS);
    ck_assert_uint_eq(files.segments.count, 1);
    struct checkpoint checkpoint;
    checkpoint_init(&checkpoint, &files.directory);
    ck_assert_uint_eq(checkpoint.sequence, 0);
    checkpoint_write(&checkpoint, &files.directory, 7);
    checkpoint_close(&checkpoint);
    ck_assert_int_eq(rmdir(path_of(6)), 0);
}
END_TEST

START_TEST(what_is_gone_between_two_segments_is_known)
{
    static const struct {
        uint64_t cursor;
        uint64_t missing;
    } cases[] = {{1000, 100}, {1050, 100}, {1100, 50}, {1149, 1}, {1150, 0}, {1200, 0}};
    segment_image_finish(&image);
    segment_image_save(&image, &files, 0); /* 1001 to 1050 */
    segment_image_clear(&image);
    segment_image_init(&image, 7, 1151, SALT + 2);
    segment_image_fill(&image, 1151, 1200);
    segment_image_finish(&image);
    segment_image_save(&image, &files, 0);
    (void)load();
    ck_assert_uint_eq(files.segments.count, 2);
    ck_assert_uint_eq(segments_missing(&files.segments, cases[_i].cursor, 0), cases[_i].missing);
}
END_TEST

/* The disk refuses to close it: that is done at the next start, and nothing is wrong meanwhile. */
START_TEST(disk_that_refuses_to_close_is_no_harm)
{
    segment_image_save(&image, &files, 0);
    disk_faults.write_fails_in = 1;
    const struct segment *segment = load();
    ck_assert_uint_eq(segment->records, RECORDS);
    ck_assert_uint_eq(segment->bytes, image.used);
    disk_faults_reset();
    assert_whole(load(), RECORDS);
}
END_TEST

START_TEST(damaged_header_costs_no_record)
{
    static const uint8_t junk[SEGMENT_HEADER_BYTES] = {1};
    if (_i % 2 == 1)
        segment_image_finish(&image);
    segment_image_save(&image, &files, 0);
    journal_files_overwrite(path_of(5), 0, junk, _i < 2 ? 1 : sizeof junk);
    const struct segment *segment = load();
    ck_assert_uint_eq(segment->records, RECORDS);
    ck_assert_uint_eq(segment->first_sequence, 1001);
    ck_assert_uint_eq(segment->last_sequence, 1000 + RECORDS);
    ck_assert_uint_eq(segment->bytes, image.offsets[RECORDS]);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
    ck_assert_uint_eq(journal_files_count(files.path, "damaged-0000000000000005-0"), 1);
}
END_TEST

/* Zeros for a header, but records behind it: no segment that was never begun. */
START_TEST(lost_header_costs_no_record)
{
    static const uint8_t zeros[SEGMENT_HEADER_BYTES];
    segment_image_save(&image, &files, 0);
    journal_files_overwrite(path_of(5), 0, zeros, sizeof zeros);
    ck_assert_uint_eq(load()->records, RECORDS);
    ck_assert_uint_eq(files.segments.damaged->value, 1);
}
END_TEST

START_TEST(garbage_is_a_segment_without_records)
{
    memset(image.bytes, 0x99, image.used);
    segment_image_save(&image, &files, 0);
    const struct segment *segment = load();
    ck_assert_uint_eq(segment->records, 0);
    ck_assert_uint_eq(segment->last_sequence, 0);
    ck_assert_uint_eq(files.segments.damaged->value, 2);
}
END_TEST

START_TEST(segment_that_can_not_be_opened_is_told)
{
    struct error error = {""};
    ck_assert_int_eq(symlink(path_of(5), path_of(5)), 0); /* to itself */
    ck_assert_int_eq(recovery_load(&files.segments, &error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, path_of(5)));
}
END_TEST

/* For their space, as many as may go. Returns how many went. */
static size_t evict_oldest(size_t keep)
{
    size_t gone = 0;
    while (segments_evict_oldest(&files.segments, keep))
        gone++;
    return gone;
}

/* Four segments of 100 records each, sequences from 1, not on disk. */
static void list_four(void)
{
    for (uint64_t number = 1; number <= 4; number++) {
        struct segment *segment = segments_add(&files.segments, number);
        segment->first_sequence = (number - 1) * 100 + 1;
        segment->last_sequence = number * 100;
        segment->records = 100;
        segment->bytes = 1000 + number;
        segment->disk_bytes = 4096;
    }
}

START_TEST(only_what_is_wholly_stored_goes_oldest_first)
{
    list_four();
    ck_assert_uint_eq(evict_oldest(0), 0);
    segments_stored(&files.segments, 99, 10);
    ck_assert_uint_eq(evict_oldest(0), 0);
    segments_stored(&files.segments, 250, 20);
    ck_assert_uint_eq(segments_waiting_bytes(&files.segments), 1003 + 1004);
    ck_assert_uint_eq(segments_disk_bytes(&files.segments), 4 * 4096);
    ck_assert_uint_eq(segments_evict_expired(&files.segments, 19, 0, 10), 0);
    ck_assert_uint_eq(segments_evict_expired(&files.segments, 20, 0, 1), 1);
    ck_assert_uint_eq(files.segments.items[0].number, 2);
    ck_assert_uint_eq(segments_evict_expired(&files.segments, 20, 0, 10), 1);
    ck_assert_uint_eq(files.segments.count, 2);
    ck_assert_uint_eq(segments_disk_bytes(&files.segments), 2 * 4096);
}
END_TEST

START_TEST(last_ones_are_kept_if_asked)
{
    list_four();
    segments_stored(&files.segments, 400, 1);
    ck_assert_uint_eq(segments_evict_expired(&files.segments, INT64_MAX, 3, 10), 1);
    ck_assert_uint_eq(evict_oldest(1), 2);
    ck_assert_uint_eq(files.segments.items[0].number, 4);
    ck_assert_uint_eq(evict_oldest(0), 1);
}
END_TEST

START_TEST(evicted_file_is_deleted)
{
    segment_image_finish(&image);
    segment_image_save(&image, &files, 0);
    (void)load();
    segments_stored(&files.segments, 2000, 1);
    ck_assert_uint_eq(segments_evict_expired(&files.segments, 1, 0, 1), 1);
    ck_assert_int_ne(access(path_of(5), F_OK), 0);
}
END_TEST

/* The time counts from when all of a segment was stored, and anew after the database went back. */
START_TEST(database_that_goes_back_takes_back_what_was_stored)
{
    list_four();
    segments_stored(&files.segments, 300, 10);
    segments_stored(&files.segments, 150, 20);
    ck_assert_uint_eq(segments_waiting_bytes(&files.segments), 1002 + 1003 + 1004);
    segments_stored(&files.segments, 300, 30);
    ck_assert_uint_eq(segments_evict_expired(&files.segments, 29, 0, 10), 1);
    ck_assert_uint_eq(segments_evict_expired(&files.segments, 30, 0, 10), 2);
}
END_TEST

START_TEST(records_above_are_counted)
{
    static const uint64_t expected[][2] = {{0, 400},   {1, 399},   {99, 301},
                                           {100, 300}, {101, 299}, {350, 50},
                                           {399, 1},   {400, 0},   {UINT64_MAX, 0}};
    ck_assert_uint_eq(segments_records_above(&files.segments, 0), 0);
    list_four();
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_uint_eq(segments_records_above(&files.segments, expected[i][0]), expected[i][1]);
}
END_TEST

/* Between runs sequences leap: no more are counted than there are records. */
START_TEST(records_above_do_not_count_what_was_never_used)
{
    list_four();
    struct segment *segment = segments_add(&files.segments, 5);
    segment->first_sequence = (UINT64_C(1) << 40) + 1;
    segment->last_sequence = segment->first_sequence - 1;
    ck_assert_uint_eq(segments_records_above(&files.segments, 350), 50);
    segment->last_sequence += 7;
    segment->records = 7;
    ck_assert_uint_eq(segments_records_above(&files.segments, 350), 57);
    ck_assert_uint_eq(segments_records_above(&files.segments, segment->last_sequence - 2), 2);
}
END_TEST

Suite *journal_segments_suite(void)
{
    Suite *suite = suite_create("journal_segments");
    TCase *tests = tcase_create("segments");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, closed_segment_is_known_by_its_end);
    tcase_add_test(tests, open_segment_is_closed_and_its_space_given_back);
    tcase_add_loop_test(tests, torn_tail_is_cut_and_a_copy_kept, 0, 2);
    tcase_add_test(tests, torn_tail_stays_where_there_is_no_room_for_a_copy);
    tcase_add_loop_test(tests, segment_that_can_not_be_opened_keeps_nobody_from_starting, 0, 2);
    tcase_add_loop_test(tests, segment_that_was_put_there_by_hand_is_left_alone, 0, 2);
    tcase_add_test(tests, what_is_no_file_is_no_segment);
    tcase_add_loop_test(tests, what_is_gone_between_two_segments_is_known, 0, 6);
    tcase_add_test(tests, disk_that_refuses_to_close_is_no_harm);
    tcase_add_loop_test(tests, damaged_header_costs_no_record, 0, 4);
    tcase_add_test(tests, lost_header_costs_no_record);
    tcase_add_test(tests, garbage_is_a_segment_without_records);
    tcase_add_test(tests, segment_that_can_not_be_opened_is_told);
    tcase_add_test(tests, only_what_is_wholly_stored_goes_oldest_first);
    tcase_add_test(tests, last_ones_are_kept_if_asked);
    tcase_add_test(tests, evicted_file_is_deleted);
    tcase_add_test(tests, database_that_goes_back_takes_back_what_was_stored);
    tcase_add_test(tests, records_above_are_counted);
    tcase_add_test(tests, records_above_do_not_count_what_was_never_used);
    suite_add_tcase(suite, tests);
    return suite;
}
