/* Paths and methods, and the routes that they belong to. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "server/http/router.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static void handle(struct exchange *exchange)
{
    (void)exchange;
}

/* The typed ones come first: the order decides nothing. */
static const struct route kind = {
    .method = HTTP_POST, .path = "/ads/{kind:word}", .handle = handle};
static const struct route ad = {.method = HTTP_GET, .path = "/ads/{id:number}", .handle = handle};
static const struct route ad_change = {
    .method = HTTP_PATCH, .path = "/ads/{id:number}", .handle = handle};
static const struct route ad_removal = {
    .method = HTTP_DELETE, .path = "/ads/{id:number}", .handle = handle};
static const struct route any_vast = {
    .method = HTTP_GET, .path = "/{place:word}/{id:number}/vast", .handle = handle};
static const struct route vast = {
    .method = HTTP_GET, .path = "/ads/{id:number}/vast", .handle = handle};
static const struct route analytics = {
    .method = HTTP_GET, .path = "/ads/analytics", .handle = handle};
static const struct route click = {.method = HTTP_POST, .path = "/ads/click", .handle = handle};
static const struct route ads = {.method = HTTP_GET, .path = "/ads", .handle = handle};
static const struct route new_ad = {.method = HTTP_POST, .path = "/ads", .handle = handle};
static const struct route root = {.method = HTTP_GET, .path = "/", .handle = handle};
static const struct route text = {
    .method = HTTP_GET, .path = "/t/{kind:word}/{token:text}", .handle = handle};
static const struct route marks = {.method = HTTP_GET, .path = "/a-b._~", .handle = handle};
static const struct route reserved = {.method = HTTP_GET, .path = "/a;b", .handle = handle};
static const struct route deep = {.method = HTTP_GET, .path = "/1/2/3/4/5/6/7/8", .handle = handle};

static const struct route *const routes[] = {
    &kind, &ad,     &ad_change, &ad_removal, &any_vast, &vast, &analytics, &click,
    &ads,  &new_ad, &root,      &marks,      &reserved, &deep, &text,
};

static struct router *router;

static void set_up(void)
{
    router = router_new(routes, sizeof routes / sizeof routes[0]);
}

static void tear_down(void)
{
    router_free(router);
}

static struct route_match match_of(const char *path, enum http_method method)
{
    struct route_match match;
    memset(&match, 0x55, sizeof match);
    router_match(router, path, method, ROUTE_EVERYBODY, &match);
    return match;
}

#define W32 "abcdefghijklmnopqrstuvwxyz-_01AZ"

