/* Which URLs can be used, and how they are given. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/render.h"
#include "protocol/web_url.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char *const ABSOLUTE[] = {
    "http://a",
    "https://a",
    "HTTPS://A.example/",
    "https://a.example:443/x?y#z",
    "https://a.example:65535",
    "https://a.example?x",
    "https://a.example#x",
    "https://user:word@a.example:8080/",
    "https://[2001:db8::1]/",
    "https://[::ffff:1.2.3.4]:80/",
    "https://caf\xc3\xa9.example/",
    "https://caf%C3%A9.example/",
    "https://a/ b\n\x01[\"<>\\^`{|}",
};

START_TEST(takes_absolute_urls_of_the_web)
{
    ck_assert(web_url_is_absolute(ABSOLUTE[_i]));
}
END_TEST

static const char *const UNUSABLE[] = {
    "",
    "/a.mp4",
    "//cdn.example/a.mp4",
    "a.example/a.mp4",
    "ftp://a.example/",
    "javascript:alert(1)",
    "JavaScript://a.example/%0aalert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "http:/a",
    "http:a",
    "http//a",
    " https://a.example/",
    "https://",
    "https:///a",
    "https://?x",
    "https://#x",
    "https://@/",
    "https://:80/",
    "https://a:/",
    "https://a:80x/",
    "https://a:-1/",
    "https://a:65536/",
    "https://a:000080/",
    "https://a b/",
    "https://a\t/",
    "https://a\\@b/",
    "https://a<b/",
    "https://a%2/",
    "https://a@b@c/",
    "https://[::1/",
    "https://[::1]x/",
    "https://[]/",
    "https://[DOMAIN]/",
    "https://${HOST}/",
};

START_TEST(takes_nothing_else)
{
    ck_assert(!web_url_is_absolute(UNUSABLE[_i]));
    ck_assert(!web_url_is_https(UNUSABLE[_i]));
    ck_assert(!web_url_is_target(UNUSABLE[_i]));
}
END_TEST

START_TEST(takes_no_null)
{
    ck_assert(!web_url_is_absolute(NULL));
    ck_assert(!web_url_is_https(NULL));
    ck_assert(!web_url_is_target(NULL));
}
END_TEST

START_TEST(takes_none_that_is_too_long)
{
    char url[WEB_URL_MAX_BYTES + 2];
    memset(url, 'a', sizeof url);
    memcpy(url, "https://a/", 10);
    url[WEB_URL_MAX_BYTES] = '\0';
    ck_assert(web_url_is_absolute(url));
    url[WEB_URL_MAX_BYTES] = 'a';
    url[WEB_URL_MAX_BYTES + 1] = '\0';
    ck_assert(!web_url_is_absolute(url));
}
END_TEST

START_TEST(tells_https)
{
    ck_assert(web_url_is_https("https://a"));
    ck_assert(web_url_is_https("HttpS://a"));
    ck_assert(!web_url_is_https("http://a"));
}
END_TEST

static const struct {
    const char *url;
    bool is_target;
} TARGETS[] = {
    {"https://shop.example/?a=1&b=2", true},    {"http://shop.example/ \"<>", true},
    {"https://shop.example/caf\xc3\xa9", true}, {"https://shop.example/\r\nSet-Cookie: a=b", false},
    {"https://shop.example/\n", false},         {"https://shop.example/\t", false},
    {"https://shop.example/\x7f", false},       {"https://shop.example/\xc2\x85", false},
    {"https://shop.example/\xff", false},
};

START_TEST(sends_nobody_to_control_characters)
{
    ck_assert_int_eq(web_url_is_target(TARGETS[_i].url), TARGETS[_i].is_target);
}
END_TEST

static const struct {
    const char *url;
    const char *uri;
} RENDERED[] = {
    {"HTTP://A.example", "HTTP://A.example"},
    {"https://a.example:80/-._~!$&'()*+,;=:@/?a=b&c=%2f#/?x",
     "https://a.example:80/-._~!$&'()*+,;=:@/?a=b&c=%2f#/?x"},
    {"https://a/ \"<>\\^`{|}", "https://a/%20%22%3C%3E%5C%5E%60%7B%7C%7D"},
    {"https://a/\x01\t\r\n\x7f", "https://a/%01%09%0D%0A%7F"},
    {"https://caf\xc3\xa9/\xc3\xa9?\xf0\x9f\x98\x80#\xff",
     "https://caf%C3%A9/%C3%A9?%F0%9F%98%80#%FF"},
    {"https://a/]]>", "https://a/%5D%5D%3E"},
    {"https://a/%", "https://a/%25"},
    {"https://a/%4", "https://a/%254"},
    {"https://a/%zz%41", "https://a/%25zz%41"},
    {"https://a/%%CACHEBUSTER%%", "https://a/%25%CACHEBUSTER%25%25"},
    {"https://a#b#c", "https://a#b%23c"},
    {"https://a/#b#c", "https://a/#b%23c"},
    {"https://[::1]:80/[x]", "https://[::1]:80/%5Bx%5D"},
    {"https://a/[CACHEBUSTING]?[A_1]=[ERRORCODE]", "https://a/[CACHEBUSTING]?[A_1]=[ERRORCODE]"},
    {"https://a/[]?[[A]]=[A", "https://a/%5B%5D?%5B[A]%5D=%5BA"},
    {"https://a/${GDPR_CONSENT_123}/${cb}", "https://a/${GDPR_CONSENT_123}/${cb}"},
    {"https://a/${}${A${B-}{C}", "https://a/$%7B%7D$%7BA$%7BB-%7D%7BC%7D"},
};

START_TEST(gives_them_as_rfc_3986_has_them)
{
    struct render_text text = {NULL};
    size_t length;
    ck_assert(web_url_is_absolute(RENDERED[_i].url));
    web_url_render(&text, RENDERED[_i].url);
    char *uri = render_take(&text, &length);
    ck_assert_str_eq(uri, RENDERED[_i].uri);
    ck_assert(web_url_is_target(uri));
    free(uri);
}
END_TEST

Suite *web_url_suite(void)
{
    Suite *suite = suite_create("web_url");
    TCase *tcase = tcase_create("web_url");
    tcase_add_loop_test(tcase, takes_absolute_urls_of_the_web, 0, COUNT(ABSOLUTE));
    tcase_add_loop_test(tcase, takes_nothing_else, 0, COUNT(UNUSABLE));
    tcase_add_test(tcase, takes_no_null);
    tcase_add_test(tcase, takes_none_that_is_too_long);
    tcase_add_test(tcase, tells_https);
    tcase_add_loop_test(tcase, sends_nobody_to_control_characters, 0, COUNT(TARGETS));
    tcase_add_loop_test(tcase, gives_them_as_rfc_3986_has_them, 0, COUNT(RENDERED));
    suite_add_tcase(suite, tcase);
    return suite;
}
