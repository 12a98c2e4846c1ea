/* UUIDs as text, and back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/base/uuid.h"
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

Suite *uuid_suite(void)
{
    Suite *suite = suite_create("uuid");
    TCase *tests = tcase_create("uuid");
    tcase_add_test(tests, is_written_as_the_standard_has_it);
    tcase_add_loop_test(tests, is_read_in_either_case, 0, 2);
    tcase_add_test(tests, what_is_none_is_refused);
    tcase_add_test(tests, random_ones_differ_and_are_of_version_4);
    suite_add_tcase(suite, tests);
    return suite;
}
