/* The guard on its bufferevents, as evhttp has them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "server/http/guard.h"
#include "server/http/refusal.h"
#include "test/unit/server/http/clients.h"
#include "test/unit/server/http/streams.h"
#include "test/unit/suites.h"

#define GET "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: x\r\n"
#define LONGEST POST "Content-Length: 1048576\r\n\r\n"

/* Moves what evhttp may read behind `taken`. */
static void take(struct bufferevent *bev, struct evbuffer *taken)
{
    ck_assert_int_eq(evbuffer_add_buffer(taken, bufferevent_get_input(bev)), 0);
}

START_TEST(lets_the_same_pass_in_pieces_of_every_size)
{
    const struct stream stream = stream_make(_i);
    for (size_t size = 1; size <= stream.sent_bytes; size++) {
        struct bufferevent *bev = client_connect();
        for (size_t at = 0; at < stream.sent_bytes; at += size)
            (void)client_feed(bev, stream.sent + at,
                              size < stream.sent_bytes - at ? size : stream.sent_bytes - at);
        client_assert_holds(bufferevent_get_input(bev), stream.passed, stream.passed_bytes);
        bufferevent_free(bev);
    }
}
END_TEST

START_TEST(lets_the_same_pass_wherever_it_is_cut_and_read_meanwhile)
{
    const struct stream stream = stream_make(_i);
    for (size_t cut = 1; cut < stream.sent_bytes; cut++) {
        struct bufferevent *bev = client_connect();
        struct evbuffer *taken = evbuffer_new();
        ck_assert_ptr_nonnull(taken);
        (void)client_feed(bev, stream.sent, cut);
        take(bev, taken);
        (void)client_feed(bev, stream.sent + cut, stream.sent_bytes - cut);
        take(bev, taken);
        client_assert_holds(taken, stream.passed, stream.passed_bytes);
        evbuffer_free(taken);
        bufferevent_free(bev);
    }
}
END_TEST

START_TEST(touches_no_request_that_comes_whole)
{
    static const char *const requests[] = {GET, POST "Content-Length: 5\r\n\r\nhello"};
    struct bufferevent *bev = client_connect();
    struct evbuffer *input = bufferevent_get_input(bev);
    for (int i = 0; i < 4; i++) {
        const char *request = requests[i % 2];
        const void *block = client_feed(bev, request, strlen(request));
        ck_assert_ptr_eq(evbuffer_pullup(input, -1), block);
        client_assert_holds(input, request, strlen(request));
        ck_assert_int_eq(evbuffer_drain(input, strlen(request)), 0);
    }
    bufferevent_free(bev);
}
END_TEST

START_TEST(knows_nothing_of_an_old_connection_at_the_same_address)
{
    static const char *const beginnings[] = {"GET / HT", POST "Content-Length: 5\r\n\r\nhe",
                                             POST "Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
                                             "GET /\r\n\r\n", LONGEST};
    for (int i = 0; i < 500; i++) {
        struct bufferevent *bev = client_connect();
        client_feed_text(bev, "GET / HT");
        ck_assert_uint_eq(evbuffer_get_length(bufferevent_get_input(bev)), 0);
        client_feed_text(bev, "TP/1.1\r\nHost: x\r\n\r\n");
        client_assert_holds(bufferevent_get_input(bev), GET, sizeof GET - 1);
        client_feed_text(bev, beginnings[i % 5]);
        bufferevent_free(bev);
        /* Only then is the memory free to be had again. */
        (void)event_base_loop(clients_base(), EVLOOP_NONBLOCK);
    }
}
END_TEST

START_TEST(tells_a_refused_request_by_its_status_and_words)
{
    const char *reason = NULL;
    char refusal[16];
    (void)snprintf(refusal, sizeof refusal, "%d", HTTP_TOO_MANY_FIELDS);
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    ck_assert_ptr_nonnull(request);
    ck_assert_int_eq(http_guard_refusal(request, &reason), 0);
    ck_assert_ptr_null(reason);
    (void)evhttp_add_header(evhttp_request_get_input_headers(request), "@refused", refusal);
    ck_assert_int_eq(http_guard_refusal(request, &reason), 431);
    ck_assert_str_eq(reason, http_refusal_reason(HTTP_TOO_MANY_FIELDS));
    evhttp_request_free(request);
}
END_TEST

Suite *http_guard_suite(void)
{
    Suite *suite = suite_create("http_guard");
    TCase *tcase = tcase_create("http_guard");
    tcase_add_checked_fixture(tcase, clients_start, clients_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, lets_the_same_pass_in_pieces_of_every_size, 0, stream_count());
    tcase_add_loop_test(tcase, lets_the_same_pass_wherever_it_is_cut_and_read_meanwhile, 0,
                        stream_count());
    tcase_add_test(tcase, touches_no_request_that_comes_whole);
    tcase_add_test(tcase, knows_nothing_of_an_old_connection_at_the_same_address);
    tcase_add_test(tcase, tells_a_refused_request_by_its_status_and_words);
    suite_add_tcase(suite, tcase);
    return suite;
}
