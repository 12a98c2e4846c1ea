/* Hosts and ports, as they stand in a Host field or in a target. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "server/http/authority.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* Reads from a block of just this size, so that the sanitizer sees a step beyond it. */
static bool is_authority(const char *text)
{
    size_t bytes = strlen(text);
    char *block = malloc(bytes + (bytes == 0));
    ck_assert_ptr_nonnull(block);
    memcpy(block, text, bytes);
    bool is = http_is_authority(block, bytes);
    free(block);
    return is;
}

static const char *const sound[] = {
    "x",
    "-",
    "ads.example",
    "ads.example.",
    "ADS.Example:8080",
    "video_ad_tracker:8080",
    "x~y!$&'*+z",
    "127.0.0.1",
    "127.0.0.1:80",
    "300.1.2.3", /* a name, if no address */
    "[::1]",
    "[2001:db8::1]:8080",
    "[::ffff:192.0.2.1]:1",
    "x:0",
    "x:00080",
    "x:65535",
};

START_TEST(takes_a_host_with_a_port_or_without)
{
    ck_assert_msg(is_authority(sound[_i]), "%s", sound[_i]);
}
END_TEST

static const char *const unsound[] = {
    "",
    ":",
    ":80",
    "x:",
    "x:65536",
    "x:000080",
    "x:8a",
    "x:+80",
    "x:-1",
    "x:80:80",
    "user@x",
    "user:password@x:80",
    "@x",
    "x@",
    "x/",
    "x/path",
    "/x",
    "x\\y",
    "x?y",
    "x#y",
    "http://x",
    "x,y",
    "x, y",
    "x;y",
    "x=y",
    "x(y)",
    "x y",
    " x",
    "x ",
    "x\ty",
    "x%2ey",
    "x%00",
    "x^y",
    "x|y",
    "x`y",
    "x\"y",
    "<x>",
    "{x}",
    "x\x01",
    "x\x7f",
    "b\xc3\xbc"
    "cher.example",
    "::1",
    "2001:db8::1",
    "[]",
    "[",
    "[x",
    "[::1",
    "]",
    "::1]",
    "[::1]x",
    "[::1]:",
    "[::1]:x",
    "[::1][::1]",
    "[127.0.0.1]",
    "[ads.example]",
    "[fe80::1%eth0]",
    "[fe80::1%25eth0]",
    "[v1.x]",
    "[::1 ]",
};

START_TEST(refuses_what_is_more_or_less_than_that)
{
    ck_assert_msg(!is_authority(unsound[_i]), "%s", unsound[_i]);
}
END_TEST

static const struct {
    const char *one;
    const char *other;
    bool is_same;
} HOSTS[] = {
    {"a.example", "a.example", true},
    {"A.example", "a.EXAMPLE.", true},
    {"a.example.", "a.example", true},
    {"a.example..", "a.example", false},
    {"a.example", "b.example", false},
    {"a.example", "a.exampl", false},
    {".", "", false},
    {"[::1]", "[::1]", true},
};

START_TEST(hosts_are_the_same_in_either_case_and_with_a_dot)
{
    const char *one = HOSTS[_i].one;
    const char *other = HOSTS[_i].other;
    ck_assert_int_eq(http_host_is_same(one, strlen(one), other, strlen(other)), HOSTS[_i].is_same);
    ck_assert_int_eq(http_host_is_same(other, strlen(other), one, strlen(one)), HOSTS[_i].is_same);
}
END_TEST

Suite *http_authority_suite(void)
{
    Suite *suite = suite_create("http_authority");
    TCase *tcase = tcase_create("http_authority");
    tcase_add_loop_test(tcase, takes_a_host_with_a_port_or_without, 0, COUNT(sound));
    tcase_add_loop_test(tcase, refuses_what_is_more_or_less_than_that, 0, COUNT(unsound));
    tcase_add_loop_test(tcase, hosts_are_the_same_in_either_case_and_with_a_dot, 0,
                        (int)(sizeof HOSTS / sizeof HOSTS[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
