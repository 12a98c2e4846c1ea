/* The guard on its bufferevents, as evhttp has them: what stays in their input is what evhttp
 * reads. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <check.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "server/http/guard.h"
#include "server/http/refusal.h"
#include "test/unit/server/http/streams.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define GET "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: x\r\n"
#define LONGEST POST "Content-Length: 1048576\r\n\r\n"
#define WAITS POST "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"

static struct event_base *base;
static struct http_guard *guard;

static void start(void)
{
    base = event_base_new();
    guard = http_guard_new();
    ck_assert_ptr_nonnull(base);
}

static void stop(void)
{
    http_guard_free(guard);
    event_base_free(base);
}

static struct bufferevent *connect_client(void)
{
    struct bufferevent *bev = http_guard_bufferevent(base, guard);
    ck_assert_ptr_nonnull(bev);
    return bev;
}

static void free_block(const void *block, size_t bytes, void *arg)
{
    (void)bytes;
    (void)arg;
    free((void *)(uintptr_t)block);
}

/* As one read does. Returns where the bytes lie. */
static const void *feed(struct bufferevent *bev, const char *text, size_t bytes)
{
    struct evbuffer *input = bufferevent_get_input(bev);
    char *block = malloc(bytes);
    ck_assert_ptr_nonnull(block);
    memcpy(block, text, bytes);
    (void)evbuffer_unfreeze(input, 0);
    ck_assert_int_eq(evbuffer_add_reference(input, block, bytes, free_block, NULL), 0);
    (void)evbuffer_freeze(input, 0);
    return block;
}

static void feed_text(struct bufferevent *bev, const char *text)
{
    (void)feed(bev, text, strlen(text));
}

/* Moves what evhttp may read behind `taken`. */
static void take(struct bufferevent *bev, struct evbuffer *taken)
{
    ck_assert_int_eq(evbuffer_add_buffer(taken, bufferevent_get_input(bev)), 0);
}

static void assert_holds(struct evbuffer *buffer, const char *text, size_t bytes)
{
    ck_assert_uint_eq(evbuffer_get_length(buffer), bytes);
    if (bytes > 0)
        ck_assert_mem_eq(evbuffer_pullup(buffer, -1), text, bytes);
}

static void assert_refused(struct bufferevent *bev, enum http_refusal refusal)
{
    struct evbuffer *instead = evbuffer_new();
    ck_assert_ptr_nonnull(instead);
    http_refusal_write(refusal, instead);
    assert_holds(bufferevent_get_input(bev), (const char *)evbuffer_pullup(instead, -1),
                 evbuffer_get_length(instead));
    evbuffer_free(instead);
}

START_TEST(lets_the_same_pass_in_pieces_of_every_size)
{
    const struct stream stream = stream_make(_i);
    for (size_t size = 1; size <= stream.sent_bytes; size++) {
        struct bufferevent *bev = connect_client();
        for (size_t at = 0; at < stream.sent_bytes; at += size)
            (void)feed(bev, stream.sent + at,
                       size < stream.sent_bytes - at ? size : stream.sent_bytes - at);
        assert_holds(bufferevent_get_input(bev), stream.passed, stream.passed_bytes);
        bufferevent_free(bev);
    }
}
END_TEST

START_TEST(lets_the_same_pass_wherever_it_is_cut_and_read_meanwhile)
{
    const struct stream stream = stream_make(_i);
    for (size_t cut = 1; cut < stream.sent_bytes; cut++) {
        struct bufferevent *bev = connect_client();
        struct evbuffer *taken = evbuffer_new();
        ck_assert_ptr_nonnull(taken);
        (void)feed(bev, stream.sent, cut);
        take(bev, taken);
        (void)feed(bev, stream.sent + cut, stream.sent_bytes - cut);
        take(bev, taken);
        assert_holds(taken, stream.passed, stream.passed_bytes);
        evbuffer_free(taken);
        bufferevent_free(bev);
    }
}
END_TEST

START_TEST(touches_no_request_that_comes_whole)
{
    static const char *const requests[] = {GET, POST "Content-Length: 5\r\n\r\nhello"};
    struct bufferevent *bev = connect_client();
    struct evbuffer *input = bufferevent_get_input(bev);
    for (int i = 0; i < 4; i++) {
        const char *request = requests[i % 2];
        const void *block = feed(bev, request, strlen(request));
        ck_assert_ptr_eq(evbuffer_pullup(input, -1), block);
        assert_holds(input, request, strlen(request));
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
        struct bufferevent *bev = connect_client();
        feed_text(bev, "GET / HT");
        ck_assert_uint_eq(evbuffer_get_length(bufferevent_get_input(bev)), 0);
        feed_text(bev, "TP/1.1\r\nHost: x\r\n\r\n");
        assert_holds(bufferevent_get_input(bev), GET, sizeof GET - 1);
        feed_text(bev, beginnings[i % 5]);
        bufferevent_free(bev);
        /* Only then is the memory free to be had again. */
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
    }
}
END_TEST

