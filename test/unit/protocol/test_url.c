/* Which URLs are the web's, and how they are written where only URLs may stand. */
#include "protocol/url.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct {
    const char *url;
    bool is_web;
    bool is_https;
} urls[] = {
    {"https://a.example", true, true},
    {"HTTPS://a.example/x?y#z", true, true},
    {"http://a.example:80", true, false},
    {"http://[::1]/", true, false},
    {"https://user@a.example/", true, true},
    {"https://\xc3\xa4.example/\xc3\xa4 b", true, true},
    {"", false, false},
    {"https:/a", false, false},
    {"https://", false, false},
    {"https:///a", false, false},
    {"https://?a", false, false},
    {"https://#a", false, false},
    {"https://:80", false, false},
    {"https://@a", false, false},
    {"https:// a", false, false},
    {"//a.example/", false, false},
    {"/a", false, false},
    {" https://a", false, false},
    {"javascript:alert(1)", false, false},
    {"javascript://a.example/%0aalert(1)", false, false},
    {"data:text/html,x", false, false},
    {"ftp://a.example/", false, false},
    {"https://a.example/\r\nX: y", false, false},
    {"https://a.example/\x7f", false, false},
    {"https://a.example/\t", false, false},
};

START_TEST(tells_the_webs)
{
    ck_assert_int_eq(url_is_web(urls[_i].url), urls[_i].is_web);
    ck_assert_int_eq(url_is_https(urls[_i].url), urls[_i].is_https);
}
END_TEST

static const struct {
    const char *url;
    const char *encoded;
} encodings[] = {
    {"https://a.example/x?y=1&z=%20#f", "https://a.example/x?y=1&z=%20#f"},
    {"https://a/[CACHEBUSTING]${GDPR}|", "https://a/[CACHEBUSTING]${GDPR}|"},
    {"https://a/ \"<>\\^`", "https://a/%20%22%3c%3e%5c%5e%60"},
    {"https://a/100%", "https://a/100%25"},
    {"https://a/%4", "https://a/%254"},
    {"https://a/%zz", "https://a/%25zz"},
    {"https://\xc3\xa4.example", "https://%c3%a4.example"},
    {"https://a/]]>", "https://a/]]%3e"},
};

START_TEST(encodes_what_has_no_place)
{
    char *encoded = url_encode(encodings[_i].url);
    ck_assert_str_eq(encoded, encodings[_i].encoded);
    free(encoded);
}
END_TEST

Suite *url_suite(void)
{
    Suite *suite = suite_create("url");
    TCase *tcase = tcase_create("url");
    tcase_add_loop_test(tcase, tells_the_webs, 0, COUNT(urls));
    tcase_add_loop_test(tcase, encodes_what_has_no_place, 0, COUNT(encodings));
    suite_add_tcase(suite, tcase);
    return suite;
}
