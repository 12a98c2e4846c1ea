/* Answers given in parts, over real connections to a real evhttp. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <check.h>

#include "metrics/clock.h"
#include "server/http/exchange.h"
#include "server/http/stream.h"
#include "test/unit/metrics/rendering.h"
#include "test/unit/server/http/stream_server.h"
#include "test/unit/suites.h"

static struct stream_server *server;

static void set_up(void)
{
    stream_server_start();
    server = stream_server();
}

static bool is_nothing_in_hand(void)
{
    return exchanges_opened(server->exchanges) > 0 && exchanges_in_hand(server->exchanges) == 0;
}

static bool is_begun(void)
{
    return server->count > 0;
}

static bool is_wanted(void)
{
    return server->count > 0 && server->owners[0].wants;
}

START_TEST(sends_chunks_and_keeps_the_connection)
{
    int fd = stream_client(GET GET);
    struct received got = stream_client_receive(fd, 2);
    const char *answer = got.text;
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_eq(strstr(answer, "HTTP/1.1 200 OK\r\n"), answer);
        ck_assert_ptr_nonnull(strstr(answer, "Transfer-Encoding: chunked\r\n"));
        ck_assert_ptr_nonnull(strstr(answer, "X-Mine: 1\r\n"));
        ck_assert_ptr_nonnull(strstr(answer, "\r\n10000\r\naaa"));
        answer = strstr(answer, "c\r\n0\r\n\r\n") + 8;
    }
    ck_assert_str_eq(answer, "");
    free(got.text);
    ck_assert_int_eq(server->owners[1].gone, 0);
    (void)close(fd);
}
END_TEST

START_TEST(http_1_0_has_the_end_of_the_connection_instead)
{
    int fd = stream_client(_i == 0 ? "GET /s HTTP/1.0\r\n\r\n"
                                   : "GET /s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    struct received got = stream_client_receive(fd, 0);
    ck_assert_int_eq(got.error, 0);
    ck_assert_ptr_null(strstr(got.text, "chunked"));
    ck_assert_ptr_null(strstr(got.text, "Content-Length"));
    ck_assert_ptr_null(strstr(got.text, "keep-alive"));
    ck_assert_uint_eq(strlen(strstr(got.text, "\r\n\r\n") + 4), 3 * SLICE_BYTES);
    free(got.text);
    (void)close(fd);
}
END_TEST

START_TEST(a_head_is_answered_at_once)
{
    int fd = stream_client("HEAD /s HTTP/1.1\r\nHost: x\r\n\r\n" GET);
    struct received got = stream_client_receive(fd, 1);
    ck_assert_int_eq(server->owners[0].gone, 1);
    ck_assert_int_eq(server->owners[0].wanted, 0);
    ck_assert_ptr_nonnull(strstr(got.text, "\r\n\r\nHTTP/1.1 200 OK\r\n"));
    free(got.text);
    (void)close(fd);
}
END_TEST

START_TEST(a_break_shows_as_incomplete)
{
    server->pattern.breaks = true;
    int fd = stream_client(_i == 0 ? GET : "GET /s HTTP/1.0\r\n\r\n");
    struct received got = stream_client_receive(fd, 0);
    ck_assert_int_eq(got.error, _i == 0 ? 0 : ECONNRESET);
    ck_assert_ptr_null(strstr(got.text, "\r\n0\r\n"));
    ck_assert_int_eq(server->owners[0].gone, 0);
    ck_assert(is_nothing_in_hand());
    free(got.text);
    (void)close(fd);
}
END_TEST

/* As much waits as the sockets and one slice hold. */
START_TEST(a_client_that_takes_nothing_is_not_written_for)
{
    server->pattern.slices = 1000;
    int fd = stream_client(GET);
    stream_server_turn_until(is_begun);
    int written = 0;
    for (int turns = 0; turns < 1000; turns++) { /* without more: the sockets take some late */
        stream_server_turn();
        if (server->owners[0].written != written)
            turns = 0;
        written = server->owners[0].written;
    }
    ck_assert_int_lt(written, 1000);
    ck_assert_int_eq(server->owners[0].wanted, written);
    (void)close(fd);
    stream_server_turn_until(is_nothing_in_hand);
    ck_assert_int_eq(server->owners[0].gone, 1);
}
END_TEST

static void reset(int fd)
{
    const struct linger linger = {.l_onoff = 1};
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    (void)close(fd);
}

/* While its owner has nothing to write. */
START_TEST(a_client_that_leaves_is_noticed)
{
    server->pattern.waits = true;
    int fd = stream_client(GET);
    stream_server_turn_until(is_wanted);
    if (_i == 0)
        reset(fd);
    else
        (void)close(fd);
    stream_server_turn_until(is_nothing_in_hand);
    ck_assert_int_eq(server->owners[0].gone, 1);
}
END_TEST

