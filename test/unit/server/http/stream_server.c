/* A server that answers in parts, for the tests of that, and its clients. */
#include "test/unit/server/http/stream_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <check.h>
#include <event2/event.h>
#include <event2/http.h>

#include "metrics/clock.h"
#include "server/http/dispatch.h"
#include "server/http/exchange.h"
#include "server/http/guard.h"
#include "server/http/metrics.h"
#include "server/http/router.h"
#include "server/http/stream.h"
#include "test/unit/metrics/rendering.h"

static struct stream_server server;

static char slice[SLICE_BYTES];

static void write_slice(struct owner *owner)
{
    owner->wants = false;
    if (owner->written < owner->slices) {
        memset(slice, 'a' + owner->written % 26, sizeof slice);
        owner->written++;
        exchange_stream_write(owner->exchange, slice, sizeof slice);
    } else if (owner->breaks) {
        exchange_stream_break(owner->exchange);
    } else {
        exchange_stream_end(owner->exchange);
    }
}

void owner_go_on(struct owner *owner)
{
    owner->waits = false;
    write_slice(owner);
}

static void on_wanted(void *arg)
{
    struct owner *owner = arg;
    server.told_in_turn++;
    owner->wanted++;
    owner->wants = true;
    if (!owner->waits)
        write_slice(owner);
}

static void on_gone(void *arg)
{
    struct owner *owner = arg;
    owner->gone++;
}

static void handle(struct exchange *exchange)
{
    ck_assert_int_lt(server.count, OWNERS_MAX);
    struct owner *owner = &server.owners[server.count++];
    *owner = server.pattern;
    owner->exchange = exchange;
    const struct exchange_stream_listener listener = {on_wanted, on_gone, owner};
    exchange_header(exchange, "X-Mine", "1");
    exchange_stream_begin(exchange, 200, "text/plain", listener);
    ck_assert_int_eq(owner->wanted, 0);
}

static const struct route route = {.method = HTTP_GET, .path = "/s", .handle = handle};
static const struct route *const routes[] = {&route};

static void listen_anywhere(void)
{
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(server.http, "127.0.0.1", 0);
    ck_assert_ptr_nonnull(bound);
    struct sockaddr_in address = {0};
    socklen_t bytes = sizeof address;
    ck_assert_int_eq(
        getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&address, &bytes), 0);
    server.port = ntohs(address.sin_port);
}

struct stream_server *stream_server(void)
{
    return &server;
}

void stream_server_start(void)
{
    memset(&server, 0, sizeof server);
    server.pattern.slices = 3;
    server.base = event_base_new();
    server.router = router_new(routes, 1);
    server.http_metrics = http_metrics_new(rendering_set_up(), router_labels(server.router));
    server.guard = http_guard_new(1);
    server.streams = exchange_streams_new(server.base);
    server.exchanges =
        exchanges_new(server.base, server.router, server.http_metrics, server.streams, NULL);
    server.http = evhttp_new(server.base);
    evhttp_set_allowed_methods(server.http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_bevcb(server.http, http_guard_bufferevent, server.guard);
    server.entrance = (struct http_entrance){ENTRANCE_SHARED, server.exchanges, NULL};
    evhttp_set_gencb(server.http, dispatch_request, &server.entrance);
    listen_anywhere();
}

void stream_server_stop(void)
{
    exchange_streams_break(server.streams);
    ck_assert_uint_eq(exchanges_in_hand(server.exchanges), 0);
    evhttp_free(server.http);
    (void)event_base_loop(server.base, EVLOOP_NONBLOCK);
    exchanges_free(server.exchanges);
    exchange_streams_free(server.streams);
    http_guard_free(server.guard);
    http_metrics_free(server.http_metrics);
    router_free(server.router);
    event_base_free(server.base);
    rendering_tear_down();
}

void stream_server_turn(void)
{
    server.told_in_turn = 0;
    (void)event_base_loop(server.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    ck_assert_int_le(server.told_in_turn, 1);
}

int stream_client(const char *request)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(server.port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int bytes = 4096;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes), 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq((int)send(fd, request, strlen(request), 0), (int)strlen(request));
    ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static int count_ends(const char *text)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, "\r\n0\r\n\r\n")) != NULL; at++)
        count++;
    return count;
}

struct received stream_client_receive(int fd, int answers)
{
    struct received got = {.text = calloc(1, 1)};
    int64_t until_us = clock_monotonic_us() + 10 * 1000 * 1000;
    while (clock_monotonic_us() < until_us) {
        char part[16384];
        stream_server_turn();
        ssize_t bytes = recv(fd, part, sizeof part, 0);
        if (bytes < 0 && errno == EAGAIN)
            continue;
        got.error = bytes < 0 ? errno : 0;
        got.is_ended = bytes <= 0;
        if (got.is_ended)
            return got;
        got.text = realloc(got.text, got.bytes + (size_t)bytes + 1);
        ck_assert_ptr_nonnull(got.text);
        memcpy(got.text + got.bytes, part, (size_t)bytes);
        got.bytes += (size_t)bytes;
        got.text[got.bytes] = '\0';
        if (answers > 0 && count_ends(got.text) == answers)
            return got;
    }
    ck_abort_msg("neither end nor answers within ten seconds");
}

void stream_server_turn_until(bool (*is_true)(void))
{
    int64_t until_us = clock_monotonic_us() + 10 * 1000 * 1000;
    while (!is_true()) {
        ck_assert_int_lt(clock_monotonic_us(), until_us);
        stream_server_turn();
    }
}
