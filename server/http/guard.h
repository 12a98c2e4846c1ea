/*
 * Stands in front of evhttp on every connection: evhttp overlooks what smuggles requests, and waits
 * for ever for slow ones. What passes is decided in framing.h; here each request gets its deadline.
 */
#pragma once

#include <stdint.h>

struct bufferevent;
struct event_base;
struct evhttp_request;
struct http_guard;

enum {
    HTTP_REQUEST_DEADLINE_S = 10, /* from a request's first byte to its last */
    HTTP_WRITE_TIMEOUT_S = 75,    /* for a write that makes no progress */
};

/* A connection is closed when no request begins for `idle_s` seconds, over 0, while none is in
 * hand. */
struct http_guard *http_guard_new(uint32_t idle_s);

/* After the last of its connections is gone. */
void http_guard_free(struct http_guard *guard);

/* For evhttp_set_bevcb(), with the guard as its argument; evhttp_set_timeout() would replace the
 * timeouts. */
struct bufferevent *http_guard_bufferevent(struct event_base *base, void *guard);

/* If `request` is a refused one: the status and the reason to answer with, and no more will come
 * from its connection. Else 0. */
int http_guard_refusal(struct evhttp_request *request, const char **reason);