START_TEST(counts_the_large_bodies_of_all_connections_and_of_those_just_gone)
{
    enum { CLIENTS = 64 };
    static char body[1024 * 1024];
    struct bufferevent *clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = connect_client();
        feed_text(clients[i], LONGEST);
        assert_holds(bufferevent_get_input(clients[i]), LONGEST, sizeof LONGEST - 1);
    }
    struct bufferevent *last = connect_client();
    feed_text(last, POST "Content-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
    assert_refused(last, HTTP_TOO_MANY_BODIES);
    (void)feed(clients[0], body, sizeof body);
    struct bufferevent *next = connect_client();
    feed_text(next, LONGEST);
    assert_holds(bufferevent_get_input(next), LONGEST, sizeof LONGEST - 1);
    struct bufferevent *late = connect_client();
    bufferevent_free(next);
    feed_text(late, POST "Content-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
    assert_refused(late, HTTP_TOO_MANY_BODIES);
    for (int i = 0; i < CLIENTS; i++)
        bufferevent_free(clients[i]);
    bufferevent_free(last);
    bufferevent_free(late);
}
END_TEST

/* A client with a socket, whose other end is `*peer`. */
static struct bufferevent *connect_socket(int *peer)
{
    int sockets[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets), 0);
    struct bufferevent *bev = connect_client();
    ck_assert_int_eq(bufferevent_setfd(bev, sockets[0]), 0);
    ck_assert_int_eq(bufferevent_enable(bev, EV_READ), 0);
    *peer = sockets[1];
    return bev;
}

static void disconnect(struct bufferevent *bev, int peer)
{
    int fd = bufferevent_getfd(bev);
    bufferevent_free(bev);
    (void)close(fd);
    (void)close(peer);
}