static const struct {
    enum http_method method;
    const char *path;
    const struct route *route; /* NULL = 404 or 405 */
    const char *label;
    const char *text; /* of the first parameter; NULL = there is none */
    int32_t number;   /* the same */
} found[] = {
    {HTTP_GET, "/", &root, "/", NULL, 0},
    {HTTP_GET, "", &root, "/", NULL, 0},
    {HTTP_HEAD, "", &root, "/", NULL, 0},
    {HTTP_POST, "", NULL, "/", NULL, 0},
    {HTTP_GET, "/ads", &ads, "/ads", NULL, 0},
    {HTTP_POST, "/ads", &new_ad, "/ads", NULL, 0},
    {HTTP_HEAD, "/ads", &ads, "/ads", NULL, 0},
    {HTTP_PUT, "/ads", NULL, "/ads", NULL, 0},
    {HTTP_OPTIONS, "/ads", NULL, "/ads", NULL, 0},
    {HTTP_OTHER, "/ads", NULL, "/ads", NULL, 0},
    /* A literal before a type, whatever the method. */
    {HTTP_GET, "/ads/analytics", &analytics, "/ads/analytics", NULL, 0},
    {HTTP_POST, "/ads/analytics", NULL, "/ads/analytics", NULL, 0},
    {HTTP_POST, "/ads/click", &click, "/ads/click", NULL, 0},
    {HTTP_GET, "/ads/click", NULL, "/ads/click", NULL, 0},
    {HTTP_GET, "/ads/7/vast", &vast, "/ads/{id}/vast", "7", 7},
    {HTTP_GET, "/old/7/vast", &any_vast, "/{place}/{id}/vast", "old", -1},
    /* A number before a word. */
    {HTTP_GET, "/ads/7", &ad, "/ads/{id}", "7", 7},
    {HTTP_PATCH, "/ads/7", &ad_change, "/ads/{id}", "7", 7},
    {HTTP_DELETE, "/ads/7", &ad_removal, "/ads/{id}", "7", 7},
    {HTTP_POST, "/ads/7", NULL, "/ads/{id}", "7", 7},
    /* The bounds of a number; what is none by its bytes is a word. */
    {HTTP_GET, "/ads/1", &ad, "/ads/{id}", "1", 1},
    {HTTP_GET, "/ads/2147483647", &ad, "/ads/{id}", "2147483647", INT32_MAX},
    {HTTP_GET, "/ads/0000000007", &ad, "/ads/{id}", "0000000007", 7},
    {HTTP_POST, "/ads/-1", &kind, "/ads/{kind}", "-1", -1},
    {HTTP_POST, "/ads/1e3", &kind, "/ads/{kind}", "1e3", -1},
    {HTTP_POST, "/ads/0x1", &kind, "/ads/{kind}", "0x1", -1},
    /* The bounds of a word. */
    {HTTP_POST, "/ads/x", &kind, "/ads/{kind}", "x", -1},
    {HTTP_POST, "/ads/" W32, &kind, "/ads/{kind}", W32, -1},
    /* Encoded. */
    {HTTP_POST, "/ads/cl%69cks", &kind, "/ads/{kind}", "clicks", -1},
    {HTTP_GET, "/ads/%37", &ad, "/ads/{id}", "7", 7},
    {HTTP_POST, "/ads/cl%69ck", &click, "/ads/click", NULL, 0},
    {HTTP_POST, "/ads/%63%6C%69%63%6b", &click, "/ads/click", NULL, 0},
    {HTTP_GET, "/%61ds", &ads, "/ads", NULL, 0},
    {HTTP_GET, "/%61%64%73/7/v%61st", &vast, "/ads/{id}/vast", "7", 7},
    {HTTP_GET, "/a%2db%2E%5F%7e", &marks, "/a-b._~", NULL, 0},
    {HTTP_GET, "/a;b", &reserved, "/a;b", NULL, 0},
    /* A text is whatever is there, and may be too long for us. */
    {HTTP_GET, "/t/start/a.b_~-=!", &text, "/t/{kind}/{token}", "start", -1},
    {HTTP_GET, "/t/start/x/", &text, "/t/{kind}/{token}", "start", -1},
    /* With a slash behind. */
    {HTTP_GET, "/ads/", &ads, "/ads", NULL, 0},
    {HTTP_GET, "/%61ds/", &ads, "/ads", NULL, 0},
    {HTTP_POST, "/ads/click/", &click, "/ads/click", NULL, 0},
    {HTTP_GET, "/ads/7/", &ad, "/ads/{id}", "7", 7},
    {HTTP_GET, "/ads/7/vast/", &vast, "/ads/{id}/vast", "7", 7},
    {HTTP_GET, "/1/2/3/4/5/6/7/8", &deep, "/1/2/3/4/5/6/7/8", NULL, 0},
    {HTTP_GET, "/1/2/3/4/5/6/7/8/", &deep, "/1/2/3/4/5/6/7/8", NULL, 0},
};

/* What is behind /t/start/, and what the handler gets of it. */
static const struct {
    const char *path;
    const char *text;
} texts[] = {
    {"/t/start/a", "a"},
    {"/t/start/a.gif", "a.gif"},
    {"/t/start/%61%2Fb", "a/b"},
    {"/t/start/a%", ""},
    {"/t/start/a%2", ""},
    {"/t/start/a%00b", ""},
    {"/t/start/%ff", "\xff"},
    {"/t/start/" W32 W32 W32 W32 W32, W32 W32 W32 W32 W32},
    {"/t/start/" W32 W32 W32 W32 W32 "x", ""},
};

START_TEST(a_text_is_decoded_whatever_it_is)
{
    struct route_match match = match_of(texts[_i].path, HTTP_GET);
    ck_assert_ptr_eq(match.route, &text);
    ck_assert_str_eq(match.params[1].text, texts[_i].text);
}
END_TEST

