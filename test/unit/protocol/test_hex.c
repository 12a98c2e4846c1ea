/* Hexadecimal digits. */
#include <string.h>

#include <check.h>

#include "protocol/hex.h"
#include "test/unit/suites.h"

START_TEST(knows_hexadecimal_digits_in_either_case)
{
    static const char lower[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";
    for (int c = 0; c < 256; c++) {
        int value = -1;
        for (int digit = 0; digit < 16; digit++)
            if (c == lower[digit] || c == upper[digit])
                value = digit;
        ck_assert_int_eq(hex_value((char)(unsigned char)c), value);
    }
}
END_TEST

START_TEST(writes_each_byte_as_two_digits)
{
    static const unsigned char bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    char text[10] = "----------";
    ck_assert_ptr_eq(hex_write(text, bytes, sizeof bytes), text + 8);
    ck_assert_int_eq(memcmp(text, "000fa5ff--", sizeof text), 0);
}
END_TEST

Suite *hex_suite(void)
{
    Suite *suite = suite_create("hex");
    TCase *tcase = tcase_create("hex");
    tcase_add_test(tcase, knows_hexadecimal_digits_in_either_case);
    tcase_add_test(tcase, writes_each_byte_as_two_digits);
    suite_add_tcase(suite, tcase);
    return suite;
}
