/* A journal that no server works on: what a server would send from it comes, run by run, and the
 * rest is told; nothing is changed. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <check.h>

#include "store/base/crc32c.h"
#include "store/journal/salvage.h"
#include "test/unit/store/journal/disk_faults.h"
#include "test/unit/store/journal/journal_files.h"
#include "test/unit/suites.h"

enum { RECORDS = 10 };

static struct journal_files files;
static struct salvage *salvage;
static FILE *out;
static char *told;
static size_t told_bytes;

static void set_up(void)
{
    disk_faults_reset();
    journal_files_open(&files);
    salvage = NULL;
    out = open_memstream(&told, &told_bytes);
    ck_assert_ptr_nonnull(out);
}

static void tear_down(void)
{
    disk_faults_reset();
    salvage_close(salvage);
    (void)fclose(out);
    free(told);
    journal_files_close(&files);
}

/* The sequence of a run's event. */
static uint64_t at(uint64_t run, uint64_t count)
{
    return (run << JOURNAL_RUN_SHIFT) + count;
}

/* A segment of a run with its events from `first` to `last`, not saved. */
static struct segment_image make(uint64_t number, uint32_t run, uint64_t first, uint64_t last)
{
    struct segment_image image;
    segment_image_init(&image, number, at(run, first), 7 + (uint32_t)number);
    image.header.run = run;
    memset(image.header.nonce, (int)run, UUID_BYTES);
    segment_header_write(&image.header, image.bytes);
    segment_image_fill(&image, at(run, first), at(run, last));
    return image;
}

static void save(uint64_t number, uint32_t run, uint64_t first, uint64_t last)
{
    struct segment_image image = make(number, run, first, last);
    segment_image_close(&image, &files);
}

static enum result open_salvage(struct error *error)
{
    directory_close(&files.directory);
    return salvage_open(&salvage, files.path, out, error);
}

static void begin(void)
{
    struct error error = {""};
    ck_assert_msg(open_salvage(&error) == RESULT_OK, "%s", error.text);
}

static enum salvage_step step(struct record *record)
{
    struct error error = {""};
    return salvage_next(salvage, record, &error);
}

static void expect_run(uint32_t run)
{
    struct record record;
    uint8_t nonce[UUID_BYTES];
    memset(nonce, (int)run, UUID_BYTES);
    ck_assert_int_eq(step(&record), SALVAGE_RUN);
    ck_assert_uint_eq(salvage_run(salvage)->number, run);
    ck_assert_mem_eq(salvage_run(salvage)->nonce, nonce, UUID_BYTES);
    ck_assert_mem_eq(salvage_run(salvage)->journal, files.identity.journal, UUID_BYTES);
}

static void expect_records(uint32_t run, uint64_t first, uint64_t last)
{
    for (uint64_t count = first; count <= last; count++) {
        struct record record;
        ck_assert_int_eq(step(&record), SALVAGE_RECORD);
        ck_assert_uint_eq(record.sequence, at(run, count));
        ck_assert(segment_image_is_payload(record.sequence, record.payload, record.payload_bytes));
    }
}

static void expect_end(void)
{
    struct record record;
    ck_assert_int_eq(step(&record), SALVAGE_END);
    ck_assert_int_eq(step(&record), SALVAGE_END);
}

static void expect_damage(uint64_t ranges, uint64_t torn, uint64_t segments)
{
    ck_assert_uint_eq(salvage_damage(salvage)->ranges, ranges);
    ck_assert_uint_eq(salvage_damage(salvage)->torn, torn);
    ck_assert_uint_eq(salvage_damage(salvage)->segments, segments);
}

static bool is_told(const char *text)
{
    (void)fflush(out);
    return strstr(told, text) != NULL;
}

START_TEST(records_come_run_by_run)
{
    save(1, 3, 1, 10);
    save(2, 3, 11, 15);
    save(4, 5, 1, 3);
    save(7, 6, 1, 0);
    begin();
    expect_run(3);
    expect_records(3, 1, 15);
    expect_run(5);
    expect_records(5, 1, 3);
    expect_run(6);
    expect_end();
    expect_damage(0, 0, 0);
    ck_assert(!is_told("segment"));
}
END_TEST

/* Zeros lie ahead of the records of a segment that was not closed. */
START_TEST(segment_that_was_not_closed_is_read_to_its_last_record)
{
    struct segment_image image = make(1, 3, 1, RECORDS);
    segment_image_save(&image, &files, 100000);
    segment_image_clear(&image);
    save(2, 4, 1, 5);
    begin();
    expect_run(3);
    expect_records(3, 1, RECORDS);
    expect_run(4);
    expect_records(4, 1, 5);
    expect_end();
    expect_damage(0, 0, 0);
}
END_TEST

