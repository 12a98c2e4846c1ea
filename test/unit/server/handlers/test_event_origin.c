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

static const struct {
    struct case_of given;
    bool is_signal;
} signals[] = {
    {{"192.0.2.1", {"Sec-GPC", "1"}, 0}, true},
    {{"192.0.2.1", {"sec-gpc", "1"}, 0}, true},
    {{"192.0.2.1", {"DNT", "1"}, 0}, true},
    {{"192.0.2.1", {"DNT", " 1\t"}, 0}, true},
    {{"192.0.2.1", {"Sec-GPC", "0", "DNT", "1"}, 0}, true},
    {{"192.0.2.1", {"DNT", "0", "DNT", "1"}, 0}, true},
    {{"192.0.2.1", {"DNT", "1abc"}, 0}, true},
    {{"192.0.2.1", {"Sec-GPC", "0"}, 0}, false},
    {{"192.0.2.1", {"Sec-GPC", "1abc"}, 0}, false},
    {{"192.0.2.1", {"DNT", "01"}, 0}, false},
    {{"192.0.2.1", {"Sec-GPC", "11"}, 0}, false},
    {{"192.0.2.1", {"Sec-GPC", "?1"}, 0}, false},
    {{"192.0.2.1", {"Sec-GPC", ""}, 0}, false},
    {{"192.0.2.1", {"DNT", "null"}, 0}, false},
    {{"192.0.2.1", {"X-DNT", "1"}, 0}, false},
    {{"192.0.2.1", {NULL}, 0}, false},
};

START_TEST(a_privacy_signal_is_1)
{
    ck_assert_int_eq(origin_of(NULL, &signals[_i].given).has_privacy_signal, signals[_i].is_signal);
}
END_TEST

/* Of the event itself, of its token, of everybody. */
static const struct {
    bool is_told;
    bool is_of_token;
    bool is_of_all;
    uint8_t flags;
    uint8_t last_byte;
} hidden[] = {
    {false, false, false, EVENT_FROM_SERVER, 77},
    {true, false, false, EVENT_FROM_SERVER | EVENT_PRIVACY_SIGNAL | EVENT_ADDRESS_IS_TRUNCATED, 0},
    {false, true, false, EVENT_FROM_SERVER | EVENT_PRIVACY_SIGNAL | EVENT_ADDRESS_IS_TRUNCATED, 0},
    {false, false, true, EVENT_FROM_SERVER | EVENT_ADDRESS_IS_TRUNCATED, 0},
};

static const struct address viewer = {.family = ADDRESS_IPV4, .bytes = {203, 0, 113, 77}};

START_TEST(an_address_is_hidden_whosever_it_is)
{
    struct event_origin origin = {.has_privacy_signal = hidden[_i].is_told,
                                  .hides_addresses = hidden[_i].is_of_all};
    uint8_t flags = EVENT_FROM_SERVER | (hidden[_i].is_of_token ? (int)EVENT_PRIVACY_SIGNAL : 0);
    struct event of_body = {.flags = flags, .address = viewer};
    struct event of_origin = {.flags = flags};
    event_origin_address(&origin, &of_body);
    origin.address = viewer;
    event_origin_address(&origin, &of_origin);
    ck_assert_uint_eq(of_body.flags, hidden[_i].flags);
    ck_assert_uint_eq(of_body.address.bytes[3], hidden[_i].last_byte);
    ck_assert_uint_eq(of_body.address.bytes[2], 113);
    ck_assert_mem_eq(&of_origin, &of_body, sizeof of_body);
}
END_TEST

START_TEST(what_has_no_address_has_none_truncated)
{
    const struct event_origin origin = {.has_privacy_signal = true, .hides_addresses = true};
    struct event event = {.kind = EVENT_CLICK};
    event_origin_address(&origin, &event);
    ck_assert_uint_eq(event.flags, EVENT_PRIVACY_SIGNAL);
    ck_assert_uint_eq(event.address.family, ADDRESS_NONE);
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
    tcase_add_loop_test(tcase, a_privacy_signal_is_1, 0, COUNT(signals));
    tcase_add_loop_test(tcase, an_address_is_hidden_whosever_it_is, 0, COUNT(hidden));
    tcase_add_test(tcase, what_has_no_address_has_none_truncated);
    suite_add_tcase(suite, tcase);
    return suite;
}
