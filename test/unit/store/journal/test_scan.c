/* Reading a segment past damage: it always ends, and loses no more than what is damaged. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "test/unit/store/journal/scan_subject.h"
#include "test/unit/suites.h"

enum { OTHER_SALT = 0x0DDBA11, MEGABYTE_RECORDS = 19000 };

/* Expects all records from `first` to `last` but for the one with a flipped byte. */
static void expect_all_but(struct scan_subject *subject, uint64_t damaged, uint64_t first,
                           uint64_t last)
{
    const uint32_t *offsets = subject->image.offsets;
    scan_subject_expect(subject, first, damaged - 1);
    scan_subject_expect(subject, damaged + 1, last);
    scan_subject_expect_end(subject);
    bool is_tail = damaged == last; /* and may end in zeros, which are not told from the rest */
    uint64_t to = is_tail ? subject->damages[0].to : offsets[damaged];
    scan_subject_expect_damage(subject, 0, offsets[damaged - 1], to, is_tail);
    if (subject->damage_count != 1 || to > offsets[damaged])
        ck_abort_msg("%zu ranges damaged by one byte", subject->damage_count);
}

/* A megabyte, every fourth byte changed in turn; of the rest only the neighbours are read again. */
START_TEST(flipped_byte_costs_its_record_alone)
{
    struct scan_subject subject;
    journal_files_seed();
    scan_subject_make(&subject, MEGABYTE_RECORDS);
    ck_assert_uint_ge(subject.image.used, 1024 * 1024);
    const uint32_t *offsets = subject.image.offsets;
    for (uint64_t record = 1; record <= MEGABYTE_RECORDS; record++) {
        uint64_t first = record > 1 ? record - 1 : record;
        uint64_t last = record + 1 < MEGABYTE_RECORDS ? record + 2 : MEGABYTE_RECORDS;
        uint64_t phase = (uint64_t)random() % 4;
        for (uint64_t at = offsets[record - 1] + phase; at < offsets[record]; at += 4) {
            scan_subject_flip(&subject, at);
            scan_subject_rewind(&subject, SALT, offsets[first - 1], offsets[last]);
            expect_all_but(&subject, record, first, last);
            scan_subject_mend(&subject, at, 1);
        }
    }
    scan_subject_clear(&subject);
}
END_TEST

