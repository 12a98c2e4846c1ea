/* Who the viewer is: the peer, and what trusted proxies say. */
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/http.h>
#include <event2/http_struct.h>

#include "protocol/address.h"
#include "server/http/client_address.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char *const TRUSTED[] = {"10.0.0.0/8", "2001:db8::/32", "127.0.0.1"};

static void check_client(const char *peer, const char *const *forwarded, const char *expected)
{
    struct peer_list trusted = {.count = COUNT(TRUSTED)};
    for (int i = 0; i < COUNT(TRUSTED); i++)
        ck_assert_int_eq(address_block_parse(TRUSTED[i], strlen(TRUSTED[i]), &trusted.blocks[i]),
                         RESULT_OK);
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    ck_assert_ptr_nonnull(request);
    request->remote_host = strdup(peer);
    for (; forwarded != NULL && *forwarded != NULL; forwarded++)
        evhttp_add_header(evhttp_request_get_input_headers(request), "X-Forwarded-For", *forwarded);
    struct address client = client_address(request, &trusted);
    char text[ADDRESS_TEXT_SIZE];
    address_format(&client, text);
    ck_assert_str_eq(text, expected);
    evhttp_request_free(request);
}

static const struct {
    const char *peer;
    const char *forwarded[4];
    const char *client;
} CLIENTS[] = {
    {"192.0.2.9", {NULL}, "192.0.2.9"},
    {"::1", {NULL}, "::1"},
    {"::ffff:192.0.2.9", {NULL}, "192.0.2.9"},
    {"fe80::1%eth0", {NULL}, "fe80::1"},
    /* Not trusted: what it says is not believed. */
    {"192.0.2.9", {"203.0.113.7"}, "192.0.2.9"},
    {"2001:db9::1", {"203.0.113.7"}, "2001:db9::1"},
    /* Trusted: the rightmost that is not. */
    {"10.0.0.1", {NULL}, "10.0.0.1"},
    {"10.0.0.1", {"203.0.113.7"}, "203.0.113.7"},
    {"127.0.0.1", {"203.0.113.7"}, "203.0.113.7"},
    {"::ffff:10.0.0.1", {"203.0.113.7"}, "203.0.113.7"},
    {"2001:db8::5", {"2001:db9::7"}, "2001:db9::7"},
    {"10.0.0.1", {"6.6.6.6, 203.0.113.7"}, "203.0.113.7"},
    {"10.0.0.1", {"6.6.6.6,203.0.113.7,10.1.2.3"}, "203.0.113.7"},
    {"10.0.0.1", {"6.6.6.6 , 203.0.113.7\t, 10.1.2.3 , 2001:db8::1 "}, "203.0.113.7"},
    {"10.0.0.1", {"6.6.6.6", "203.0.113.7"}, "203.0.113.7"},
    {"10.0.0.1", {"203.0.113.7", "10.1.2.3", "10.1.2.4"}, "203.0.113.7"},
    {"10.0.0.1", {"::ffff:203.0.113.7"}, "203.0.113.7"},
    {"10.0.0.1", {"6.6.6.6, 203.0.113.7, ::ffff:10.9.9.9"}, "203.0.113.7"},
    /* All trusted: the farthest. */
    {"10.0.0.1", {"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
    /* With ports. */
    {"10.0.0.1", {"203.0.113.7:4711"}, "203.0.113.7"},
    {"10.0.0.1", {"[2001:db9::7]:4711"}, "2001:db9::7"},
    {"10.0.0.1", {"[2001:db9::7]"}, "2001:db9::7"},
    /* Quoted. */
    {"10.0.0.1", {"\"203.0.113.7\""}, "203.0.113.7"},
    {"10.0.0.1", {"\"203.0.113.7:4711\""}, "203.0.113.7"},
    {"10.0.0.1", {"\"[2001:db9::7]:4711\""}, "2001:db9::7"},
    {"10.0.0.1", {"\"[2001:db9::7]\""}, "2001:db9::7"},
    {"10.0.0.1", {"\"2001:db9::7\" , \"10.0.0.2:1\""}, "2001:db9::7"},
    {"10.0.0.1", {"6.6.6.6", "\"203.0.113.7\",\"[2001:db8::1]:4711\""}, "203.0.113.7"},
    /* Empty elements are none. */
    {"10.0.0.1", {"203.0.113.7,"}, "203.0.113.7"},
    {"10.0.0.1", {",203.0.113.7"}, "203.0.113.7"},
    {"10.0.0.1", {"203.0.113.7, ,10.0.0.2"}, "203.0.113.7"},
    {"10.0.0.1", {"6.6.6.6 ,203.0.113.7 ,\t, , 10.0.0.2,,"}, "203.0.113.7"},
    {"10.0.0.1", {"203.0.113.7", ""}, "203.0.113.7"},
    {"10.0.0.1", {"203.0.113.7", " ", ",,"}, "203.0.113.7"},
    {"10.0.0.1", {"", "203.0.113.7,", ","}, "203.0.113.7"},
    {"10.0.0.1", {"203.0.113.7, unknown,"}, "10.0.0.1"},
    {"10.0.0.1", {""}, "10.0.0.1"},
    {"10.0.0.1", {","}, "10.0.0.1"},
    {"10.0.0.1", {", ,", " "}, "10.0.0.1"},
    /* What is no address ends the walk. */
    {"10.0.0.1", {"unknown"}, "10.0.0.1"},
    {"10.0.0.1", {"203.0.113.7, _hidden, 10.0.0.2"}, "10.0.0.2"},
    {"10.0.0.1", {"203.0.113.7", "unknown"}, "10.0.0.1"},
    {"10.0.0.1", {"203.0.113.7, \"\""}, "10.0.0.1"},
    {"10.0.0.1", {"203.0.113.7, \""}, "10.0.0.1"},
    {"10.0.0.1", {"\"203.0.113.7"}, "10.0.0.1"},
    {"10.0.0.1", {"203.0.113.7\""}, "10.0.0.1"},
    {"10.0.0.1", {"\"\"203.0.113.7\"\""}, "10.0.0.1"},
    {"10.0.0.1", {"\" 203.0.113.7\""}, "10.0.0.1"},
    {"10.0.0.1", {"'203.0.113.7'"}, "10.0.0.1"},
    {"10.0.0.1", {"203.0.113.7, \"a, b\""}, "10.0.0.1"},
    {"10.0.0.1", {"203.0.113.7, \"[2001:db9::7\""}, "10.0.0.1"},
    {"10.0.0.1", {"]["}, "10.0.0.1"},
    {"10.0.0.1", {"[", ":"}, "10.0.0.1"},
    {"no address", {"203.0.113.7"}, ""},
};

START_TEST(finds_the_rightmost_address_that_is_not_trusted)
{
    check_client(CLIENTS[_i].peer, CLIENTS[_i].forwarded, CLIENTS[_i].client);
}
END_TEST

START_TEST(knows_no_peer_without_a_connection)
{
    const struct peer_list trusted = {.count = 0};
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    ck_assert_ptr_nonnull(request);
    ck_assert_int_eq(client_address(request, &trusted).family, ADDRESS_NONE);
    evhttp_request_free(request);
}
END_TEST

Suite *client_address_suite(void)
{
    Suite *suite = suite_create("client_address");
    TCase *tcase = tcase_create("client_address");
    tcase_add_loop_test(tcase, finds_the_rightmost_address_that_is_not_trusted, 0, COUNT(CLIENTS));
    tcase_add_test(tcase, knows_no_peer_without_a_connection);
    suite_add_tcase(suite, tcase);
    return suite;
}