START_TEST(finds_the_most_specific_template)
{
    struct route_match match = match_of(found[_i].path, found[_i].method);
    ck_assert_ptr_nonnull(match.allow);
    ck_assert_ptr_eq(match.route, found[_i].route);
    ck_assert_str_eq(router_labels(router)[match.endpoint], found[_i].label);
    if (found[_i].text != NULL)
        ck_assert_str_eq(match.params[0].text, found[_i].text);
    if (found[_i].number > 0)
        ck_assert_int_eq(match.params[0].number, found[_i].number);
}
END_TEST

static const char *const unknown[] = {
    NULL,
    "**",
    "*/",
    "ads",
    "//ads",
    "/Ads",
    "//",
    "///",
    "/ads//",
    "/ads/7//",
    "/ads//click",
    "/ads//click/",
    "//ads/",
    "/1/2/3/4/5/6/7/8//",
    "/1/2/3/4/5/6/7/8/9",
    "/%41ds",
    "/%61d",
    "/%61dss",
    "/%61d%73s",
    "/a%3Bb",
    "/a%3bb/",
    "/%2F",
    "/%2Fads",
    "/ads%2F",
    "/ads%2Fclick/",
    "/ads/click%2F",
    "/%2561ds",
    "/%%61ds",
    "/%6",
    "/ads%",
    "/ads%6",
    "/ads%00",
    "/%61ds%00",
    "/%61ds%2F",
    "/ads/7/VAST",
    "/ads/7/vast/x",
    "/ads/00000000007",
    "/ads/2147483648",
    "/ads/4294967297",
    "/ads/18446744073709551617",
    "/ads/0",
    "/ads/%30",
    "/ads/99999999999/",
    "/t/0/x",
    "/ads/x/vast",
    "/ads/0/vast",
    "/ads/+7/vast",
    "/ads/ 7/vast",
    "/ads/%207/vast",
    "/ads/2147483648/vast",
    "/ads/" W32 "x",
    "/ads/a.b",
    "/ads/a b",
    "/ads/a+b",
    "/ads/a;b",
    "/ads/\xc3\xa9",
    "/ads/%c3%a9",
    "/ads/%2e%2e",
    "/ads/..",
    "/ads%2Fclick",
    "/ads/a%2Fb",
    "/ads/%00",
    "/ads/a%00b",
    "/ads/click%00",
    "/ads/7%00",
    "/ads/%",
    "/ads/%6",
    "/ads/a%",
    "/ads/a%6",
    "/ads/%6g",
    "/ads/%g6",
    "/ads/%%37",
    "/ads/%+7",
    "/a/b/c/d/e/f/g/h",
    "/a/b/c/d/e/f/g/h/i",
    "/ads/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20",
};

START_TEST(finds_nothing_where_a_segment_does_not_fit)
{
    for (int method = 0; method < HTTP_METHODS; method++) {
        struct route_match match = match_of(unknown[_i], (enum http_method)method);
        ck_assert_ptr_null(match.allow);
        ck_assert_ptr_null(match.route);
        ck_assert_str_eq(router_labels(router)[match.endpoint], "other");
    }
}
END_TEST

START_TEST(bounds_what_is_overlong)
{
    char path[20000] = "/ads/";
    memset(path + 5, '1', sizeof path - 6);
    ck_assert_ptr_null(match_of(path, HTTP_GET).allow);
    for (size_t at = 5; at + 3 < sizeof path; at += 3)
        memcpy(path + at, "%37", 3);
    ck_assert_ptr_null(match_of(path, HTTP_GET).allow);
    memset(path, '/', sizeof path - 1);
    ck_assert_ptr_null(match_of(path, HTTP_GET).allow);
}
END_TEST

START_TEST(gives_the_parameters_as_they_come)
{
    struct route_match match = match_of("/a_b/42/vast", HTTP_GET);
    ck_assert_ptr_eq(match.route, &any_vast);
    ck_assert_str_eq(match.params[0].text, "a_b");
    ck_assert_str_eq(match.params[1].text, "42");
    ck_assert_int_eq(match.params[1].number, 42);
}
END_TEST

