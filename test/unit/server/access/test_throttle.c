/* How long who guesses has to wait: by address, in a table of one size. */
#include <string.h>

#include <check.h>

#include "server/access/throttle.h"
#include "test/unit/suites.h"

enum { SECOND_US = 1000000 };

static struct throttle *throttle;
static int64_t now_us;

static void set_up(void)
{
    throttle = throttle_new();
    now_us = INT64_C(1000) * SECOND_US;
}

static void tear_down(void)
{
    throttle_free(throttle);
    throttle_free(NULL);
}

static int64_t wait_of(const char *text)
{
    struct address address = {.family = ADDRESS_NONE};
    if (text[0] != '\0')
        ck_assert_int_eq(address_parse(text, strlen(text), &address), RESULT_OK);
    return throttle_fail(throttle, &address, now_us);
}

START_TEST(each_attempt_doubles_the_wait_up_to_a_few_seconds)
{
    static const int64_t waits[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000};
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++)
        ck_assert_int_eq(wait_of("192.0.2.1"), waits[i]);
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(wait_of("192.0.2.1"), THROTTLE_MAX_MS);
}
END_TEST

START_TEST(addresses_wait_for_themselves)
{
    static const char *const others[] = {
        "192.0.2.2", "193.0.2.1",   "",           "2001:db8::1",      "2001:db8:0:1::1",
        "::",        "2001:db9::1", "c000:201::", "64:ff9b::c000:201"};
    for (int i = 0; i < 5; i++)
        (void)wait_of("192.0.2.1");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_msg(wait_of(others[i]) == THROTTLE_FIRST_MS, "%s", others[i]);
    ck_assert_int_eq(wait_of("192.0.2.1"), 3200);
}
END_TEST

START_TEST(a_network_of_ipv6_is_one)
{
    ck_assert_int_eq(wait_of("2001:db8:1:2::1"), 100);
    ck_assert_int_eq(wait_of("2001:db8:1:2:ffff::"), 200);
    ck_assert_int_eq(wait_of("2001:db8:1:2::1"), 400);
    ck_assert_int_eq(wait_of("2001:db8:1:3::1"), 100);
}
END_TEST

START_TEST(what_is_long_ago_is_forgotten)
{
    for (int i = 0; i < 4; i++)
        (void)wait_of("192.0.2.1");
    now_us += INT64_C(1) * THROTTLE_FORGET_S * SECOND_US;
    ck_assert_int_eq(wait_of("192.0.2.1"), 1600);
    now_us += INT64_C(1) * THROTTLE_FORGET_S * SECOND_US + 1;
    ck_assert_int_eq(wait_of("192.0.2.1"), 100);
}
END_TEST

/* Whoever has many addresses pushes those out that failed least, and not the one that failed often.
 */
START_TEST(many_addresses_push_out_those_that_failed_once)
{
    struct address address = {.family = ADDRESS_IPV6};
    int64_t last_ms = 0;
    int forgotten = 0;
    for (int i = 0; i < 6; i++)
        last_ms = wait_of("192.0.2.1");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 10 * THROTTLE_ADDRESSES_MAX; i++) {
            address.bytes[6] = (uint8_t)(i >> 8);
            address.bytes[7] = (uint8_t)i;
            int64_t wait_ms = throttle_fail(throttle, &address, ++now_us);
            forgotten += round == 1 && wait_ms == THROTTLE_FIRST_MS;
        }
    }
    ck_assert_int_gt(forgotten, 8 * THROTTLE_ADDRESSES_MAX);
    ck_assert_int_eq(last_ms, 3200);
    ck_assert_int_eq(wait_of("192.0.2.1"), 5000);
}
END_TEST

Suite *access_throttle_suite(void)
{
    Suite *suite = suite_create("access_throttle");
    TCase *tcase = tcase_create("access_throttle");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, each_attempt_doubles_the_wait_up_to_a_few_seconds);
    tcase_add_test(tcase, addresses_wait_for_themselves);
    tcase_add_test(tcase, a_network_of_ipv6_is_one);
    tcase_add_test(tcase, what_is_long_ago_is_forgotten);
    tcase_add_test(tcase, many_addresses_push_out_those_that_failed_once);
    suite_add_tcase(suite, tcase);
    return suite;
}
