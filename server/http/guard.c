/*
 * Stands in front of evhttp on every connection. Most requests arrive whole in one read: those pass
 * untouched. All others go through the connection's framing, under a deadline.
 */
#include "server/http/guard.h"

#include <assert.h>
#include <search.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "metrics/clock.h"
#include "protocol/memory.h"
#include "server/http/admission.h"
#include "server/http/framing.h"
#include "server/http/refusal.h"

/* What may wait for evhttp, which goes on reading while an answer waits to be taken. It takes a
 * body out of the input when it is whole: so much more may wait while a body is under way. */
enum { INPUT_MAX_BYTES = 8 * HTTP_HEAD_MAX_BYTES };

/* At most read at once: with libevent's own header it fills a block of 16 KiB. A byte more takes
 * one of 32, and a long body twice its length. */
enum { READ_MAX_BYTES = 16 * 1024 - 64 };

/* For each new connection so many others are looked at: those that are gone stay fewer by far than
 * those that are not. */
enum { LOOKS_PER_CONNECTION = 8 };

/*
 * One per bufferevent address, not per connection: nobody tells when evhttp frees a bufferevent.
 * But when its address is handed out again, or its descriptor is no more the same socket, the old
 * connection is surely gone. Until that is seen its reservation counts to the end of its deadline.
 */
struct connection {
    struct http_guard *guard; /* borrowed */
    struct bufferevent *bev;  /* evhttp's; dangling once the connection is gone */
    struct http_framing framing;
    int64_t deadline_ms;            /* of the request under way, monotonic; 0 = none is */
    TAILQ_ENTRY(connection) others; /* under way, if `deadline_ms` is not 0 */
    evutil_socket_t fd;             /* its descriptor, if `socket` is not 0 */
    uint64_t socket;                /* what the kernel calls its socket; 0 = not asked, not known */
    size_t input_max;               /* bytes that may wait in the input; 0 = not set yet */
    bool is_filtering;              /* changes to the input are our own, not input */
};

struct http_guard {
    struct timeval idle;                /* between requests */
    void *connections;                  /* tsearch() tree of struct connection, by `bev` */
    TAILQ_HEAD(, connection) under_way; /* those with a deadline, to be looked at in turn */
    struct http_admission admission;
    struct evbuffer *passed; /* what a framing lets pass; empty between calls */
};

static const struct timeval write_timeout = {HTTP_WRITE_TIMEOUT_S, 0};

/* A number that no other socket has or will have; 0 = the kernel does not tell. */
static uint64_t identify(evutil_socket_t fd)
{
    uint64_t cookie = 0;
    socklen_t bytes = sizeof cookie;
    return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &bytes) == 0 ? cookie : 0;
}

static void begin_deadline(struct connection *connection)
{
    TAILQ_INSERT_TAIL(&connection->guard->under_way, connection, others);
    if (connection->socket != 0)
        return;
    connection->fd = bufferevent_getfd(connection->bev);
    connection->socket = identify(connection->fd);
}

static void end_deadline(struct connection *connection)
{
    if (connection->deadline_ms != 0)
        TAILQ_REMOVE(&connection->guard->under_way, connection, others);
    connection->deadline_ms = 0;
}

/* While evhttp writes an answer it reads as well, to see whether the client leaves: a client that
 * takes its time is not idle. */
static void set_idle_timeout(const struct connection *connection)
{
    bool is_writing = evbuffer_get_length(bufferevent_get_output(connection->bev)) > 0;
    (void)bufferevent_set_timeouts(
        connection->bev, is_writing ? &write_timeout : &connection->guard->idle, &write_timeout);
}

/* An absolute deadline: the timeout of the bufferevent alone begins anew with every byte. */
static void set_deadline(struct connection *connection, bool is_another)
{
    if (!http_framing_is_under_way(&connection->framing)) {
        if (connection->deadline_ms != 0)
            set_idle_timeout(connection);
        end_deadline(connection);
        return;
    }
    if (connection->deadline_ms == 0)
        begin_deadline(connection);
    int64_t now_ms = clock_monotonic_us() / 1000;
    if (connection->deadline_ms == 0 || is_another)
        connection->deadline_ms = now_ms + HTTP_REQUEST_DEADLINE_S * INT64_C(1000);
    int64_t left_ms = connection->deadline_ms > now_ms ? connection->deadline_ms - now_ms : 1;
    const struct timeval rest = {left_ms / 1000, (left_ms % 1000) * 1000};
    (void)bufferevent_set_timeouts(connection->bev, &rest, &write_timeout);
    connection->framing.reservation.until_ms = connection->deadline_ms;
}

