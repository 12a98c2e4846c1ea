/* UUIDs as text, and back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/uuid.h"
#include "test/unit/suites.h"

static const uint8_t bytes[UUID_BYTES] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                          0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
static const char text[] = "00112233-4455-6677-8899-aabbccddeeff";

START_TEST(is_written_as_the_standard_has_it)
{
    char written[UUID_TEXT_SIZE];
    uuid_format(bytes, written);
    ck_assert_str_eq(written, text);
}
END_TEST

START_TEST(is_read_in_either_case)
{
    static const char *const texts[] = {text, "00112233-4455-6677-8899-AABBCCDDEEFF"};
    uint8_t read[UUID_BYTES];
    ck_assert(uuid_parse(texts[_i], read));
    ck_assert_mem_eq(read, bytes, UUID_BYTES);
}
END_TEST

/* Each place in turn with each of these, and each shorter text: the sanitizer sees a step beyond.
 */
START_TEST(what_is_none_is_refused)
{
    uint8_t read[UUID_BYTES];
    for (size_t at = 0; at < sizeof text - 1; at++) {
        static const char wrong[] = {'g', ' ', '\0', '_'};
        for (size_t i = 0; i < sizeof wrong; i++) {
            char changed[sizeof text];
            memcpy(changed, text, sizeof text);
            changed[at] = wrong[i];
            ck_assert(!uuid_parse(changed, read));
        }
        char *cut = strndup(text, at);
        ck_assert(!uuid_parse(cut, read));
        free(cut);
    }
    ck_assert(!uuid_parse("00112233-4455-6677-8899-aabbccddeeff0", read));
    ck_assert(!uuid_parse("001122334-455-6677-8899-aabbccddeeff", read));
}
END_TEST

START_TEST(random_ones_differ_and_are_of_version_4)
{
    uint8_t one[UUID_BYTES];
    uint8_t other[UUID_BYTES];
    char written[UUID_TEXT_SIZE];
    uuid_make(one);
    uuid_make(other);
    ck_assert(uuid_equal(one, one));
    ck_assert(!uuid_equal(one, other));
    uuid_format(one, written);
    ck_assert_int_eq(written[14], '4');
    ck_assert_ptr_nonnull(strchr("89ab", written[19]));
    ck_assert(uuid_parse(written, other));
    ck_assert(uuid_equal(one, other));
}
END_TEST

START_TEST(version_7_has_its_time_and_is_marked)
{
    static const int64_t times_us[] = {
        0, 999, 1000, INT64_C(1753833600123456), ((INT64_C(1) << 48) - 1) * 1000, -1, INT64_MIN};
    uint8_t uuid[UUID_BYTES];
    char written[UUID_TEXT_SIZE];
    int64_t time_us = times_us[_i];
    struct uuid_random random = {.left = 0};
    uuid_make_v7(uuid, time_us, &random);
    uuid_format(uuid, written);
    ck_assert_int_eq(written[14], '7');
    ck_assert_ptr_nonnull(strchr("89ab", written[19]));
    ck_assert(uuid_is_v7(uuid));
    ck_assert_int_eq(uuid_time_us(uuid), time_us < 0 ? 0 : time_us / 1000 * 1000);
}
END_TEST

/* RFC 9562 appendix A.6: 2022-02-22 19:22:22 UTC. */
START_TEST(version_7_is_read_as_the_standard_has_it)
{
    struct uuid_random random = {.left = 0};
    uint8_t uuid[UUID_BYTES];
    ck_assert(uuid_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", uuid));
    ck_assert(uuid_is_v7(uuid));
    ck_assert_int_eq(uuid_time_us(uuid), INT64_C(1645557742000000));
    uuid_make_v7(uuid, INT64_C(1645557742000999), &random);
    char written[UUID_TEXT_SIZE];
    uuid_format(uuid, written);
    ck_assert_int_eq(strncmp(written, "017f22e2-79b0-7", 15), 0);
}
END_TEST

/* In one millisecond, across what is kept of the randomness: every free bit is seen as 0 and as 1,
 * and none comes twice. */
START_TEST(those_of_version_7_differ)
{
    enum { COUNT = 1000 };
    static uint8_t made[COUNT][UUID_BYTES];
    struct uuid_random random = {.left = 0};
    uint8_t zeros[UUID_BYTES] = {0};
    uint8_t ones[UUID_BYTES] = {0};
    for (int i = 0; i < COUNT; i++) {
        uuid_make_v7(made[i], 1000, &random);
        for (int before = 0; before < i; before++)
            ck_assert(memcmp(made[before], made[i], UUID_BYTES) != 0);
        for (int at = 0; at < UUID_BYTES; at++) {
            ones[at] |= made[i][at];
            zeros[at] |= (uint8_t)~made[i][at];
        }
    }
    for (int at = 6; at < UUID_BYTES; at++) {
        int fixed = at == 6 ? 0xf0 : at == 8 ? 0xc0 : 0;
        ck_assert_int_eq((ones[at] & zeros[at]) | fixed, 0xff);
        ck_assert_int_eq(ones[at] & zeros[at] & fixed, 0);
    }
}
END_TEST

START_TEST(others_are_not_of_version_7)
{
    static const char *const texts[] = {
        "00112233-4455-4677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff",
        "00112233-4455-7677-0899-aabbccddeeff", "00112233-4455-7677-c899-aabbccddeeff",
        "00112233-4455-f677-8899-aabbccddeeff", "00112233-4455-7677-7899-aabbccddeeff"};
    uint8_t uuid[UUID_BYTES];
    ck_assert(uuid_parse(texts[_i], uuid));
    ck_assert(!uuid_is_v7(uuid));
}
END_TEST

Suite *uuid_suite(void)
{
    Suite *suite = suite_create("uuid");
    TCase *tests = tcase_create("uuid");
    tcase_add_test(tests, is_written_as_the_standard_has_it);
    tcase_add_loop_test(tests, is_read_in_either_case, 0, 2);
    tcase_add_test(tests, what_is_none_is_refused);
    tcase_add_test(tests, random_ones_differ_and_are_of_version_4);
    tcase_add_loop_test(tests, version_7_has_its_time_and_is_marked, 0, 7);
    tcase_add_test(tests, version_7_is_read_as_the_standard_has_it);
    tcase_add_test(tests, those_of_version_7_differ);
    tcase_add_loop_test(tests, others_are_not_of_version_7, 0, 6);
    suite_add_tcase(suite, tests);
    return suite;
}
