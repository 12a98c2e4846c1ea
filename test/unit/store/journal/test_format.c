/* The journal's bytes: what is written is read back, and nothing else is. */
#include <stdint.h>
#include <string.h>

#include <check.h>

#include "protocol/bytes.h"
#include "store/base/crc32c.h"
#include "store/journal/format.h"
#include "test/unit/suites.h"

enum { SALT = 0x5A17F00D, AT_FORMAT = 8 };

/* The first segment of a journal, as the first version wrote it: its header up to the zeros before
 * the CRC, its first record, and its end. */
static const uint8_t written_header[] = {
    0x56, 0x41, 0x54, 0x4a, 0x52, 0x4e, 0x4c, 0x00, 0x01, 0x00, 0x00, 0x00, 0x73, 0x8d,
    0xcc, 0xf8, 0x10, 0x19, 0x1c, 0xac, 0x6b, 0xc1, 0x48, 0x58, 0x8c, 0xe6, 0x71, 0xdd,
    0xdb, 0xb9, 0xa7, 0x6e, 0xbe, 0xc9, 0x02, 0x9b, 0x43, 0x39, 0x46, 0x82, 0x8d, 0x0a,
    0x35, 0x9a, 0x86, 0xe4, 0x5b, 0x9a, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x55, 0x73, 0x9e, 0x10, 0x26, 0x61,
    0x06, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00};
static const uint8_t written_header_crc[] = {0xe7, 0x28, 0x92, 0xfb};
static const uint8_t written_record[] = {
    0x47, 0x0b, 0xc8, 0xc4, 0x18, 0x00, 0x00, 0x00, 0x73, 0x8d, 0xcc, 0xf8, 0x01, 0x00, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x00, 0x04, 0x00, 0xfa, 0x2c, 0x9f, 0x10, 0x26, 0x61,
    0x06, 0x00, 0x01, 0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x01};
static const uint8_t written_end[] = {0xf2, 0xef, 0xb8, 0x67, 0x08, 0x00, 0x01, 0x00, 0x73, 0x8d,
                                      0xcc, 0xf8, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
                                      0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};

static const uint32_t written_salt = 0xf8cc8d73;

static struct segment_header make_header(void)
{
    struct segment_header header = {
        .number = 0x1122334455667788,
        .first_sequence = (UINT64_C(3) << 40) + 1,
        .created_us = -5,
        .run = 3,
        .salt = SALT,
    };
    for (size_t i = 0; i < UUID_BYTES; i++) {
        header.journal[i] = (uint8_t)i;
        header.nonce[i] = (uint8_t)(0xF0 + i);
    }
    return header;
}

START_TEST(header_comes_back)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header = make_header();
    struct segment_header read;
    segment_header_write(&header, bytes);
    ck_assert_int_eq(segment_header_read(bytes, &read), HEADER_SOUND);
    ck_assert_uint_eq(read.number, header.number);
    ck_assert_uint_eq(read.first_sequence, header.first_sequence);
    ck_assert_int_eq(read.created_us, header.created_us);
    ck_assert_uint_eq(read.run, header.run);
    ck_assert_uint_eq(read.salt, header.salt);
    ck_assert_mem_eq(read.journal, header.journal, UUID_BYTES);
    ck_assert_mem_eq(read.nonce, header.nonce, UUID_BYTES);
}
END_TEST

/* Of a header, with the CRC that goes with it. */
static void set_format(uint8_t bytes[static SEGMENT_HEADER_BYTES], uint8_t format)
{
    bytes[AT_FORMAT] = format;
    bytes_put_le32(bytes + SEGMENT_HEADER_BYTES - 4, crc32c(bytes, SEGMENT_HEADER_BYTES - 4));
}

static void make_written_header(uint8_t bytes[static SEGMENT_HEADER_BYTES])
{
    memset(bytes, 0, SEGMENT_HEADER_BYTES);
    memcpy(bytes, written_header, sizeof written_header);
    memcpy(bytes + SEGMENT_HEADER_BYTES - 4, written_header_crc, 4);
}

