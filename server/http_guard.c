/*
 * Stands in front of evhttp on every connection. A request's head is held back until it is whole
 * and found sound; its body then passes as it comes, followed to its end. Most requests arrive
 * whole in one read: those pass untouched.
 */
#include "server/http_guard.h"

#include <search.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "metrics/clock.h"
#include "server/http_chunks.h"
#include "server/http_head.h"

static const char refused_path[] = "/.refused/";

/*
 * One per bufferevent address, not per connection: nobody tells when evhttp frees a bufferevent,
 * but when its address is handed out again the old connection is surely gone.
 */
struct guarded {
    struct bufferevent *bev;
    struct evbuffer *held; /* bytes not yet let through: an unfinished head */
    uint64_t body_left;    /* of the body that is passing */
    struct http_chunks chunks;
    int64_t deadline_ms; /* for the request under way, monotonic; 0 = none is */
    bool is_refused;     /* nothing more is let through */
    bool is_inside;      /* our own changes to the input are not input */
};

struct http_guard {
    void *connections; /* tsearch() tree of struct guarded */
};

/* Where the head ends, its empty line included; 0 = not yet. A bare LF ends a line too, to be
 * refused. */
static size_t find_head_end(const char *text, size_t bytes)
{
    const char *end = text + bytes;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        if (end - at > 1 && at[1] == '\n')
            return (size_t)(at + 2 - text);
        if (end - at > 2 && at[1] == '\r' && at[2] == '\n')
            return (size_t)(at + 3 - text);
    }
    return 0;
}

/* Whether `text` is one whole sound request and nothing else. */
static bool is_whole_request(const char *text, size_t bytes)
{
    struct http_head head;
    size_t head_bytes = find_head_end(text, bytes);
    return head_bytes > 2 && head_bytes <= HTTP_HEAD_MAX_BYTES &&
           http_head_read(text, head_bytes, &head) == HTTP_ACCEPTED && !head.is_chunked &&
           head.body_bytes == bytes - head_bytes;
}

static void refuse(struct guarded *conn, struct evbuffer *input, enum http_refusal refusal)
{
    conn->is_refused = true;
    (void)evbuffer_drain(conn->held, evbuffer_get_length(conn->held));
    (void)evbuffer_add_printf(input, "GET %s%d HTTP/1.1\r\nHost: -\r\nConnection: close\r\n\r\n",
                              refused_path, (int)refusal);
}

/* Lets a body pass. Returns false when there is no more of it to let through now. */
static bool pass_body(struct guarded *conn, struct evbuffer *input)
{
    size_t bytes = evbuffer_get_length(conn->held);
    if (conn->body_left > 0) {
        size_t passing = bytes < conn->body_left ? bytes : (size_t)conn->body_left;
        (void)evbuffer_remove_buffer(conn->held, input, passing);
        conn->body_left -= passing;
        return conn->body_left == 0;
    }
    const char *text = (const char *)evbuffer_pullup(conn->held, -1);
    size_t passing = http_chunks_read(&conn->chunks, text, bytes);
    (void)evbuffer_remove_buffer(conn->held, input, passing);
    if (conn->chunks.state == CHUNK_BROKEN) {
        /* evhttp is inside the body: what is no chunk size makes it answer 400 by itself. */
        conn->is_refused = true;
        (void)evbuffer_add(input, "BAD\r\n", 5);
    }
    return conn->chunks.state == CHUNK_NONE;
}

/* Lets a head pass. Returns false when it is not whole yet, or refused. */
static bool pass_head(struct guarded *conn, struct evbuffer *input)
{
    size_t bytes = evbuffer_get_length(conn->held);
    const char *text = (const char *)evbuffer_pullup(conn->held, -1);
    if (bytes >= 2 && text[0] == '\r' && text[1] == '\n') {
        /* Some clients end a body with a line end that is not counted (RFC 9112 section 2.2). */
        (void)evbuffer_drain(conn->held, 2);
        return true;
    }
    size_t head_bytes = find_head_end(text, bytes);
    if (head_bytes > HTTP_HEAD_MAX_BYTES || (head_bytes == 0 && bytes > HTTP_HEAD_MAX_BYTES)) {
        refuse(conn, input, HTTP_HEAD_TOO_LONG);
        return false;
    }
    if (head_bytes == 0)
        return false;
    struct http_head head;
    enum http_refusal refusal = http_head_read(text, head_bytes, &head);
    if (refusal != HTTP_ACCEPTED) {
        refuse(conn, input, refusal);
        return false;
    }
    (void)evbuffer_remove_buffer(conn->held, input, head_bytes);
    conn->body_left = head.body_bytes;
    if (head.is_chunked)
        http_chunks_begin(&conn->chunks);
    return true;
}

