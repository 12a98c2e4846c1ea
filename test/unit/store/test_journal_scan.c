/* Reading a segment past damage: it always ends, and loses no more than what is damaged. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "store/journal_scan.h"
#include "test/unit/store/journal_files.h"
#include "test/unit/suites.h"

enum { SALT = 0x5A17F00D, OTHER_SALT = 0x0DDBA11, MEGABYTE_RECORDS = 19000, DAMAGES_MAX = 8 };

struct damage {
    uint64_t from;
    uint64_t to;
    int is_tail;
};

/* One segment, the scan of it, and what that reported. */
struct subject {
    struct segment_image image;
    struct journal_scan scan;
    int fd;
    struct damage damages[DAMAGES_MAX];
    size_t damage_count;
};

static void on_damage(void *arg, uint64_t from, uint64_t to, int is_tail)
{
    struct subject *subject = arg;
    if (from >= to)
        ck_abort_msg("empty damage");
    if (subject->damage_count < DAMAGES_MAX)
        subject->damages[subject->damage_count] = (struct damage){from, to, is_tail};
    subject->damage_count++;
}

/* Begins the scan anew: of the bytes from `from` to `end`. */
static void rewind_to(struct subject *subject, uint32_t salt, uint64_t from, uint64_t end)
{
    subject->scan.salt = salt;
    subject->scan.offset = from;
    subject->scan.end = end;
    subject->scan.window_at = subject->scan.window_bytes = 0;
    subject->damage_count = 0;
}

static void open_subject(struct subject *subject)
{
    subject->fd = segment_image_open(&subject->image);
    journal_scan_init(&subject->scan, subject->fd, SALT, SEGMENT_HEADER_BYTES, subject->image.used,
                      on_damage, subject);
    subject->damage_count = 0;
}

static void make_subject(struct subject *subject, uint64_t records)
{
    segment_image_init(&subject->image, 1, 1, SALT);
    segment_image_fill(&subject->image, 1, records);
    open_subject(subject);
}

static void clear_subject(struct subject *subject)
{
    journal_scan_clear(&subject->scan);
    (void)close(subject->fd);
    segment_image_clear(&subject->image);
}

static void put(const struct subject *subject, uint64_t at, const void *bytes, size_t count)
{
    if (pwrite(subject->fd, bytes, count, (off_t)at) != (ssize_t)count)
        ck_abort_msg("can't write");
}

/* Puts the image's own bytes back. */
static void mend(const struct subject *subject, uint64_t at, size_t count)
{
    put(subject, at, subject->image.bytes + at, count);
}

/* Asserted by the million, which ck_assert() is too slow for. */
static void expect_record(struct subject *subject, uint64_t sequence)
{
    struct record record;
    if (journal_scan_next(&subject->scan, &record) != SCAN_RECORD)
        ck_abort_msg("no record where %llu should be", (unsigned long long)sequence);
    if (record.sequence != sequence)
        ck_abort_msg("record %llu instead of %llu", (unsigned long long)record.sequence,
                     (unsigned long long)sequence);
    if (!segment_image_is_payload(sequence, record.payload, record.payload_bytes))
        ck_abort_msg("record %llu has another payload", (unsigned long long)sequence);
}

/* The next records are those from `first` to `last`, sequences that begin with 1. */
static void expect_records(struct subject *subject, uint64_t first, uint64_t last)
{
    for (uint64_t sequence = first; sequence <= last; sequence++)
        expect_record(subject, sequence);
}

static void expect_end(struct subject *subject)
{
    struct record record;
    for (int i = 0; i < 2; i++) {
        if (journal_scan_next(&subject->scan, &record) != SCAN_END)
            ck_abort_msg("goes on behind the end");
    }
}

static void expect_damage(const struct subject *subject, size_t number, uint64_t from, uint64_t to,
                          int is_tail)
{
    const struct damage *damage = &subject->damages[number];
    if (subject->damage_count <= number || damage->from != from || damage->to != to ||
        damage->is_tail != is_tail)
        ck_abort_msg("damage %zu of %zu is %llu-%llu tail=%d instead of %llu-%llu tail=%d", number,
                     subject->damage_count, (unsigned long long)damage->from,
                     (unsigned long long)damage->to, damage->is_tail, (unsigned long long)from,
                     (unsigned long long)to, is_tail);
}