/* The segment failed behind its fifth record; what was written again to the next one comes once. */
START_TEST(void_records_do_not_come)
{
    struct segment_image image = make(2, 3, 4, 12);
    image.header.accepted_through = at(3, 5);
    segment_header_write(&image.header, image.bytes);
    save(1, 3, 1, _i == 0 ? 10 : 5);
    segment_image_close(&image, &files);
    save(3, 4, 1, 2);
    begin();
    expect_run(3);
    expect_records(3, 1, 12);
    expect_run(4);
    expect_records(4, 1, 2);
    expect_end();
}
END_TEST

START_TEST(refused_records_do_not_come)
{
    struct segment_image image = make(2, 3, 11, 12);
    image.header.accepted_through = at(3, 5);
    segment_header_write(&image.header, image.bytes);
    save(1, 3, 1, 10);
    segment_image_close(&image, &files);
    begin();
    expect_run(3);
    expect_records(3, 1, 5);
    expect_records(3, 11, 12);
    expect_end();
}
END_TEST

START_TEST(damage_is_passed_over_and_counted)
{
    struct segment_image image = make(1, 3, 1, RECORDS);
    image.bytes[image.offsets[3] + 8] ^= 0xFF;
    image.bytes[image.offsets[6] + 1] ^= 0xFF;
    image.bytes[image.offsets[RECORDS - 1] + 2] ^= 0xFF;
    uint64_t torn = image.offsets[RECORDS] - image.offsets[RECORDS - 1];
    segment_image_save(&image, &files, 5000);
    segment_image_clear(&image);
    begin();
    expect_run(3);
    expect_records(3, 1, 3);
    expect_records(3, 5, 6);
    expect_records(3, 8, RECORDS - 1);
    expect_end();
    expect_damage(2, torn, 0);
}
END_TEST

START_TEST(segment_without_a_sound_header_is_left_alone)
{
    struct segment_image image = make(2, 3, 6, RECORDS);
    image.bytes[_i == 0 ? 0 : 40] ^= 0xFF;
    segment_image_finish(&image);
    save(1, 3, 1, 5);
    segment_image_save(&image, &files, 0);
    segment_image_clear(&image);
    save(3, 3, 11, 12);
    begin();
    expect_run(3);
    expect_records(3, 1, 5);
    expect_records(3, 11, 12);
    expect_end();
    expect_damage(0, 0, 1);
    ck_assert(
        is_told("segment 0000000000000002 is not imported, its header is damaged: 5 records\n"));
}
END_TEST

START_TEST(segment_killed_in_its_making_is_no_damage)
{
    static const uint8_t zeros[SEGMENT_HEADER_BYTES];
    struct segment_image image = make(2, 3, 6, 5);
    memcpy(image.bytes, zeros, sizeof zeros);
    save(1, 3, 1, 5);
    segment_image_save(&image, &files, 5000);
    segment_image_clear(&image);
    begin();
    expect_run(3);
    expect_records(3, 1, 5);
    expect_end();
    expect_damage(0, 0, 0);
    ck_assert(!is_told("segment"));
}
END_TEST

/* Under another's name, or of another journal: put there by hand. */
START_TEST(stranger_is_left_alone)
{
    struct segment_image image = make(_i == 0 ? 9 : 2, 3, 6, RECORDS);
    save(1, 3, 1, 5);
    segment_image_close(&image, &files);
    if (_i == 0) {
        char from[200];
        (void)snprintf(from, sizeof from, "%s", journal_files_segment_path(&files, 9));
        ck_assert_int_eq(rename(from, journal_files_segment_path(&files, 2)), 0);
    } else {
        struct segment_header header = image.header;
        uint8_t bytes[SEGMENT_HEADER_BYTES];
        segment_header_write(&header, bytes); /* its journal is not that of the directory */
        journal_files_overwrite(journal_files_segment_path(&files, 2), 0, bytes, sizeof bytes);
    }
    begin();
    expect_run(3);
    expect_records(3, 1, 5);
    expect_end();
    expect_damage(0, 0, 1);
    ck_assert(is_told("segment 0000000000000002 is not imported, it is of another journal or has "
                      "another's name: 5 records\n"));
}
END_TEST

START_TEST(identity_that_is_gone_is_told_by_the_segments)
{
    save(1, 3, 1, 5);
    ck_assert_int_eq(unlink(journal_files_path(&files, "identity")), 0);
    begin();
    expect_run(3);
    expect_records(3, 1, 5);
    expect_end();
}
END_TEST