/* An absolute deadline: the timeout of the bufferevent alone begins anew with every byte. */
static void set_deadline(struct guarded *conn)
{
    bool is_under_way = evbuffer_get_length(conn->held) > 0 || conn->body_left > 0 ||
                        conn->chunks.state != CHUNK_NONE;
    static const struct timeval idle = {HTTP_IDLE_TIMEOUT_S, 0};
    if (!is_under_way || conn->is_refused) {
        if (conn->deadline_ms != 0)
            (void)bufferevent_set_timeouts(conn->bev, &idle, &idle);
        conn->deadline_ms = 0;
        return;
    }
    int64_t now = clock_monotonic_us() / 1000;
    if (conn->deadline_ms == 0)
        conn->deadline_ms = now + HTTP_REQUEST_DEADLINE_S * 1000;
    int64_t left = conn->deadline_ms > now ? conn->deadline_ms - now : 1;
    const struct timeval rest = {left / 1000, (left % 1000) * 1000};
    (void)bufferevent_set_timeouts(conn->bev, &rest, &idle);
}

/* Takes the last `added` bytes of the input aside and lets through what may pass. */
static void filter(struct guarded *conn, struct evbuffer *input, size_t added)
{
    struct evbuffer *passed = evbuffer_new();
    if (passed == NULL || (conn->held == NULL && (conn->held = evbuffer_new()) == NULL))
        abort();
    (void)evbuffer_remove_buffer(input, passed, evbuffer_get_length(input) - added);
    if (conn->is_refused)
        (void)evbuffer_drain(input, evbuffer_get_length(input));
    (void)evbuffer_add_buffer(conn->held, input);
    bool goes_on = true;
    while (goes_on && evbuffer_get_length(conn->held) > 0) {
        bool is_body = conn->body_left > 0 || conn->chunks.state != CHUNK_NONE;
        goes_on = is_body ? pass_body(conn, passed) : pass_head(conn, passed);
    }
    (void)evbuffer_add_buffer(input, passed);
    evbuffer_free(passed);
    set_deadline(conn);
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct guarded *conn = arg;
    if (info->n_added == 0 || conn->is_inside)
        return;
    bool is_between = conn->deadline_ms == 0 && !conn->is_refused &&
                      evbuffer_get_length(input) == info->n_added &&
                      evbuffer_get_contiguous_space(input) == info->n_added;
    if (is_between && is_whole_request((const char *)evbuffer_pullup(input, -1), info->n_added))
        return;
    conn->is_inside = true;
    filter(conn, input, info->n_added);
    conn->is_inside = false;
}

static int compare(const void *a, const void *b)
{
    uintptr_t left = (uintptr_t)((const struct guarded *)a)->bev;
    uintptr_t right = (uintptr_t)((const struct guarded *)b)->bev;
    return (left > right) - (left < right);
}

/* The record for this address, as new. */
static struct guarded *find_guarded(struct http_guard *guard, struct bufferevent *bev)
{
    struct guarded key = {.bev = bev};
    struct guarded **found = tfind(&key, &guard->connections, compare);
    if (found != NULL) {
        struct evbuffer *held = (*found)->held;
        if (held != NULL)
            (void)evbuffer_drain(held, evbuffer_get_length(held));
        **found = (struct guarded){.bev = bev, .held = held};
        return *found;
    }
    struct guarded *conn = calloc(1, sizeof *conn);
    if (conn == NULL)
        abort();
    conn->bev = bev;
    if (tsearch(conn, &guard->connections, compare) == NULL)
        abort();
    return conn;
}

struct bufferevent *http_guard_bufferevent(struct event_base *base, void *guard)
{
    struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
    if (bev != NULL &&
        evbuffer_add_cb(bufferevent_get_input(bev), on_input, find_guarded(guard, bev)) == NULL)
        abort();
    return bev;
}

int http_guard_refusal(const char *path, const char **reason)
{
    size_t prefix = sizeof refused_path - 1;
    if (strncmp(path, refused_path, prefix) != 0)
        return 0;
    int refusal = atoi(path + prefix);
    if (refusal <= HTTP_ACCEPTED || refusal >= HTTP_REFUSALS)
        return 0;
    *reason = http_refusal_reason((enum http_refusal)refusal);
    return http_refusal_status((enum http_refusal)refusal);
}

struct http_guard *http_guard_new(void)
{
    struct http_guard *guard = calloc(1, sizeof *guard);
    if (guard == NULL)
        abort();
    return guard;
}

static void free_guarded(void *arg)
{
    struct guarded *conn = arg;
    if (conn->held != NULL)
        evbuffer_free(conn->held);
    free(conn);
}

void http_guard_free(struct http_guard *guard)
{
    if (guard == NULL)
        return;
    tdestroy(guard->connections, free_guarded);
    free(guard);
}
