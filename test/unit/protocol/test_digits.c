/* Numbers spelled as digits and nothing else. */
#include <string.h>

#include <check.h>

#include "protocol/digits.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
    const char *text;
    size_t length_max;
    uint64_t number;
} READ[] = {
    {"0", 1, 0},
    {"7", 19, 7},
    {"0019", 4, 19},
    {"65535", 5, 65535},
    {"9999999999999999999", 19, UINT64_C(9999999999999999999)},
};

START_TEST(reads_digits)
{
    uint64_t number = 1;
    ck_assert(digits_read(READ[_i].text, strlen(READ[_i].text), READ[_i].length_max, &number));
    ck_assert_uint_eq(number, READ[_i].number);
}
END_TEST

START_TEST(reads_no_further_than_the_length)
{
    uint64_t number = 0;
    ck_assert(digits_read("12345", 3, 5, &number));
    ck_assert_uint_eq(number, 123);
}
END_TEST

static const struct {
    const char *text;
    size_t length_max;
} REFUSED[] = {
    {"", 5},   {"123456", 5}, {"000001", 5}, {"+1", 5},   {"-1", 5},  {" 1", 5},
    {"1 ", 5}, {"1a", 5},     {"0x1", 5},    {"1.0", 5},  {"1e3", 5}, {"/", 5},
    {":", 5},  {"1,000", 5},  {"1", 0},      {"\xb1", 5}, {"\n1", 5},
};

START_TEST(refuses_anything_else)
{
    uint64_t number = 0;
    ck_assert(
        !digits_read(REFUSED[_i].text, strlen(REFUSED[_i].text), REFUSED[_i].length_max, &number));
}
END_TEST

Suite *digits_suite(void)
{
    Suite *suite = suite_create("digits");
    TCase *tcase = tcase_create("digits");
    tcase_add_loop_test(tcase, reads_digits, 0, COUNT(READ));
    tcase_add_test(tcase, reads_no_further_than_the_length);
    tcase_add_loop_test(tcase, refuses_anything_else, 0, COUNT(REFUSED));
    suite_add_tcase(suite, tcase);
    return suite;
}
