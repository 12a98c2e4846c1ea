/* The guard over time: deadlines, clients that wait, and what is kept for all of them. */
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <check.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "server/http/guard.h"
#include "server/http/refusal.h"
#include "test/unit/server/http/clients.h"
#include "test/unit/suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define GET "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: x\r\n"
#define LONGEST POST "Content-Length: 1048576\r\n\r\n"
#define WAITS POST "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"

START_TEST(counts_the_large_bodies_of_all_connections_and_of_those_just_gone)
{
    enum { CLIENTS = 64 };
    static char body[1024 * 1024];
    struct bufferevent *clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect();
        client_feed_text(clients[i], LONGEST);
        client_assert_holds(bufferevent_get_input(clients[i]), LONGEST, sizeof LONGEST - 1);
    }
    struct bufferevent *last = client_connect();
    client_feed_text(last, POST "Content-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
    client_assert_refused(last, HTTP_TOO_MANY_BODIES);
    (void)client_feed(clients[0], body, sizeof body);
    struct bufferevent *next = client_connect();
    client_feed_text(next, LONGEST);
    client_assert_holds(bufferevent_get_input(next), LONGEST, sizeof LONGEST - 1);
    struct bufferevent *late = client_connect();
    bufferevent_free(next);
    client_feed_text(late, POST "Content-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
    client_assert_refused(late, HTTP_TOO_MANY_BODIES);
    for (int i = 0; i < CLIENTS; i++)
        bufferevent_free(clients[i]);
    bufferevent_free(last);
    bufferevent_free(late);
}
END_TEST

enum { LEAVING = 64, COMING = 32 };

/* Clients send `text` and leave, others come. */
static void come_and_go(const char *text, struct bufferevent *coming[COMING], int peers[COMING])
{
    struct bufferevent *leaving[LEAVING];
    int leaving_peers[LEAVING];
    for (int i = 0; i < LEAVING; i++) {
        leaving[i] = client_connect_socket(&leaving_peers[i]);
        client_feed_text(leaving[i], text);
    }
    for (int i = 0; i < LEAVING; i++)
        client_disconnect(leaving[i], leaving_peers[i]);
    /* The loop has not freed them yet, so that the next ones lie elsewhere. */
    for (int i = 0; i < COMING; i++)
        coming[i] = client_connect_socket(&peers[i]);
}

START_TEST(forgets_what_clients_sent_that_are_gone)
{
    struct bufferevent *coming[COMING];
    int peers[COMING];
    int peer;
    struct bufferevent *staying = client_connect_socket(&peer);
    client_feed_text(staying, "GET / HT");
    int blocks = clients_blocks();
    come_and_go("GET / HTTP/1.1\r\n", coming, peers);
    ck_assert_int_eq(clients_blocks(), blocks);
    client_feed_text(staying, "TP/1.1\r\nHost: x\r\n\r\n");
    client_assert_holds(bufferevent_get_input(staying), GET, sizeof GET - 1);
    for (int i = 0; i < COMING; i++) {
        client_feed_text(coming[i], GET);
        client_assert_holds(bufferevent_get_input(coming[i]), GET, sizeof GET - 1);
        client_disconnect(coming[i], peers[i]);
    }
    client_disconnect(staying, peer);
}
END_TEST

START_TEST(has_room_again_when_clients_are_gone)
{
    struct bufferevent *coming[COMING];
    int peers[COMING];
    come_and_go(LONGEST, coming, peers);
    for (int i = 0; i < COMING; i++) {
        client_feed_text(coming[i], LONGEST);
        client_assert_holds(bufferevent_get_input(coming[i]), LONGEST, sizeof LONGEST - 1);
        client_disconnect(coming[i], peers[i]);
    }
}
END_TEST

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
    struct bufferevent *bev = client_connect_socket(&peer);
    if (waiting[_i].is_answering)
        (void)bufferevent_write(bev, "HTTP/1.1 200 OK\r\n", 17);
    for (int i = 0; i < 3 && waiting[_i].pieces[i] != NULL; i++)
        client_feed_text(bev, waiting[_i].pieces[i]);
    ssize_t bytes = recv(peer, said, sizeof said, 0);
    ck_assert_int_eq(bytes, waiting[_i].is_asked ? (ssize_t)sizeof text - 1 : -1);
    if (bytes > 0)
        ck_assert_mem_eq(said, text, sizeof text - 1);
    client_disconnect(bev, peer);
}
END_TEST

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static double now(void)
{
    struct timeval time;
    (void)gettimeofday(&time, NULL);
    return seconds_of(time);
}

struct timeout {
    evutil_socket_t fd;
    double at; /* 0 = none is set */
};

static int find_timeout(const struct event_base *events, const struct event *event, void *arg)
{
    (void)events;
    struct timeout *timeout = arg;
    struct timeval at;
    if (event_get_fd(event) != timeout->fd || (event_get_events(event) & EV_READ) == 0 ||
        !event_pending(event, EV_TIMEOUT, &at))
        return 0;
    timeout->at = seconds_of(at);
    return 1;
}

/* When the next read has to have come. */
static double timeout_of(struct bufferevent *bev)
{
    struct timeout timeout = {.fd = bufferevent_getfd(bev)};
    (void)event_base_foreach_event(clients_base(), find_timeout, &timeout);
    return timeout.at;
}