/* It may give it another time: nothing behind it comes, so that nothing is passed over. */
START_TEST(what_the_disk_does_not_give_ends_it)
{
    struct record record;
    struct error error = {""};
    save(1, 3, 1, 5);
    struct segment_image image = make(2, 3, 6, 9);
    uint64_t bad_at = image.offsets[2];
    segment_image_close(&image, &files);
    save(3, 3, 10, 12);
    begin();
    expect_run(3);
    expect_records(3, 1, 5);
    disk_faults.bad_from = bad_at;
    disk_faults.bad_to = bad_at + 1;
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(salvage_next(salvage, &record, &error), SALVAGE_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "0000000000000002.journal: Input/output error"));
    disk_faults.bad_to = 0;
    expect_records(3, 6, 12);
    expect_end();
}
END_TEST

START_TEST(segment_that_can_not_be_opened_is_told)
{
    struct error error = {""};
    save(1, 3, 1, 5);
    disk_faults.open_reason = EACCES;
    ck_assert_int_eq(open_salvage(&error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "0000000000000001.journal: Permission denied"));
    ck_assert_ptr_null(salvage);
}
END_TEST

START_TEST(later_version_is_refused)
{
    struct error error = {""};
    struct segment_image image = make(1, 3, 1, 5);
    segment_image_close(&image, &files);
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    segment_header_write(&image.header, bytes);
    bytes[8]++;
    uint32_t crc = crc32c(bytes, sizeof bytes - 4);
    memcpy(bytes + sizeof bytes - 4, &crc, sizeof crc);
    journal_files_overwrite(journal_files_segment_path(&files, 1), 0, bytes, sizeof bytes);
    ck_assert_int_eq(open_salvage(&error), RESULT_FAILED);
    ck_assert_ptr_nonnull(strstr(error.text, "was written by a later version of this program"));
}
END_TEST

START_TEST(journal_at_work_is_refused)
{
    struct error error = {""};
    save(1, 3, 1, 5);
    ck_assert_int_eq(salvage_open(&salvage, files.path, out, &error), RESULT_BUSY);
    ck_assert_ptr_nonnull(strstr(error.text, "is in use by another process"));
    begin();
    ck_assert_int_eq(
        journal_files_begin_run(&files, files.path, &files.directory, &files.identity, &error),
        RESULT_BUSY);
}
END_TEST

/* Nothing comes into a directory that is none, not even a lock. */
START_TEST(directory_without_a_journal_stays_empty)
{
    struct error error = {""};
    char empty[200];
    (void)snprintf(empty, sizeof empty, "%s", journal_files_path(&files, "empty"));
    ck_assert_int_eq(mkdir(empty, 0700), 0);
    ck_assert_int_eq(salvage_open(&salvage, empty, out, &error), RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "holds no journal"));
    ck_assert_int_eq(rmdir(empty), 0);
    ck_assert_int_eq(salvage_open(&salvage, empty, out, &error), RESULT_INVALID);
    ck_assert_int_eq(access(empty, F_OK), -1);
}
END_TEST

/* All of it is stored long since. */
START_TEST(journal_without_segments_is_at_its_end)
{
    begin();
    expect_end();
}
END_TEST

Suite *journal_salvage_suite(void)
{
    Suite *suite = suite_create("journal_salvage");
    TCase *tests = tcase_create("salvage");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, records_come_run_by_run);
    tcase_add_test(tests, segment_that_was_not_closed_is_read_to_its_last_record);
    tcase_add_loop_test(tests, void_records_do_not_come, 0, 2);
    tcase_add_test(tests, refused_records_do_not_come);
    tcase_add_test(tests, damage_is_passed_over_and_counted);
    tcase_add_loop_test(tests, segment_without_a_sound_header_is_left_alone, 0, 2);
    tcase_add_test(tests, segment_killed_in_its_making_is_no_damage);
    tcase_add_loop_test(tests, stranger_is_left_alone, 0, 2);
    tcase_add_test(tests, identity_that_is_gone_is_told_by_the_segments);
    tcase_add_test(tests, what_the_disk_does_not_give_ends_it);
    tcase_add_test(tests, segment_that_can_not_be_opened_is_told);
    tcase_add_test(tests, later_version_is_refused);
    tcase_add_test(tests, journal_at_work_is_refused);
    tcase_add_test(tests, directory_without_a_journal_stays_empty);
    tcase_add_test(tests, journal_without_segments_is_at_its_end);
    suite_add_tcase(suite, tests);
    return suite;
}