/* Some other byte than the one that is there. */
static void flip(const struct subject *subject, uint64_t at)
{
    uint8_t byte = subject->image.bytes[at] ^ (uint8_t)(1 + random() % 255);
    put(subject, at, &byte, 1);
}

static void print_seed(void)
{
    const char *given = getenv("TEST_SEED");
    unsigned seed = given == NULL ? (unsigned)time(NULL) : (unsigned)strtoul(given, NULL, 10);
    printf("TEST_SEED=%u\n", seed);
    srandom(seed);
}

/* Expects all records from `first` to `last` but for the one with a flipped byte. */
static void expect_all_but(struct subject *subject, uint64_t damaged, uint64_t first, uint64_t last)
{
    const uint32_t *offsets = subject->image.offsets;
    expect_records(subject, first, damaged - 1);
    expect_records(subject, damaged + 1, last);
    expect_end(subject);
    bool is_tail = damaged == last; /* and may end in zeros, which are not told from the rest */
    uint64_t to = is_tail ? subject->damages[0].to : offsets[damaged];
    expect_damage(subject, 0, offsets[damaged - 1], to, is_tail);
    if (subject->damage_count != 1 || to > offsets[damaged])
        ck_abort_msg("%zu ranges damaged by one byte", subject->damage_count);
}

/* A megabyte, each of its bytes changed in turn; of the rest only the neighbours are read again. */
START_TEST(flipped_byte_costs_its_record_alone)
{
    struct subject subject;
    print_seed();
    make_subject(&subject, MEGABYTE_RECORDS);
    ck_assert_uint_ge(subject.image.used, 1024 * 1024);
    const uint32_t *offsets = subject.image.offsets;
    for (uint64_t record = 1; record <= MEGABYTE_RECORDS; record++) {
        uint64_t first = record > 1 ? record - 1 : record;
        uint64_t last = record + 1 < MEGABYTE_RECORDS ? record + 2 : MEGABYTE_RECORDS;
        for (uint64_t at = offsets[record - 1]; at < offsets[record]; at++) {
            flip(&subject, at);
            rewind_to(&subject, SALT, offsets[first - 1], offsets[last]);
            expect_all_but(&subject, record, first, last);
            mend(&subject, at, 1);
        }
    }
    clear_subject(&subject);
}
END_TEST