/* What was written for it goes nowhere, and an end in time spares the word of it. */
START_TEST(a_client_that_leaves_may_be_written_for)
{
    server->pattern.waits = true;
    int fd = stream_client(GET);
    stream_server_turn_until(is_wanted);
    struct owner *owner = &server->owners[0];
    reset(fd);
    while (!owner->exchange->is_abandoned)
        stream_server_turn();
    ck_assert_int_eq(owner->gone, 0);
    exchange_stream_write(owner->exchange, "abc", 3);
    if (_i == 0)
        exchange_stream_end(owner->exchange);
    else
        exchange_stream_break(owner->exchange);
    for (int i = 0; i < 10; i++)
        stream_server_turn();
    ck_assert_int_eq(owner->gone, 0);
    ck_assert(is_nothing_in_hand());
}
END_TEST

/* The guard of these tests allows one second between requests. */
START_TEST(an_owner_may_take_its_time)
{
    server->pattern.waits = true;
    int fd = stream_client(GET);
    stream_server_turn_until(is_wanted);
    int64_t until_us = clock_monotonic_us() + 2500 * 1000;
    while (clock_monotonic_us() < until_us)
        stream_server_turn();
    owner_go_on(&server->owners[0]);
    struct received got = stream_client_receive(fd, 1);
    free(got.text);
    (void)close(fd);
}
END_TEST

START_TEST(what_comes_meanwhile_waits)
{
    server->pattern.waits = true;
    server->pattern.slices = 1;
    int fd = stream_client(GET);
    stream_server_turn_until(is_wanted);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq((int)send(fd, GET, strlen(GET), 0), (int)strlen(GET));
        stream_server_turn();
    }
    ck_assert_int_eq(server->count, 1);
    server->pattern.waits = false;
    owner_go_on(&server->owners[0]);
    free(stream_client_receive(fd, 21).text);
    ck_assert_int_eq(server->count, 21);
    (void)close(fd);
}
END_TEST

START_TEST(a_server_that_stops_closes_behind_it)
{
    server->pattern.waits = true;
    int fd = stream_client(GET);
    stream_server_turn_until(is_wanted);
    exchanges_close_connections(server->exchanges);
    owner_go_on(&server->owners[0]);
    struct received got = stream_client_receive(fd, 0);
    ck_assert_int_eq(got.error, 0);
    ck_assert_str_eq(got.text + got.bytes - 8, "c\r\n0\r\n\r\n");
    free(got.text);
    (void)close(fd);
}
END_TEST

START_TEST(all_are_broken_at_the_end)
{
    int fds[OWNERS_MAX];
    server->pattern.waits = true;
    for (int i = 0; i < OWNERS_MAX; i++)
        fds[i] = stream_client(GET);
    while (server->count < OWNERS_MAX)
        stream_server_turn();
    exchange_streams_break(server->streams);
    for (int i = 0; i < OWNERS_MAX; i++)
        ck_assert_int_eq(server->owners[i].gone, 1);
    for (int i = 0; i < OWNERS_MAX; i++) {
        struct received got = stream_client_receive(fds[i], 0);
        free(got.text);
        (void)close(fds[i]);
    }
}
END_TEST

/* Of many, each comes to its end, and stream_server_turn() sees that one at a time is asked. */
START_TEST(many_take_turns)
{
    int fds[OWNERS_MAX];
    for (int i = 0; i < OWNERS_MAX; i++)
        fds[i] = stream_client(GET);
    for (int i = 0; i < OWNERS_MAX; i++) {
        free(stream_client_receive(fds[i], 1).text);
        (void)close(fds[i]);
    }
    stream_server_turn_until(is_nothing_in_hand);
    char line[128];
    (void)snprintf(line, sizeof line,
                   "http_requests_total{method=\"GET\",endpoint=\"/s\",code=\"200\"} %d",
                   OWNERS_MAX);
    ck_assert_ptr_nonnull(strstr(render(), line));
}
END_TEST

Suite *stream_suite(void)
{
    Suite *suite = suite_create("stream");
    TCase *tcase = tcase_create("stream");
    tcase_add_checked_fixture(tcase, set_up, stream_server_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, sends_chunks_and_keeps_the_connection);
    tcase_add_loop_test(tcase, http_1_0_has_the_end_of_the_connection_instead, 0, 2);
    tcase_add_test(tcase, a_head_is_answered_at_once);
    tcase_add_loop_test(tcase, a_break_shows_as_incomplete, 0, 2);
    tcase_add_test(tcase, a_client_that_takes_nothing_is_not_written_for);
    tcase_add_loop_test(tcase, a_client_that_leaves_is_noticed, 0, 2);
    tcase_add_loop_test(tcase, a_client_that_leaves_may_be_written_for, 0, 2);
    tcase_add_test(tcase, an_owner_may_take_its_time);
    tcase_add_test(tcase, what_comes_meanwhile_waits);
    tcase_add_test(tcase, a_server_that_stops_closes_behind_it);
    tcase_add_test(tcase, all_are_broken_at_the_end);
    tcase_add_test(tcase, many_take_turns);
    suite_add_tcase(suite, tcase);
    return suite;
}