/* Asks for the body, past the bufferevent: evhttp would take its write for the end of an answer. */
static void send_continue(const struct connection *connection)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    (void)send(bufferevent_getfd(connection->bev), text, sizeof text - 1,
               MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Of a body under way all has to find room in the input. */
static void set_input_max(struct connection *connection)
{
    size_t more = connection->framing.state == FRAMING_BODY ? connection->framing.body_bytes : 0;
    if (more < INPUT_MAX_BYTES)
        more = 0; /* what is always there */
    if (connection->input_max == INPUT_MAX_BYTES + more)
        return;
    connection->input_max = INPUT_MAX_BYTES + more;
    bufferevent_setwatermark(connection->bev, EV_READ, 0, connection->input_max);
}

/* Takes the last `added` bytes of the input aside and puts back what may pass. */
static void filter(struct connection *connection, struct evbuffer *input, size_t added)
{
    struct evbuffer *passed = connection->guard->passed;
    (void)evbuffer_remove_buffer(input, passed, evbuffer_get_length(input) - added);
    bool is_another = http_framing_pass(&connection->framing, input, passed);
    /* While an earlier answer is still to come, the client must make up its own mind (RFC 9110
     * section 10.1.1). */
    if (http_framing_awaits_continue(&connection->framing) && evbuffer_get_length(passed) == 0 &&
        evbuffer_get_length(bufferevent_get_output(connection->bev)) == 0)
        send_continue(connection);
    (void)evbuffer_add_buffer(input, passed);
    assert(evbuffer_get_length(passed) == 0); /* or it would reach another client's request */
    set_deadline(connection, is_another);
    set_input_max(connection);
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct connection *connection = arg;
    if (connection->is_filtering)
        return;
    http_framing_taken(&connection->framing, evbuffer_get_length(input));
    if (info->n_added == 0)
        return;
    bool is_between = connection->deadline_ms == 0 && connection->framing.state == FRAMING_HEAD &&
                      evbuffer_get_length(input) == info->n_added &&
                      evbuffer_get_contiguous_space(input) == info->n_added;
    if (is_between &&
        http_framing_is_whole_request((const char *)evbuffer_pullup(input, -1), info->n_added))
        return;
    if (http_framing_is_midst(&connection->framing, info->n_added)) {
        set_deadline(connection,
                     false); /* without moving what there is of the body, piece by piece */
        return;
    }
    connection->is_filtering = true;
    filter(connection, input, info->n_added);
    connection->is_filtering = false;
}

/* The beginning of an answer, and its end. */
static void on_output(struct evbuffer *output, const struct evbuffer_cb_info *info, void *arg)
{
    struct connection *connection = arg;
    bool was_writing = info->orig_size > 0;
    bool is_writing = evbuffer_get_length(output) > 0;
    if (was_writing != is_writing && connection->deadline_ms == 0)
        set_idle_timeout(connection);
}

static int compare(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const struct connection *)a)->bev;
    uintptr_t right = (uintptr_t)((const struct connection *)b)->bev;
    return (left > right) - (left < right);
}

/* Frees what is kept for a connection that is gone: the record is a new one's. */
static void forget(struct connection *connection)
{
    end_deadline(connection);
    http_framing_clear(&connection->framing);
    *connection = (struct connection){.guard = connection->guard,
                                      .bev = connection->bev,
                                      .framing = {.admission = &connection->guard->admission}};
}

/* What clients sent that are gone would take memory until their addresses are used again. */
static void forget_gone(struct http_guard *guard)
{
    for (int i = 0; i < LOOKS_PER_CONNECTION && !TAILQ_EMPTY(&guard->under_way); i++) {
        struct connection *connection = TAILQ_FIRST(&guard->under_way);
        TAILQ_REMOVE(&guard->under_way, connection, others);
        TAILQ_INSERT_TAIL(&guard->under_way, connection, others);
        if (connection->socket != 0 && identify(connection->fd) != connection->socket)
            forget(connection);
    }
}

/* The record for a new connection at this address. */
static struct connection *open_connection(struct http_guard *guard, struct bufferevent *bev)
{
    const struct connection key = {.bev = bev};
    struct connection **found = tfind(&key, &guard->connections, compare);
    if (found != NULL) {
        forget(*found);
        return *found;
    }
    struct connection *connection = memory_zeroed(sizeof *connection);
    connection->guard = guard;
    connection->bev = bev;
    forget(connection);
    (void)memory_required(tsearch(connection, &guard->connections, compare));
    return connection;
}

struct bufferevent *http_guard_bufferevent(struct event_base *base, void *guard)
{
    struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
    if (bev == NULL)
        return NULL;
    forget_gone(guard);
    struct connection *connection = open_connection(guard, bev);
    set_idle_timeout(connection);
    set_input_max(connection);
    (void)bufferevent_set_max_single_read(bev, READ_MAX_BYTES);
    (void)memory_required(evbuffer_add_cb(bufferevent_get_input(bev), on_input, connection));
    (void)memory_required(evbuffer_add_cb(bufferevent_get_output(bev), on_output, connection));
    return bev;
}

struct http_admission *http_guard_admission(struct http_guard *guard)
{
    return &guard->admission;
}

int http_guard_refusal(struct evhttp_request *request, const char **reason)
{
    enum http_refusal refusal = http_refusal_read(request);
    if (refusal == HTTP_ACCEPTED)
        return 0;
    *reason = http_refusal_reason(refusal);
    return http_refusal_status(refusal);
}

struct http_guard *http_guard_new(uint32_t idle_s)
{
    struct http_guard *guard = memory_zeroed(sizeof *guard);
    guard->idle.tv_sec = idle_s;
    guard->passed = memory_required(evbuffer_new());
    TAILQ_INIT(&guard->under_way);
    return guard;
}

static void free_connection(void *arg)
{
    struct connection *connection = arg;
    http_framing_clear(&connection->framing);
    free(connection);
}

void http_guard_free(struct http_guard *guard)
{
    if (guard == NULL)
        return;
    tdestroy(guard->connections, free_connection);
    evbuffer_free(guard->passed);
    free(guard);
}