START_TEST(header_has_the_bytes_that_older_journals_have)
{
    const uint64_t run_start = (uint64_t)1 << JOURNAL_RUN_SHIFT;
    uint8_t expected[SEGMENT_HEADER_BYTES];
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header;
    make_written_header(expected);
    ck_assert_int_eq(segment_header_read(expected, &header), HEADER_SOUND);
    ck_assert_uint_eq(header.number, 1);
    ck_assert_uint_eq(header.salt, written_salt);
    ck_assert_uint_eq(header.run, 1);
    ck_assert_uint_eq(header.first_sequence, run_start + 1);
    ck_assert_uint_eq(header.accepted_through, run_start);
    ck_assert_int_eq(header.created_us, INT64_C(1795665975735125));
    ck_assert_mem_eq(header.journal, written_header + 16, UUID_BYTES);
    ck_assert_mem_eq(header.nonce, written_header + 32, UUID_BYTES);
    segment_header_write(&header, bytes);
    set_format(expected, 2); /* written today; the rest stays as it was */
    ck_assert_mem_eq(bytes, expected, sizeof expected);
}
END_TEST

START_TEST(records_have_the_bytes_that_older_journals_have)
{
    uint8_t bytes[RECORD_MAX_BYTES];
    struct record record;
    ck_assert_uint_eq(record_read(written_record, sizeof written_record, written_salt, &record),
                      sizeof written_record);
    ck_assert_uint_eq(record.sequence, ((uint64_t)1 << JOURNAL_RUN_SHIFT) + 1);
    ck_assert_uint_eq(record.type, RECORD_EVENT);
    (void)record_write(bytes, RECORD_EVENT, record.sequence, record.payload, record.payload_bytes);
    ck_assert_uint_eq(record_stamp(bytes, written_salt), sizeof written_record);
    ck_assert_mem_eq(bytes, written_record, sizeof written_record);
    ck_assert_uint_eq(record_read(written_end, sizeof written_end, written_salt, &record),
                      RECORD_END_BYTES);
    ck_assert_uint_eq(record_end_count(&record), 4);
    record_write_end(bytes, written_salt, record.sequence, 4);
    ck_assert_mem_eq(bytes, written_end, sizeof written_end);
}
END_TEST

START_TEST(every_flipped_bit_of_a_header_is_damage)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header = make_header();
    segment_header_write(&header, bytes);
    for (int bit = 0; bit < SEGMENT_HEADER_BYTES * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_int_eq(segment_header_read(bytes, &header), HEADER_DAMAGED);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    ck_assert_int_eq(segment_header_read(bytes, &header), HEADER_SOUND);
}
END_TEST

START_TEST(header_of_a_later_version_is_known_as_such)
{
    uint8_t bytes[SEGMENT_HEADER_BYTES];
    struct segment_header header = make_header();
    segment_header_write(&header, bytes);
    ck_assert_uint_eq(bytes[AT_FORMAT], 2);
    set_format(bytes, 3);
    ck_assert_int_eq(segment_header_read(bytes, &header), HEADER_NEWER);
}
END_TEST

static size_t make_record(uint8_t *bytes, size_t payload_bytes)
{
    uint8_t payload[RECORD_PAYLOAD_MAX_BYTES];
    memset(payload, 0x77, sizeof payload);
    size_t length = record_write(bytes, RECORD_EVENT, 42, payload, payload_bytes);
    ck_assert_uint_eq(length, RECORD_HEADER_BYTES + payload_bytes);
    ck_assert_uint_eq(record_length(bytes), length);
    ck_assert_uint_eq(record_sequence(bytes), 42);
    ck_assert_uint_eq(record_stamp(bytes, SALT), length);
    return length;
}

