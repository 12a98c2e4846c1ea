/* Routes where operators have a listener of their own. */
#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#include "server/http/router.h"
#include "test/unit/suites.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static void handle(struct exchange *exchange)
{
    (void)exchange;
}

static const struct route public_ad = {
    .method = HTTP_GET, .path = "/p/{id:number}", .handle = handle};
static const struct route change = {
    .method = HTTP_PUT, .path = "/p/{id:number}", .handle = handle, .is_operators = true};
static const struct route stats = {
    .method = HTTP_GET, .path = "/p/stats", .handle = handle, .is_operators = true};
static const struct route word = {.method = HTTP_POST, .path = "/p/{kind:word}", .handle = handle};
static const struct route *const parted[] = {&change, &stats, &public_ad, &word};

static const struct {
    enum route_audience audience;
    enum http_method method;
    const char *path;
    const struct route *route;
    const char *allow; /* NULL = 404 */
    const char *label;
    bool is_operators;
} audiences[] = {
    {ROUTE_EVERYBODY, HTTP_GET, "/p/7", &public_ad, "GET, HEAD, OPTIONS, PUT", "/p/{id}", false},
    {ROUTE_EVERYBODY, HTTP_HEAD, "/p/7", &public_ad, "GET, HEAD, OPTIONS, PUT", "/p/{id}", false},
    {ROUTE_EVERYBODY, HTTP_PUT, "/p/7", &change, "GET, HEAD, OPTIONS, PUT", "/p/{id}", true},
    {ROUTE_EVERYBODY, HTTP_OPTIONS, "/p/7", NULL, "GET, HEAD, OPTIONS, PUT", "/p/{id}", false},
    {ROUTE_PUBLIC, HTTP_GET, "/p/7", &public_ad, "GET, HEAD, OPTIONS", "/p/{id}", false},
    {ROUTE_PUBLIC, HTTP_PUT, "/p/7", NULL, "GET, HEAD, OPTIONS", "/p/{id}", true},
    {ROUTE_PUBLIC, HTTP_PATCH, "/p/7", NULL, "GET, HEAD, OPTIONS", "/p/{id}", false},
    {ROUTE_EVERYBODY, HTTP_GET, "/p/stats", &stats, "GET, HEAD, OPTIONS", "/p/stats", true},
    {ROUTE_EVERYBODY, HTTP_HEAD, "/p/stats", &stats, "GET, HEAD, OPTIONS", "/p/stats", true},
    {ROUTE_EVERYBODY, HTTP_POST, "/p/stats", NULL, "GET, HEAD, OPTIONS", "/p/stats", true},
    {ROUTE_EVERYBODY, HTTP_OPTIONS, "/p/stats", NULL, "GET, HEAD, OPTIONS", "/p/stats", true},
    {ROUTE_PUBLIC, HTTP_GET, "/p/stats", NULL, NULL, "other", false},
    {ROUTE_PUBLIC, HTTP_OPTIONS, "/p/stats", NULL, NULL, "other", false},
    /* It is no word either. */
    {ROUTE_PUBLIC, HTTP_POST, "/p/stats", NULL, NULL, "other", false},
    {ROUTE_PUBLIC, HTTP_POST, "/%70/st%61ts/", NULL, NULL, "other", false},
    {ROUTE_PUBLIC, HTTP_POST, "/p/other", &word, "POST, OPTIONS", "/p/{kind}", false},
    {ROUTE_EVERYBODY, HTTP_OPTIONS, "*", NULL, "GET, HEAD, POST, OPTIONS, PUT", "other", false},
    {ROUTE_PUBLIC, HTTP_OPTIONS, "*", NULL, "GET, HEAD, POST, OPTIONS", "other", false},
};

START_TEST(operators_routes_are_not_there_for_the_public)
{
    struct route_match match;
    struct router *both = router_new(parted, COUNT(parted));
    router_match(both, audiences[_i].path, audiences[_i].method, audiences[_i].audience, &match);
    ck_assert_ptr_eq(match.route, audiences[_i].route);
    ck_assert_pstr_eq(match.allow, audiences[_i].allow);
    ck_assert_str_eq(router_labels(both)[match.endpoint], audiences[_i].label);
    ck_assert_int_eq(router_is_operators(both, match.endpoint, audiences[_i].method),
                     audiences[_i].is_operators);
    if (match.allow != NULL && match.endpoint < 3)
        ck_assert_str_eq(router_allow(both, match.endpoint, audiences[_i].audience), match.allow);
    router_free(both);
}
END_TEST

Suite *router_audiences_suite(void)
{
    Suite *suite = suite_create("router_audiences");
    TCase *tcase = tcase_create("router_audiences");
    tcase_add_loop_test(tcase, operators_routes_are_not_there_for_the_public, 0, COUNT(audiences));
    suite_add_tcase(suite, tcase);
    return suite;
}
