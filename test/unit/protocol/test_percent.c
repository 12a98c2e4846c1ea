/* Percent-encoding, character by character. */
#include <stdbool.h>
#include <string.h>

#include <check.h>

#include "protocol/percent.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
    const char *text;
    size_t bytes;        /* of it, all the same whatever follows */
    const char *decoded; /* NULL = it is malformed */
} cases[] = {
    {"", 0, ""},         {"abc", 3, "abc"},   {"abc", 2, "ab"},  {"%61b%7A", 7, "abz"},
    {"%4a%4A", 6, "JJ"}, {"%2525", 5, "%25"}, {"+", 1, "+"},     {"%", 1, NULL},
    {"%6", 2, NULL},     {"%61", 1, NULL},    {"%61", 2, NULL},  {"%61%6", 5, NULL},
    {"%61%61", 5, NULL}, {"%g1", 3, NULL},    {"%1g", 3, NULL},  {"% 1", 3, NULL},
    {"%+1", 3, NULL},    {"%-1", 3, NULL},    {"%%41", 4, NULL},
};

START_TEST(decodes_what_two_digits_follow)
{
    char decoded[8] = "";
    size_t bytes = 0;
    const char *at = cases[_i].text;
    const char *end = at + cases[_i].bytes;
    bool is_sound = true;
    while (at < end && (is_sound = percent_take(&at, end, &decoded[bytes])))
        bytes++;
    ck_assert_int_eq(is_sound, cases[_i].decoded != NULL);
    if (!is_sound)
        return;
    ck_assert_ptr_eq(at, end);
    ck_assert_uint_eq(bytes, strlen(cases[_i].decoded));
    ck_assert_int_eq(memcmp(decoded, cases[_i].decoded, bytes), 0);
}
END_TEST

START_TEST(decodes_every_byte)
{
    for (int byte = 0; byte < 256; byte++) {
        char text[3] = {'%'};
        const char *at = text;
        char c = 'x';
        (void)hex_write(text + 1, &(uint8_t){(uint8_t)byte}, 1);
        ck_assert(percent_take(&at, text + 3, &c));
        ck_assert_int_eq((unsigned char)c, byte);
    }
}
END_TEST

START_TEST(knows_what_means_the_same_encoded)
{
    static const char unreserved[] = "-._~0123456789abcdefghijklmnopqrstuvwxyz"
                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int byte = 0; byte < 256; byte++)
        ck_assert_int_eq(percent_is_unreserved((char)byte),
                         memchr(unreserved, byte, sizeof unreserved - 1) != NULL);
}
END_TEST

Suite *percent_suite(void)
{
    Suite *suite = suite_create("percent");
    TCase *tcase = tcase_create("percent");
    tcase_add_loop_test(tcase, decodes_what_two_digits_follow, 0, COUNT(cases));
    tcase_add_test(tcase, decodes_every_byte);
    tcase_add_test(tcase, knows_what_means_the_same_encoded);
    suite_add_tcase(suite, tcase);
    return suite;
}