static const struct {
    const char *pieces[3];
    bool is_answering; /* an earlier request */
    bool is_asked;
} waiting[] = {
    {{WAITS}, false, true},
    {{"POST", &WAITS[4]}, false, true},
    {{WAITS, "0\r\n\r\n"}, false, true},
    {{WAITS "0"}, false, false},
    {{WAITS}, true, false},
    {{GET WAITS}, false, false},
    {{GET, WAITS}, false, false},
    {{POST "Transfer-Encoding: chunked\r\n\r\n"}, false, false},
    {{POST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"}, false, false},
};

START_TEST(asks_a_client_that_waits_for_its_chunks_once)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    char said[100];
    int peer;
    struct bufferevent *bev = connect_socket(&peer);
    if (waiting[_i].is_answering)
        (void)bufferevent_write(bev, "HTTP/1.1 200 OK\r\n", 17);
    for (int i = 0; i < 3 && waiting[_i].pieces[i] != NULL; i++)
        feed_text(bev, waiting[_i].pieces[i]);
    ssize_t bytes = recv(peer, said, sizeof said, 0);
    ck_assert_int_eq(bytes, waiting[_i].is_asked ? (ssize_t)sizeof text - 1 : -1);
    if (bytes > 0)
        ck_assert_mem_eq(said, text, sizeof text - 1);
    disconnect(bev, peer);
}
END_TEST

struct timeout {
    evutil_socket_t fd;
    double seconds; /* from now; 0 = none is set */
};

static int find_timeout(const struct event_base *events, const struct event *event, void *arg)
{
    (void)events;
    struct timeout *timeout = arg;
    struct timeval at;
    struct timeval now;
    if (event_get_fd(event) != timeout->fd || (event_get_events(event) & EV_READ) == 0 ||
        !event_pending(event, EV_TIMEOUT, &at))
        return 0;
    (void)gettimeofday(&now, NULL);
    timeout->seconds = (double)(at.tv_sec - now.tv_sec) + (double)(at.tv_usec - now.tv_usec) / 1e6;
    return 1;
}

/* That of the next read. */
static double timeout_of(struct bufferevent *bev)
{
    struct timeout timeout = {.fd = bufferevent_getfd(bev)};
    (void)event_base_foreach_event(base, find_timeout, &timeout);
    return timeout.seconds;
}

static void assert_fresh_deadline(struct bufferevent *bev)
{
    ck_assert_double_gt(timeout_of(bev), HTTP_REQUEST_DEADLINE_S - 0.07);
    ck_assert_double_le(timeout_of(bev), HTTP_REQUEST_DEADLINE_S + 0.02);
}

static const struct {
    const char *beginning;
    const char *more;
    const char *next; /* ends it and begins another */
    const char *end;  /* of that */
} deadlines[] = {
    {"GET ", "/ HTTP/1.1\r\nHos", "t: x\r\n\r\nG", "ET / HTTP/1.1\r\nHost: x\r\n\r\n"},
    {POST "Content-Length: 5\r\n\r\n", "hell", "o" POST, "Content-Length: 0\r\n\r\n"},
    {POST "Content-Length: 5\r\n\r\n", "hell", "o" POST "Content-Length: 5\r\n\r\n", "hello"},
    {POST "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx", "\r\n0\r\n\r\n\r\n\r", "\n" GET},
};

START_TEST(gives_each_request_one_deadline)
{
    int peer;
    struct bufferevent *bev = connect_socket(&peer);
    feed_text(bev, GET);
    ck_assert_double_eq(timeout_of(bev), 0); /* evhttp has its own */
    for (int i = 0; i < 2; i++) {
        feed_text(bev, deadlines[_i].beginning);
        assert_fresh_deadline(bev);
        (void)usleep(100000);
        feed_text(bev, deadlines[_i].more);
        ck_assert_double_le(timeout_of(bev), HTTP_REQUEST_DEADLINE_S - 0.07);
        feed_text(bev, deadlines[_i].next);
        assert_fresh_deadline(bev);
        (void)usleep(100000);
        feed_text(bev, deadlines[_i].end);
        ck_assert_double_gt(timeout_of(bev), HTTP_IDLE_TIMEOUT_S - 1);
    }
    disconnect(bev, peer);
}
END_TEST

START_TEST(gives_a_body_that_is_discarded_no_more_time)
{
    int peer;
    struct bufferevent *bev = connect_socket(&peer);
    feed_text(bev, POST "Content-Length: 2000000\r\n\r\n");
    assert_fresh_deadline(bev);
    (void)usleep(100000);
    feed_text(bev, "hello");
    ck_assert_double_le(timeout_of(bev), HTTP_REQUEST_DEADLINE_S - 0.07);
    disconnect(bev, peer);
}
END_TEST

START_TEST(gives_a_refused_request_the_idle_time_for_its_answer)
{
    int peer;
    struct bufferevent *bev = connect_socket(&peer);
    feed_text(bev, "GET /\r\n");
    assert_fresh_deadline(bev);
    feed_text(bev, "\r\nGET");
    assert_refused(bev, HTTP_BAD_LINE);
    ck_assert_double_gt(timeout_of(bev), HTTP_IDLE_TIMEOUT_S - 1);
    disconnect(bev, peer);
}
END_TEST

START_TEST(tells_a_refused_request_by_its_status_and_words)
{
    const char *reason = NULL;
    struct evhttp_request *request = evhttp_request_new(NULL, NULL);
    ck_assert_ptr_nonnull(request);
    ck_assert_int_eq(http_guard_refusal(request, &reason), 0);
    ck_assert_ptr_null(reason);
    (void)evhttp_add_header(evhttp_request_get_input_headers(request), "@refused", "14");
    ck_assert_int_eq(http_guard_refusal(request, &reason), 431);
    ck_assert_str_eq(reason, http_refusal_reason(HTTP_TOO_MANY_FIELDS));
    evhttp_request_free(request);
}
END_TEST

Suite *http_guard_suite(void)
{
    Suite *suite = suite_create("http_guard");
    TCase *tcase = tcase_create("http_guard");
    tcase_add_checked_fixture(tcase, start, stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, lets_the_same_pass_in_pieces_of_every_size, 0, stream_count());
    tcase_add_loop_test(tcase, lets_the_same_pass_wherever_it_is_cut_and_read_meanwhile, 0,
                        stream_count());
    tcase_add_test(tcase, touches_no_request_that_comes_whole);
    tcase_add_test(tcase, knows_nothing_of_an_old_connection_at_the_same_address);
    tcase_add_test(tcase, counts_the_large_bodies_of_all_connections_and_of_those_just_gone);
    tcase_add_loop_test(tcase, asks_a_client_that_waits_for_its_chunks_once, 0, COUNT(waiting));
    tcase_add_loop_test(tcase, gives_each_request_one_deadline, 0, COUNT(deadlines));
    tcase_add_test(tcase, gives_a_body_that_is_discarded_no_more_time);
    tcase_add_test(tcase, gives_a_refused_request_the_idle_time_for_its_answer);
    tcase_add_test(tcase, tells_a_refused_request_by_its_status_and_words);
    suite_add_tcase(suite, tcase);
    return suite;
}
