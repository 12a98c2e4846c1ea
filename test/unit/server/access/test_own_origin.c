/* Whether a request comes from a page of ours. */
#include <check.h>

#include "server/access/own_origin.h"
#include "test/unit/suites.h"

static const struct {
    struct own_origin request; /* origin, fetch site, host, is_https, public URL */
    bool is_ours;
} origins[] = {
    {{"http://localhost:9090", NULL, "localhost:9090", false, NULL}, true},
    {{"HTTP://LOCALHOST:9090", NULL, "localhost.:9090", false, NULL}, true},
    {{"http://[::1]:9090", NULL, "[::1]:9090", false, NULL}, true},
    {{"http://ops.example", NULL, "ops.example", false, NULL}, true},
    {{"http://ops.example", NULL, "ops.example:80", false, NULL}, true},
    {{"http://ops.example:80", NULL, "ops.example", false, NULL}, true},
    {{"https://ops.example", NULL, "ops.example", false, NULL}, true},
    {{"https://ops.example", NULL, "ops.example:443", true, NULL}, true},
    {{"https://ads.example", NULL, "127.0.0.1:8080", false, "https://ads.example/base"}, true},
    {{"http://ads.example:8080", NULL, NULL, false, "http://ads.example:8080"}, true},
    {{"http://localhost:8080", NULL, "localhost:8080", false, "https://ads.example"}, true},
    /* Another port, host or scheme. */
    {{"http://localhost:9091", NULL, "localhost:9090", false, NULL}, false},
    {{"http://localhost", NULL, "localhost:9090", false, NULL}, false},
    {{"https://ops.example", NULL, "ops.example:80", false, NULL}, false},
    {{"http://evil.example:9090", NULL, "localhost:9090", false, "http://ads.example"}, false},
    {{"http://localhost.evil:9090", NULL, "localhost:9090", false, NULL}, false},
    {{"http://ops.example", NULL, "ops.example", true, NULL}, false},
    {{"http://ads.example", NULL, "127.0.0.1:8080", false, "https://ads.example"}, false},
    {{"http://ads.example", NULL, "ads.example", false, "https://ads.example"}, false},
    {{"https://ads.example", NULL, "127.0.0.1:8080", false, "http://ads.example"}, false},
    {{"http://ads.example:1", NULL, "x", false, "http://ads.example"}, false},
    /* What is no origin. */
    {{"null", NULL, "localhost:9090", false, NULL}, false},
    {{"", NULL, "localhost:9090", false, NULL}, false},
    {{NULL, NULL, "localhost:9090", false, NULL}, false},
    {{"http://", NULL, "localhost", false, NULL}, false},
    {{"localhost:9090", NULL, "localhost:9090", false, NULL}, false},
    {{"ftp://localhost:9090", NULL, "localhost:9090", false, NULL}, false},
    {{"http://localhost:9090/", NULL, "localhost:9090", false, NULL}, false},
    {{"http://localhost:9090 http://evil", NULL, "localhost:9090", false, NULL}, false},
    {{"http://user@localhost:9090", NULL, "localhost:9090", false, NULL}, false},
    {{"http://localhost:9090", NULL, NULL, false, NULL}, false},
    {{"http://localhost:9090", NULL, "", false, NULL}, false},
};

START_TEST(is_ours_by_the_host_or_the_public_url)
{
    ck_assert_int_eq(own_origin_is_ours(&origins[_i].request), origins[_i].is_ours);
    if (origins[_i].request.origin != NULL)
        ck_assert_int_eq(own_origin_is_not_foreign(&origins[_i].request), origins[_i].is_ours);
}
END_TEST

static const struct {
    const char *origin;
    const char *fetch_site;
    bool is_foreign;
} sites[] = {
    {NULL, NULL, false},
    {NULL, "same-origin", false},
    {NULL, "none", false},
    {NULL, "Same-Origin", false},
    {NULL, "same-site", true},
    {NULL, "cross-site", true},
    {NULL, "", true},
    {NULL, "same-origin, cross-site", true},
    {"http://localhost", "same-origin", false},
    {"http://localhost", "cross-site", true},
    {"http://evil", "same-origin", true},
    {"http://evil", NULL, true},
};

START_TEST(what_says_that_it_is_foreign_is)
{
    const struct own_origin request = {
        .origin = sites[_i].origin, .fetch_site = sites[_i].fetch_site, .host = "localhost"};
    ck_assert_int_eq(own_origin_is_not_foreign(&request), !sites[_i].is_foreign);
}
END_TEST

Suite *access_own_origin_suite(void)
{
    Suite *suite = suite_create("access_own_origin");
    TCase *tcase = tcase_create("access_own_origin");
    tcase_add_loop_test(tcase, is_ours_by_the_host_or_the_public_url, 0,
                        sizeof origins / sizeof origins[0]);
    tcase_add_loop_test(tcase, what_says_that_it_is_foreign_is, 0, sizeof sites / sizeof sites[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}