/* The same with all of it read, from a known salt and from an unknown one. */
START_TEST(flipped_byte_of_a_small_segment)
{
    enum { RECORDS = 40 };
    struct subject subject;
    print_seed();
    make_subject(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    for (uint64_t record = 1; record <= RECORDS; record++) {
        for (uint64_t at = offsets[record - 1]; at < offsets[record]; at++) {
            flip(&subject, at);
            rewind_to(&subject, _i == 0 ? SALT : 0, SEGMENT_HEADER_BYTES, subject.image.used);
            expect_all_but(&subject, record, 1, RECORDS);
            mend(&subject, at, 1);
        }
    }
    clear_subject(&subject);
}
END_TEST

START_TEST(sampled_bytes_of_a_whole_megabyte)
{
    struct subject subject;
    print_seed();
    make_subject(&subject, MEGABYTE_RECORDS);
    for (int i = 0; i < 25; i++) {
        uint64_t record = 1 + (uint64_t)random() % MEGABYTE_RECORDS;
        uint64_t begin = subject.image.offsets[record - 1];
        uint64_t at = begin + (uint64_t)random() % (subject.image.offsets[record] - begin);
        flip(&subject, at);
        rewind_to(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
        expect_all_but(&subject, record, 1, MEGABYTE_RECORDS);
        mend(&subject, at, 1);
    }
    clear_subject(&subject);
}
END_TEST

START_TEST(cut_at_every_byte_of_the_last_records)
{
    enum { RECORDS = 60, CUT_FROM = 50 };
    struct subject subject;
    make_subject(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    uint64_t whole = RECORDS;
    for (uint64_t end = subject.image.used; end >= offsets[CUT_FROM]; end--) {
        if (end < offsets[whole])
            whole--;
        ck_assert_int_eq(ftruncate(subject.fd, (off_t)end), 0);
        rewind_to(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
        expect_records(&subject, 1, whole);
        expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, end > offsets[whole]);
        if (end > offsets[whole])
            expect_damage(&subject, 0, offsets[whole], subject.damages[0].to, 1);
        ck_assert_uint_eq(subject.scan.offset, offsets[whole]);
    }
    clear_subject(&subject);
}
END_TEST

/* As after a power loss in a file that was filled ahead: a torn record, then zeros. */
START_TEST(torn_at_every_byte_before_zeros)
{
    enum { RECORDS = 12, ZEROS = 100000 };
    static const uint8_t zeros[ZEROS];
    struct subject subject;
    make_subject(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    put(&subject, subject.image.used, zeros, sizeof zeros);
    for (uint64_t end = offsets[RECORDS] - 1; end >= offsets[RECORDS - 1]; end--) {
        put(&subject, end, zeros, 1);
        rewind_to(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used + ZEROS);
        expect_records(&subject, 1, RECORDS - 1);
        expect_end(&subject);
        ck_assert_uint_le(subject.damage_count, 1);
        ck_assert_uint_eq(subject.scan.offset, offsets[RECORDS - 1]);
    }
    ck_assert_uint_eq(subject.damage_count, 0);
    clear_subject(&subject);
}
END_TEST

START_TEST(zeros_in_the_middle_are_damage)
{
    enum { RECORDS = 3000, FIRST = 500, LAST = 2500 };
    struct subject subject;
    make_subject(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    size_t count = offsets[LAST] - offsets[FIRST];
    uint8_t *zeros = calloc(1, count);
    ck_assert_ptr_nonnull(zeros);
    put(&subject, offsets[FIRST], zeros, count);
    free(zeros);
    expect_records(&subject, 1, FIRST);
    expect_records(&subject, LAST + 1, RECORDS);
    expect_end(&subject);
    ck_assert_uint_eq(subject.damage_count, 1);
    expect_damage(&subject, 0, offsets[FIRST], offsets[LAST], 0);
    clear_subject(&subject);
}
END_TEST

/* Zeros whose length is just beside the steps in which they are skipped. */
START_TEST(zeros_of_every_length_hide_no_record)
{
    static const uint8_t zeros[9000];
    for (size_t count = 4000; count < 4200; count += 1 + (size_t)_i) {
        struct subject subject;
        segment_image_init(&subject.image, 1, 1, SALT);
        segment_image_add(&subject.image, 1);
        memcpy(subject.image.bytes + subject.image.used, zeros, count);
        subject.image.used += count;
        segment_image_add(&subject.image, 2);
        open_subject(&subject);
        expect_records(&subject, 1, 2);
        expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 1);
        clear_subject(&subject);
    }
}
END_TEST

START_TEST(random_garbage_ends)
{
    enum { BYTES = 1024 * 1024 };
    struct subject subject;
    print_seed();
    segment_image_init(&subject.image, 1, 1, SALT);
    open_subject(&subject);
    uint8_t *garbage = malloc(BYTES);
    ck_assert_ptr_nonnull(garbage);
    for (size_t i = 0; i < BYTES; i++)
        garbage[i] = (uint8_t)random();
    put(&subject, SEGMENT_HEADER_BYTES, garbage, BYTES);
    free(garbage);
    rewind_to(&subject, _i == 0 ? SALT : 0, SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES + BYTES);
    expect_end(&subject);
    ck_assert_uint_eq(subject.damage_count, 1);
    ck_assert(subject.damages[0].is_tail);
    clear_subject(&subject);
}
END_TEST

/* Sound records that some other segment left in these blocks. */
START_TEST(bytes_of_another_life_are_no_records)
{
    enum { RECORDS = 100 };
    struct subject subject;
    struct segment_image other;
    make_subject(&subject, RECORDS);
    segment_image_init(&other, 2, 1000, OTHER_SALT);
    segment_image_fill(&other, 1000, 1099);
    size_t count = other.used - SEGMENT_HEADER_BYTES;
    put(&subject, subject.image.used, other.bytes + SEGMENT_HEADER_BYTES, count);
    for (uint32_t salt = 0; salt <= SALT; salt += SALT) { /* unknown: that of the first record */
        rewind_to(&subject, salt, SEGMENT_HEADER_BYTES, subject.image.used + count);
        expect_records(&subject, 1, RECORDS);
        expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 1);
        expect_damage(&subject, 0, subject.image.used, subject.damages[0].to, 1);
    }
    segment_image_clear(&other);
    clear_subject(&subject);
}
END_TEST

/* The scan's window ends inside of records, whatever the offset it begins at. */
START_TEST(records_across_the_windows_border_come_back)
{
    enum { RECORDS = 12000 };
    struct subject subject;
    make_subject(&subject, RECORDS);
    ck_assert_uint_gt(subject.image.used, 2 * SCAN_WINDOW_BYTES);
    for (uint64_t first = 1; first <= 60; first++) {
        rewind_to(&subject, SALT, subject.image.offsets[first - 1], subject.image.used);
        expect_records(&subject, first, RECORDS);
        expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 0);
    }
    clear_subject(&subject);
}
END_TEST

/* Damage that lies across the border, from every byte of the records before it on. */
START_TEST(damage_across_the_windows_border_costs_what_it_covers)
{
    enum { RECORDS = 5500 };
    static const uint8_t junk[128] = {1, 2, 3};
    struct subject subject;
    make_subject(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    uint64_t border = SEGMENT_HEADER_BYTES + SCAN_WINDOW_BYTES;
    uint64_t first = 1; /* and last: the records that are touched */
    uint64_t last = 1;
    for (uint64_t at = border - sizeof junk - 100; at < border + 10; at++) {
        while (offsets[first] <= at)
            first++;
        while (offsets[last] < at + sizeof junk)
            last++;
        put(&subject, at, junk, sizeof junk);
        rewind_to(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
        expect_records(&subject, 1, first - 1);
        expect_records(&subject, last + 1, RECORDS);
        expect_end(&subject);
        ck_assert_uint_eq(subject.damage_count, 1);
        expect_damage(&subject, 0, offsets[first - 1], offsets[last], 0);
        mend(&subject, at, sizeof junk);
    }
    clear_subject(&subject);
}
END_TEST

START_TEST(growing_segment_is_read_on)
{
    enum { RECORDS = 9000 };
    struct subject subject;
    make_subject(&subject, RECORDS);
    const uint32_t *offsets = subject.image.offsets;
    rewind_to(&subject, SALT, SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES);
    for (uint64_t known = 0; known < RECORDS;) {
        uint64_t more = 1 + known % 97;
        uint64_t now = known + more < RECORDS ? known + more : RECORDS;
        struct record record;
        subject.scan.end = offsets[now];
        expect_records(&subject, known + 1, now);
        ck_assert_int_eq(journal_scan_next(&subject.scan, &record), SCAN_END);
        known = now;
    }
    ck_assert_uint_eq(subject.damage_count, 0);
    clear_subject(&subject);
}
END_TEST

START_TEST(unreadable_file_is_no_end)
{
    struct subject subject;
    struct record record;
    make_subject(&subject, 10);
    subject.scan.fd = -1;
    ck_assert_int_eq(journal_scan_next(&subject.scan, &record), SCAN_FAILED);
    subject.scan.fd = subject.fd;
    rewind_to(&subject, SALT, SEGMENT_HEADER_BYTES, subject.image.used);
    expect_records(&subject, 1, 10);
    clear_subject(&subject);
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
    tcase_add_loop_test(tests, zeros_of_every_length_hide_no_record, 0, 3);
    tcase_add_loop_test(tests, random_garbage_ends, 0, 2);
    tcase_add_test(tests, bytes_of_another_life_are_no_records);
    tcase_add_test(tests, records_across_the_windows_border_come_back);
    tcase_add_test(tests, damage_across_the_windows_border_costs_what_it_covers);
    tcase_add_test(tests, growing_segment_is_read_on);
    tcase_add_test(tests, unreadable_file_is_no_end);
    suite_add_tcase(suite, tests);
    return suite;
}
