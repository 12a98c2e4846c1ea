/* What a request tells about its events: whose they are, when they came, and whether they count. */
#include "server/handlers/event_origin.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/http.h>
#include <event2/http_struct.h>

#include "server/handlers/context.h"
#include "server/http/client_address.h"
#include "server/http/exchange.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { FIELDS_MAX = 3 };

/* Names and values, one after the other. */
struct case_of {
    const char *peer;
    const char *fields[2 * FIELDS_MAX + 1];
    enum event_verdict verdict;
};

static struct event_origin origin_of(const char *ivt_header, const struct case_of *given)
{
    struct peer_list trusted = {.count = 1};
    struct peer_list peers = {.count = 1};
    ck_assert_int_eq(address_block_parse("10.0.0.0/8", 10, &trusted.blocks[0]), RESULT_OK);
    ck_assert_int_eq(address_block_parse("198.51.100.0/24", 15, &peers.blocks[0]), RESULT_OK);
    struct handler_context context = {
        .trusted_proxies = &trusted, .ssai_peers = &peers, .ivt_header = ivt_header};
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    ck_assert_ptr_nonnull(request);
    request->remote_host = strdup(given->peer);
    struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
    for (const char *const *field = given->fields; *field != NULL; field += 2)
        evhttp_add_header(headers, field[0], field[1]);
    struct exchange exchange = {.request = request, .context = &context};
    struct event_origin origin = event_origin_of(&exchange);
    evhttp_request_free(request);
    return origin;
}

static const struct case_of marks[] = {
    {"10.0.0.1", {"X-Ivt", "1"}, VERDICT_MARKED_BY_PROXY},
    {"10.0.0.1", {"x-IVT", "givt"}, VERDICT_MARKED_BY_PROXY},
    {"::ffff:10.0.0.1", {"X-Ivt", "1"}, VERDICT_MARKED_BY_PROXY},
    {"10.0.0.1", {"X-Ivt", "00"}, VERDICT_MARKED_BY_PROXY},
    {"10.0.0.1", {"X-Ivt", "0 0"}, VERDICT_MARKED_BY_PROXY},
    {"10.0.0.1", {"X-Ivt", "0.9"}, VERDICT_MARKED_BY_PROXY},
    {"10.0.0.1", {"X-Ivt", "0", "X-Ivt", "1"}, VERDICT_MARKED_BY_PROXY},
    {"10.0.0.1", {"X-Ivt", ""}, VERDICT_VALID},
    {"10.0.0.1", {"X-Ivt", " \t"}, VERDICT_VALID},
    {"10.0.0.1", {"X-Ivt", "0"}, VERDICT_VALID},
    {"10.0.0.1", {"X-Ivt", " 0 "}, VERDICT_VALID},
    {"10.0.0.1", {"X-Ivt2", "1"}, VERDICT_VALID},
    {"10.0.0.1", {NULL}, VERDICT_VALID},
    /* Whoever else says so is not believed, whomever a proxy may have got it from. */
    {"192.0.2.1", {"X-Ivt", "1"}, VERDICT_VALID},
    {"192.0.2.1", {"X-Ivt", "1", "X-Forwarded-For", "10.0.0.1"}, VERDICT_VALID},
    {"10.0.0.1", {"X-Ivt", "1", "X-Forwarded-For", "192.0.2.1"}, VERDICT_MARKED_BY_PROXY},
    {"unix", {"X-Ivt", "1"}, VERDICT_VALID},
    /* The first reason stands. */
    {"10.0.0.1", {"X-Ivt", "1", "User-Agent", "curl/7.88"}, VERDICT_DECLARED_BOT},
    {"192.0.2.1", {"User-Agent", "curl/7.88"}, VERDICT_DECLARED_BOT},
    {"192.0.2.1", {"User-Agent", "okhttp/4.9"}, VERDICT_VALID},
};

START_TEST(verdict_is_the_first_reason)
{
    ck_assert_int_eq(origin_of("X-Ivt", &marks[_i]).verdict, marks[_i].verdict);
}
END_TEST