/* The same with all of it read, from a known salt and from an unknown one. */
START_TEST(flipped_byte_of_a_small_segment)
{
    enum { RECORDS = 40 };
    struct scan_subject subject;
    journal_files_seed();
    scan_subject_make(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    for (uint64_t record = 1; record <= RECORDS; record++) {
        for (uint64_t at = offsets[record - 1]; at < offsets[record]; at++) {
            scan_subject_flip(&subject, at);
            scan_subject_rewind(&subject, _i == 0 ? SALT : 0, SEGMENT_HEADER_BYTES,
                                subject.image.used);
            expect_all_but(&subject, record, 1, RECORDS);
            scan_subject_mend(&subject, at, 1);
        }
    }
    scan_subject_clear(&subject);
}
END_TEST

START_TEST(sampled_bytes_of_a_whole_megabyte)
{
    struct scan_subject subject;
    journal_files_seed();
    scan_subject_make(&subject, MEGABYTE_RECORDS);
    for (int i = 0; i < 25; i++) {
        uint64_t record = 1 + (uint64_t)random() % MEGABYTE_RECORDS;
        uint64_t begin = subject.image.offsets[record - 1];
        uint64_t at = begin + (uint64_t)random() % (subject.image.offsets[record] - begin);
        scan_subject_flip(&subject, at);
        scan_subject_rewind(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
        expect_all_but(&subject, record, 1, MEGABYTE_RECORDS);
        scan_subject_mend(&subject, at, 1);
    }
    scan_subject_clear(&subject);
}
END_TEST

START_TEST(cut_at_every_byte_of_the_last_records)
{
    enum { RECORDS = 60, CUT_FROM = 50 };
    struct scan_subject subject;
    scan_subject_make(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    uint64_t whole = RECORDS;
    for (uint64_t end = subject.image.used; end >= offsets[CUT_FROM]; end--) {
        if (end < offsets[whole])
            whole--;
        ck_assert_int_eq(ftruncate(subject.fd, (off_t)end), 0);
        scan_subject_rewind(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
        scan_subject_expect(&subject, 1, whole);
        scan_subject_expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, end > offsets[whole]);
        if (end > offsets[whole])
            scan_subject_expect_damage(&subject, 0, offsets[whole], subject.damages[0].to, 1);
        ck_assert_uint_eq(subject.scan.offset, offsets[whole]);
    }
    scan_subject_clear(&subject);
}
END_TEST

/* As after a power loss in a file that was filled ahead: a torn record, then zeros. */
START_TEST(torn_at_every_byte_before_zeros)
{
    enum { RECORDS = 12, ZEROS = 100000 };
    static const uint8_t zeros[ZEROS];
    struct scan_subject subject;
    scan_subject_make(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    scan_subject_put(&subject, subject.image.used, zeros, sizeof zeros);
    for (uint64_t end = offsets[RECORDS] - 1; end >= offsets[RECORDS - 1]; end--) {
        scan_subject_put(&subject, end, zeros, 1);
        scan_subject_rewind(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used + ZEROS);
        scan_subject_expect(&subject, 1, RECORDS - 1);
        scan_subject_expect_end(&subject);
        ck_assert_uint_le(subject.damage_count, 1);
        ck_assert_uint_eq(subject.scan.offset, offsets[RECORDS - 1]);
    }
    ck_assert_uint_eq(subject.damage_count, 0);
    scan_subject_clear(&subject);
}
END_TEST

START_TEST(zeros_in_the_middle_are_damage)
{
    enum { RECORDS = 3000, FIRST = 500, LAST = 2500 };
    struct scan_subject subject;
    scan_subject_make(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    size_t count = offsets[LAST] - offsets[FIRST];
    uint8_t *zeros = calloc(1, count);
    ck_assert_ptr_nonnull(zeros);
    scan_subject_put(&subject, offsets[FIRST], zeros, count);
    free(zeros);
    scan_subject_expect(&subject, 1, FIRST);
    scan_subject_expect(&subject, LAST + 1, RECORDS);
    scan_subject_expect_end(&subject);
    ck_assert_uint_eq(subject.damage_count, 1);
    scan_subject_expect_damage(&subject, 0, offsets[FIRST], offsets[LAST], 0);
    scan_subject_clear(&subject);
}
END_TEST

/* Zeros whose length is just beside the steps in which they are skipped, and after them a record
 * that begins with zeros itself. */
START_TEST(zeros_of_every_length_hide_no_record)
{
    static const uint8_t zeros[9000];
    struct scan_subject subject;
    for (size_t count = 4000; count < 4200; count++) {
        uint64_t second = 1;
        segment_image_init(&subject.image, 1, 1, SALT);
        segment_image_add(&subject.image, 1);
        memcpy(subject.image.bytes + subject.image.used, zeros, count);
        subject.image.used += count;
        size_t begin = subject.image.used;
        do {
            subject.image.used = begin;
            segment_image_add(&subject.image, ++second);
        } while (_i == 1 && subject.image.bytes[begin] != 0);
        scan_subject_open(&subject);
        scan_subject_expect(&subject, 1, 1);
        scan_subject_expect(&subject, second, second);
        scan_subject_expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 1);
        scan_subject_clear(&subject);
    }
}
END_TEST

START_TEST(random_garbage_ends)
{
    enum { BYTES = 1024 * 1024 };
    struct scan_subject subject;
    journal_files_seed();
    segment_image_init(&subject.image, 1, 1, SALT);
    scan_subject_open(&subject);
    uint8_t *garbage = malloc(BYTES);
    ck_assert_ptr_nonnull(garbage);
    for (size_t i = 0; i < BYTES; i++)
        garbage[i] = (uint8_t)random();
    scan_subject_put(&subject, SEGMENT_HEADER_BYTES, garbage, BYTES);
    free(garbage);
    scan_subject_rewind(&subject, _i == 0 ? SALT : 0, SEGMENT_HEADER_BYTES,
                        SEGMENT_HEADER_BYTES + BYTES);
    scan_subject_expect_end(&subject);
    ck_assert_uint_eq(subject.damage_count, 1);
    ck_assert(subject.damages[0].is_tail);
    scan_subject_clear(&subject);
}
END_TEST

/* Sound records that some other segment left in these blocks. */
START_TEST(bytes_of_another_life_are_no_records)
{
    enum { RECORDS = 100 };
    struct scan_subject subject;
    struct segment_image other;
    scan_subject_make(&subject, RECORDS);
    segment_image_init(&other, 2, 1000, OTHER_SALT);
    segment_image_fill(&other, 1000, 1099);
    size_t count = other.used - SEGMENT_HEADER_BYTES;
    scan_subject_put(&subject, subject.image.used, other.bytes + SEGMENT_HEADER_BYTES, count);
    for (uint32_t salt = 0; salt <= SALT; salt += SALT) { /* unknown: that of the first record */
        scan_subject_rewind(&subject, salt, SEGMENT_HEADER_BYTES, subject.image.used + count);
        scan_subject_expect(&subject, 1, RECORDS);
        scan_subject_expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 1);
        scan_subject_expect_damage(&subject, 0, subject.image.used, subject.damages[0].to, 1);
    }
    segment_image_clear(&other);
    scan_subject_clear(&subject);
}
END_TEST

Suite *journal_scan_suite(void)
{
    Suite *suite = suite_create("journal_scan");
    TCase *tests = tcase_create("scan");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, flipped_byte_costs_its_record_alone);
    tcase_add_loop_test(tests, flipped_byte_of_a_small_segment, 0, 2);
    tcase_add_test(tests, sampled_bytes_of_a_whole_megabyte);
    tcase_add_test(tests, cut_at_every_byte_of_the_last_records);
    tcase_add_test(tests, torn_at_every_byte_before_zeros);
    tcase_add_test(tests, zeros_in_the_middle_are_damage);
    tcase_add_loop_test(tests, zeros_of_every_length_hide_no_record, 0, 2);
    tcase_add_loop_test(tests, random_garbage_ends, 0, 2);
    tcase_add_test(tests, bytes_of_another_life_are_no_records);
    suite_add_tcase(suite, tests);
    return suite;
}
