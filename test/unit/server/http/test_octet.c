/* Every byte, in every place. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "server/http/octet.h"
#include "test/unit/suites.h"

enum { BYTES = 256, LONGEST = 26 };

START_TEST(knows_the_bytes_of_tokens)
{
    static const char tokens[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int byte = 0; byte < BYTES; byte++)
        ck_assert_int_eq(http_is_token_byte((char)byte),
                         memchr(tokens, byte, sizeof tokens - 1) != NULL);
}
END_TEST

static bool is_control(int byte)
{
    return byte < 0x20 || byte == 0x7F;
}

START_TEST(knows_the_bytes_of_values)
{
    for (int byte = 0; byte < BYTES; byte++)
        ck_assert_int_eq(http_is_value_byte((char)byte), byte == '\t' || !is_control(byte));
}
END_TEST

/* Reads from a block of just this size, so that the sanitizer sees a step beyond it. */
static void check_value(int byte, size_t at, size_t bytes, char other)
{
    char *block = malloc(bytes);
    ck_assert_ptr_nonnull(block);
    memset(block, other, bytes);
    block[at] = (char)byte;
    ck_assert_msg(http_is_value(block, bytes) == http_is_value_byte((char)byte),
                  "byte %d at %zu of %zu, amid %d", byte, at, bytes, other);
    free(block);
}

static const char others[] = {' ', '\t', '~', (char)0x80, (char)0xA0, (char)0xFF};

START_TEST(finds_a_byte_wherever_it_stands_and_whatever_stands_beside_it)
{
    for (size_t bytes = 1; bytes <= LONGEST; bytes++) {
        for (size_t at = 0; at < bytes; at++) {
            for (int byte = 0; byte < BYTES; byte++)
                check_value(byte, at, bytes, others[_i]);
        }
    }
}
END_TEST

START_TEST(an_empty_value_is_one)
{
    ck_assert(http_is_value("\x01", 0));
}
END_TEST

Suite *http_octet_suite(void)
{
    Suite *suite = suite_create("http_octet");
    TCase *tcase = tcase_create("http_octet");
    tcase_add_test(tcase, knows_the_bytes_of_tokens);
    tcase_add_test(tcase, knows_the_bytes_of_values);
    tcase_add_loop_test(tcase, finds_a_byte_wherever_it_stands_and_whatever_stands_beside_it, 0,
                        (int)sizeof others);
    tcase_add_test(tcase, an_empty_value_is_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