START_TEST(no_header_is_looked_at_where_none_is_named)
{
    ck_assert_int_eq(origin_of(NULL, &marks[0]).verdict, VERDICT_VALID);
}
END_TEST

/* A server that inserts ads tells whom for; anybody else only claims it. */
static const struct {
    struct case_of given;
    const char *viewer;
    bool is_server_side;
} inserted[] = {
    {{"198.51.100.1", {"X-Device-IP", "203.0.113.9", "X-Device-User-Agent", "Roku/DVP-9.10"}, 0},
     "203.0.113.9",
     true},
    {{"198.51.100.1", {"X-Device-IP", "2001:db8::1"}, 0}, "2001:db8::1", true},
    {{"198.51.100.1", {"X-Device-IP", "::ffff:203.0.113.9"}, 0}, "203.0.113.9", true},
    {{"198.51.100.1", {"X-Device-IP", "nonsense"}, 0}, "198.51.100.1", true},
    {{"198.51.100.1",
      {"X-Device-User-Agent", "Googlebot/2.1", "User-Agent", "okhttp/4.9"},
      VERDICT_DECLARED_BOT},
     "198.51.100.1",
     true},
    {{"198.51.100.1", {"X-Device-User-Agent", "Roku/DVP-9.10", "User-Agent", "curl/8.0"}, 0},
     "198.51.100.1",
     true},
    {{"198.51.100.1", {"User-Agent", "curl/8.0"}, VERDICT_DECLARED_BOT}, "198.51.100.1", false},
    {{"192.0.2.1", {"X-Device-IP", "203.0.113.9", "X-Device-User-Agent", "curl/8.0"}, 0},
     "192.0.2.1",
     false},
    {{"10.0.0.1", {"X-Device-IP", "203.0.113.9"}, 0}, "10.0.0.1", false},
    {{"10.0.0.1", {"X-Forwarded-For", "198.51.100.1", "X-Device-IP", "203.0.113.9"}, 0},
     "203.0.113.9",
     true},
};

START_TEST(a_peer_tells_whom_it_inserts_for)
{
    const struct event_origin origin = origin_of(NULL, &inserted[_i].given);
    char viewer[ADDRESS_TEXT_SIZE];
    address_format(&origin.address, viewer);
    ck_assert_str_eq(viewer, inserted[_i].viewer);
    ck_assert_int_eq(origin.verdict, inserted[_i].given.verdict);
    ck_assert_int_eq(origin.is_server_side, inserted[_i].is_server_side);
}
END_TEST

START_TEST(event_gets_what_it_lacks)
{
    const struct event_origin origin = {
        .address = {.family = ADDRESS_IPV4, .bytes = {192, 0, 2, 1}},
        .verdict = VERDICT_DECLARED_BOT,
        .received_at_us = 5000000,
    };
    struct event event = {.occurred_at_us = -1500};
    event_origin_apply(&origin, &event);
    ck_assert_int_eq(event.received_at_us, 5000000);
    ck_assert_int_eq(event.occurred_at_us, 4998500);
    ck_assert_uint_eq(event.verdict, VERDICT_DECLARED_BOT);
    ck_assert_mem_eq(&event.address, &origin.address, sizeof event.address);
    event.address.bytes[0] = 7; /* its own */
    event_origin_apply(&origin, &event);
    ck_assert_uint_eq(event.address.bytes[0], 7);
}
END_TEST

Suite *event_origin_suite(void)
{
    Suite *suite = suite_create("event_origin");
    TCase *tcase = tcase_create("event_origin");
    tcase_add_loop_test(tcase, verdict_is_the_first_reason, 0, COUNT(marks));
    tcase_add_test(tcase, no_header_is_looked_at_where_none_is_named);
    tcase_add_loop_test(tcase, a_peer_tells_whom_it_inserts_for, 0, COUNT(inserted));
    tcase_add_test(tcase, event_gets_what_it_lacks);
    suite_add_tcase(suite, tcase);
    return suite;
}
