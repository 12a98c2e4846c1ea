/* Arrays as PostgreSQL reads them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "store/ingest/array_text.h"
#include "store/ingest/binary_array.h"
#include "test/unit/suites.h"

static struct binary_array array;

static void set_up(void)
{
    binary_array_clear(&array);
}

static void tear_down(void)
{
    binary_array_free(&array);
}

static void assert_text(uint32_t type, const char *wanted)
{
    binary_array_finish(&array, type);
    char *text = array_text(&array, type);
    ck_assert_str_eq(text, wanted);
    free(text);
    binary_array_clear(&array);
}

START_TEST(writes_numbers)
{
    assert_text(OID_INT8, "{}");
    binary_array_add_64(&array, (uint64_t)INT64_MIN);
    binary_array_add_null(&array);
    binary_array_add_64(&array, 7);
    assert_text(OID_INT8, "{-9223372036854775808,NULL,7}");
    binary_array_add_32(&array, (uint32_t)INT32_MIN);
    binary_array_add_32(&array, INT32_MAX);
    assert_text(OID_INT4, "{-2147483648,2147483647}");
    binary_array_add_16(&array, (uint16_t)-1);
    assert_text(OID_INT2, "{-1}");
}
END_TEST

START_TEST(writes_times_addresses_and_keys)
{
    static const uint8_t ipv4[] = {2, 32, 0, 4, 192, 0, 2, 1};
    static const uint8_t ipv6[] = {3, 128, 0, 16, 0x20, 1, 0xd, 0xb8, 0, 0,
                                   0, 0,   0, 0,  0,    0, 0,   0,    0, 9};
    static const uint8_t key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255};
    binary_array_add_64(&array, 0);
    binary_array_add_64(&array, 1000001);
    binary_array_add_64(&array, (uint64_t)-1);
    assert_text(OID_TIMESTAMPTZ, "{2000-01-01T00:00:00Z,2000-01-01T00:00:01.000001Z,"
                                 "1999-12-31T23:59:59.999999Z}");
    binary_array_add(&array, ipv4, sizeof ipv4);
    binary_array_add(&array, ipv6, sizeof ipv6);
    assert_text(OID_INET, "{192.0.2.1,2001:db8::9}");
    binary_array_add(&array, key, sizeof key);
    assert_text(OID_UUID, "{01020304-0506-0708-090a-0b0c0d0e0fff}");
}
END_TEST

START_TEST(quotes_whatever_a_text_holds)
{
    char quotes[300];
    char wanted[2 * sizeof quotes + 8];
    binary_array_add(&array, "", 0);
    binary_array_add(&array, "NULL", 4);
    binary_array_add(&array, "a,b{}\"\\ ", 8);
    assert_text(OID_TEXT, "{\"\",\"NULL\",\"a,b{}\\\"\\\\ \"}");
    memset(quotes, '"', sizeof quotes);
    memcpy(wanted, "{\"", 2);
    for (size_t i = 0; i < sizeof quotes; i++)
        memcpy(wanted + 2 + 2 * i, "\\\"", 2);
    memcpy(wanted + 2 + 2 * sizeof quotes, "\"}", 3);
    binary_array_add(&array, quotes, sizeof quotes);
    assert_text(OID_TEXT, wanted);
}
END_TEST

Suite *array_text_suite(void)
{
    Suite *suite = suite_create("array_text");
    TCase *tcase = tcase_create("array_text");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, writes_numbers);
    tcase_add_test(tcase, writes_times_addresses_and_keys);
    tcase_add_test(tcase, quotes_whatever_a_text_holds);
    suite_add_tcase(suite, tcase);
    return suite;
}