static const struct {
    const char *path;
    const char *allow;
} allowed[] = {
    {"/", "GET, HEAD, OPTIONS"},     {"/ads", "GET, HEAD, POST, OPTIONS"},
    {"/ads/click", "POST, OPTIONS"}, {"/ads/7", "GET, HEAD, OPTIONS, PATCH, DELETE"},
    {"/ads/x", "POST, OPTIONS"},
};

START_TEST(allows_the_methods_of_the_template)
{
    for (int method = 0; method < HTTP_METHODS; method++) {
        struct route_match match = match_of(allowed[_i].path, (enum http_method)method);
        ck_assert_str_eq(match.allow, allowed[_i].allow);
        ck_assert_str_eq(router_allow(router, match.endpoint, ROUTE_EVERYBODY), allowed[_i].allow);
    }
}
END_TEST

START_TEST(options_of_the_server_as_a_whole_allows_what_any_template_has)
{
    static const char *const paths[] = {"*", ""};
    for (int i = 0; i < COUNT(paths); i++) {
        struct route_match match = match_of(paths[i], HTTP_OPTIONS);
        ck_assert_str_eq(match.allow, "GET, HEAD, POST, OPTIONS, PATCH, DELETE");
        ck_assert_ptr_null(match.route);
        ck_assert_str_eq(router_labels(router)[match.endpoint], "other");
    }
    for (int method = 0; method < HTTP_METHODS; method++)
        if (method != HTTP_OPTIONS)
            ck_assert_ptr_null(match_of("*", (enum http_method)method).allow);
}
END_TEST

START_TEST(labels_each_template_once)
{
    static const char *const expected[] = {"/ads",
                                           "/",
                                           "/a-b._~",
                                           "/a;b",
                                           "/1/2/3/4/5/6/7/8",
                                           "/ads/click",
                                           "/ads/{kind}",
                                           "/ads/{id}",
                                           "/ads/analytics",
                                           "/ads/{id}/vast",
                                           "/{place}/{id}/vast",
                                           "/t/{kind}/{token}"};
    const char *const *labels = router_labels(router);
    int count = 0;
    while (labels[count] != NULL)
        count++;
    ck_assert_int_eq(count, COUNT(expected) + 1);
    ck_assert_str_eq(labels[count - 1], "other");
    ck_assert_ptr_null(router_allow(router, (size_t)count - 1, ROUTE_EVERYBODY));
    ck_assert_ptr_null(router_allow(router, (size_t)count, ROUTE_EVERYBODY));
    for (int i = 0; i < COUNT(expected); i++) {
        int times = 0;
        for (int j = 0; j < count; j++)
            times += strcmp(labels[j], expected[i]) == 0;
        ck_assert_int_eq(times, 1);
    }
}
END_TEST

START_TEST(router_without_routes_finds_nothing)
{
    struct router *empty = router_new(NULL, 0);
    struct route_match match;
    router_match(empty, "/ads", HTTP_GET, ROUTE_EVERYBODY, &match);
    ck_assert_ptr_null(match.allow);
    ck_assert_str_eq(router_labels(empty)[match.endpoint], "other");
    router_match(empty, "*", HTTP_OPTIONS, ROUTE_EVERYBODY, &match);
    ck_assert_str_eq(match.allow, "OPTIONS");
    router_free(empty);
    router_free(NULL);
}
END_TEST

Suite *router_suite(void)
{
    Suite *suite = suite_create("router");
    TCase *tcase = tcase_create("router");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, finds_the_most_specific_template, 0, COUNT(found));
    tcase_add_loop_test(tcase, finds_nothing_where_a_segment_does_not_fit, 0, COUNT(unknown));
    tcase_add_test(tcase, bounds_what_is_overlong);
    tcase_add_test(tcase, gives_the_parameters_as_they_come);
    tcase_add_loop_test(tcase, allows_the_methods_of_the_template, 0, COUNT(allowed));
    tcase_add_test(tcase, options_of_the_server_as_a_whole_allows_what_any_template_has);
    tcase_add_test(tcase, labels_each_template_once);
    tcase_add_test(tcase, router_without_routes_finds_nothing);
    tcase_add_loop_test(tcase, a_text_is_decoded_whatever_it_is, 0, sizeof texts / sizeof texts[0]);
    suite_add_tcase(suite, tcase);
    return suite;
}