#define MARGIN_S 0.02

/* Feeds what is under way then until `seconds` from now. */
static void feed_until(struct bufferevent *bev, const char *text, int seconds)
{
    double before = now();
    client_feed_text(bev, text);
    ck_assert_double_ge(timeout_of(bev), before + seconds - MARGIN_S);
    ck_assert_double_le(timeout_of(bev), now() + seconds + MARGIN_S);
}

static void wait_a_moment(void)
{
    (void)usleep(4 * (useconds_t)(MARGIN_S * 1e6));
}

/* Feeds what changes nothing of the deadline, a moment later. */
static void feed_more(struct bufferevent *bev, const char *text)
{
    double at = timeout_of(bev);
    wait_a_moment();
    double before = now();
    client_feed_text(bev, text);
    double took = now() - before; /* long where the machine is busy */
    ck_assert_double_ge(timeout_of(bev), at - MARGIN_S);
    ck_assert_double_le(timeout_of(bev), at + took + MARGIN_S);
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
    struct bufferevent *bev = client_connect_socket(&peer);
    feed_until(bev, GET, CLIENT_IDLE_S); /* whole: no deadline */
    for (int i = 0; i < 2; i++) {
        feed_until(bev, deadlines[_i].beginning, HTTP_REQUEST_DEADLINE_S);
        feed_more(bev, deadlines[_i].more);
        feed_until(bev, deadlines[_i].next, HTTP_REQUEST_DEADLINE_S);
        wait_a_moment();
        feed_until(bev, deadlines[_i].end, CLIENT_IDLE_S);
    }
    client_disconnect(bev, peer);
}
END_TEST

START_TEST(gives_a_body_that_is_discarded_no_more_time)
{
    int peer;
    struct bufferevent *bev = client_connect_socket(&peer);
    feed_until(bev, POST "Content-Length: 2000000\r\n\r\n", HTTP_REQUEST_DEADLINE_S);
    feed_more(bev, "hello");
    client_disconnect(bev, peer);
}
END_TEST

START_TEST(gives_a_refused_request_the_idle_time_for_its_answer)
{
    int peer;
    struct bufferevent *bev = client_connect_socket(&peer);
    feed_until(bev, "GET /\r\n", HTTP_REQUEST_DEADLINE_S);
    feed_until(bev, "\r\nGET", CLIENT_IDLE_S);
    client_assert_refused(bev, HTTP_BAD_LINE);
    client_disconnect(bev, peer);
}
END_TEST

static void assert_timeout(struct bufferevent *bev, int seconds)
{
    ck_assert_double_ge(timeout_of(bev), now() + seconds - 1);
    ck_assert_double_le(timeout_of(bev), now() + seconds + MARGIN_S);
}

START_TEST(gives_a_client_its_time_to_take_an_answer)
{
    int peer;
    struct bufferevent *bev = client_connect_socket(&peer);
    struct evbuffer *output = bufferevent_get_output(bev);
    assert_timeout(bev, CLIENT_IDLE_S);
    client_feed_text(bev, GET);
    ck_assert_int_eq(evbuffer_add(output, "answer", 6), 0);
    assert_timeout(bev, HTTP_WRITE_TIMEOUT_S);
    (void)evbuffer_unfreeze(output, 1);
    ck_assert_int_eq(evbuffer_drain(output, 3), 0);
    assert_timeout(bev, HTTP_WRITE_TIMEOUT_S);
    if (_i == 0) { /* the next request does not come sooner than the answer is taken */
        ck_assert_int_eq(evbuffer_drain(output, 3), 0);
        assert_timeout(bev, CLIENT_IDLE_S);
    } else {
        client_feed_text(bev, "GET ");
        assert_timeout(bev, HTTP_REQUEST_DEADLINE_S);
        ck_assert_int_eq(evbuffer_drain(output, 3), 0);
        assert_timeout(bev, HTTP_REQUEST_DEADLINE_S);
        client_feed_text(bev, "/ HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_timeout(bev, CLIENT_IDLE_S);
    }
    (void)evbuffer_freeze(output, 1);
    client_disconnect(bev, peer);
}
END_TEST

Suite *http_guard_connections_suite(void)
{
    Suite *suite = suite_create("http_guard_connections");
    TCase *tcase = tcase_create("http_guard_connections");
    tcase_add_checked_fixture(tcase, clients_start, clients_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, counts_the_large_bodies_of_all_connections_and_of_those_just_gone);
    tcase_add_test(tcase, forgets_what_clients_sent_that_are_gone);
    tcase_add_test(tcase, has_room_again_when_clients_are_gone);
    tcase_add_loop_test(tcase, asks_a_client_that_waits_for_its_chunks_once, 0, COUNT(waiting));
    tcase_add_loop_test(tcase, gives_each_request_one_deadline, 0, COUNT(deadlines));
    tcase_add_loop_test(tcase, gives_a_client_its_time_to_take_an_answer, 0, 2);
    tcase_add_test(tcase, gives_a_body_that_is_discarded_no_more_time);
    tcase_add_test(tcase, gives_a_refused_request_the_idle_time_for_its_answer);
    suite_add_tcase(suite, tcase);
    return suite;
}
