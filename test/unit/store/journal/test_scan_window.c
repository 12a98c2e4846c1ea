/* The window through which a segment is read: its borders, and a file that grows or fails. */
#include <stdint.h>

#include <check.h>

#include "test/unit/store/journal/scan_subject.h"
#include "test/unit/suites.h"

/* The scan's window ends inside of records, whatever the offset it begins at. */
START_TEST(records_across_the_windows_border_come_back)
{
    enum { RECORDS = 12000 };
    struct scan_subject subject;
    scan_subject_make(&subject, RECORDS);
    ck_assert_uint_gt(subject.image.used, 2 * SCAN_WINDOW_BYTES);
    for (uint64_t first = 1; first <= 60; first++) {
        scan_subject_rewind(&subject, SALT, subject.image.offsets[first - 1], subject.image.used);
        scan_subject_expect(&subject, first, RECORDS);
        scan_subject_expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 0);
    }
    scan_subject_clear(&subject);
}
END_TEST

/* Damage that lies across the border, from every byte of the records before it on. */
START_TEST(damage_across_the_windows_border_costs_what_it_covers)
{
    enum { RECORDS = 5500 };
    static const uint8_t junk[128] = {1, 2, 3};
    struct scan_subject subject;
    scan_subject_make(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    uint64_t border = SEGMENT_HEADER_BYTES + SCAN_WINDOW_BYTES;
    uint64_t first = 1; /* and last: the records that are touched */
    uint64_t last = 1;
    for (uint64_t at = border - sizeof junk - 100; at < border + 10; at++) {
        while (offsets[first] <= at)
            first++;
        while (offsets[last] < at + sizeof junk)
            last++;
        scan_subject_put(&subject, at, junk, sizeof junk);
        scan_subject_rewind(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
        scan_subject_expect(&subject, 1, first - 1);
        scan_subject_expect(&subject, last + 1, RECORDS);
        scan_subject_expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 1);
        scan_subject_expect_damage(&subject, 0, offsets[first - 1], offsets[last], 0);
        scan_subject_mend(&subject, at, sizeof junk);
    }
    scan_subject_clear(&subject);
}
END_TEST

START_TEST(growing_segment_is_read_on)
{
    enum { RECORDS = 9000 };
    struct scan_subject subject;
    scan_subject_make(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    scan_subject_rewind(&subject, SALT, SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES);
    for (uint64_t known = 0; known < RECORDS;) {
        uint64_t more = 1 + known % 97;
        uint64_t now = known + more < RECORDS ? known + more : RECORDS;
        struct record record;
        subject.scan.end = offsets[now];
        scan_subject_expect(&subject, known + 1, now);
        ck_assert_int_eq(journal_scan_next(&subject.scan, &record), SCAN_END);
        known = now;
    }
    ck_assert_uint_eq(subject.damage_count, 0);
    scan_subject_clear(&subject);
}
END_TEST

START_TEST(unreadable_file_is_no_end)
{
    struct scan_subject subject;
    struct record record;
    scan_subject_make(&subject, 10);
    subject.scan.fd = -1;
    ck_assert_int_eq(journal_scan_next(&subject.scan, &record), SCAN_FAILED);
    subject.scan.fd = subject.fd;
    scan_subject_rewind(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
    scan_subject_expect(&subject, 1, 10);
    scan_subject_clear(&subject);
}
END_TEST

Suite *journal_scan_window_suite(void)
{
    Suite *suite = suite_create("journal_scan_window");
    TCase *tests = tcase_create("window");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, records_across_the_windows_border_come_back);
    tcase_add_test(tests, damage_across_the_windows_border_costs_what_it_covers);
    tcase_add_test(tests, growing_segment_is_read_on);
    tcase_add_test(tests, unreadable_file_is_no_end);
    suite_add_tcase(suite, tests);
    return suite;
}