START_TEST(record_of_each_length_comes_back)
{
    for (size_t payload_bytes = 1; payload_bytes <= RECORD_PAYLOAD_MAX_BYTES; payload_bytes++) {
        uint8_t bytes[RECORD_MAX_BYTES];
        struct record record;
        size_t length = make_record(bytes, payload_bytes);
        ck_assert_uint_eq(record_read(bytes, length, SALT, &record), length);
        ck_assert_uint_eq(record.sequence, 42);
        ck_assert_uint_eq(record.salt, SALT);
        ck_assert_uint_eq(record.type, RECORD_EVENT);
        ck_assert_uint_eq(record.payload_bytes, payload_bytes);
        ck_assert_ptr_eq(record.payload, bytes + RECORD_HEADER_BYTES);
        ck_assert_uint_eq(record_read(bytes, length, 0, &record), length);
        ck_assert_uint_eq(record_read(bytes, length, SALT + 1, &record), 0);
        for (size_t available = 0; available < length; available++)
            ck_assert_uint_eq(record_read(bytes, available, SALT, &record), 0);
    }
}
END_TEST

START_TEST(every_flipped_bit_of_a_record_is_damage)
{
    uint8_t bytes[RECORD_MAX_BYTES + 64] = {0};
    struct record record;
    size_t length = make_record(bytes, 31);
    for (size_t bit = 0; bit < length * 8; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        ck_assert_uint_eq(record_read(bytes, sizeof bytes, 0, &record), 0);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}
END_TEST

/* Records of no type, length or salt that is ever written, though their CRC is right. */
START_TEST(sound_bytes_of_no_record_are_refused)
{
    static const struct {
        size_t at;
        uint8_t value;
    } changes[] = {{6, 2}, {7, 1}, {4, 0}, {5, 2}};
    uint8_t bytes[1024] = {0};
    struct record record;
    (void)make_record(bytes, 20);
    bytes[changes[_i].at] = changes[_i].value;
    size_t length = record_length(bytes);
    uint32_t crc = crc32c(bytes + 4, length - 4);
    memcpy(bytes, &crc, sizeof crc);
    ck_assert_uint_eq(record_read(bytes, sizeof bytes, SALT, &record), 0);
}
END_TEST

START_TEST(zeros_are_no_record)
{
    static const uint8_t zeros[RECORD_MAX_BYTES];
    struct record record;
    ck_assert_uint_eq(record_read(zeros, sizeof zeros, 0, &record), 0);
}
END_TEST

START_TEST(end_record_comes_back)
{
    uint8_t bytes[RECORD_END_BYTES];
    struct record record;
    record_write_end(bytes, SALT, 99, 12345678901);
    ck_assert_uint_eq(record_read(bytes, sizeof bytes, SALT, &record), sizeof bytes);
    ck_assert_uint_eq(record.type, RECORD_END);
    ck_assert_uint_eq(record.sequence, 99);
    ck_assert_uint_eq(record_end_count(&record), 12345678901);
}
END_TEST

Suite *journal_format_suite(void)
{
    Suite *suite = suite_create("journal_format");
    TCase *tests = tcase_create("format");
    tcase_add_test(tests, header_comes_back);
    tcase_add_test(tests, header_has_the_bytes_that_older_journals_have);
    tcase_add_test(tests, records_have_the_bytes_that_older_journals_have);
    tcase_add_test(tests, every_flipped_bit_of_a_header_is_damage);
    tcase_add_test(tests, header_of_a_later_version_is_known_as_such);
    tcase_add_test(tests, record_of_each_length_comes_back);
    tcase_add_test(tests, every_flipped_bit_of_a_record_is_damage);
    tcase_add_loop_test(tests, sound_bytes_of_no_record_are_refused, 0, 4);
    tcase_add_test(tests, zeros_are_no_record);
    tcase_add_test(tests, end_record_comes_back);
    suite_add_tcase(suite, tests);
    return suite;
}
