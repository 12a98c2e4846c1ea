/*
 * Stands in front of evhttp on every connection and lets through only what is framed beyond doubt
 * (RFC 9112): evhttp overlooks things that smuggle requests, and waits for ever for slow ones. What
 * is refused reaches the handlers as a request of our own making, so that the answer is in our
 * words.
 */
#pragma once

struct bufferevent;
struct event_base;
struct evhttp_request;
struct http_guard;

enum {
    HTTP_BODY_LONG_BYTES = 64 * 1024,              /* from here on a body has to find room among */
    HTTP_LONG_BODIES_MAX_BYTES = 64 * 1024 * 1024, /* all that are on their way */
    HTTP_DISCARD_MAX_BYTES = 16 * 1024 * 1024, /* of a refused body, so that the answer is read */
    HTTP_REQUEST_DEADLINE_S = 10,              /* from a request's first byte to its last */
    HTTP_IDLE_TIMEOUT_S = 75, /* between requests, and for a write that makes no progress */
};

struct http_guard *http_guard_new(void);

/* After the last of its connections is gone. */
void http_guard_free(struct http_guard *guard);

/* For evhttp_set_bevcb(), with the guard as its argument. */
struct bufferevent *http_guard_bufferevent(struct event_base *base, void *guard);

/* If `request` is a refused one: the status and the reason to answer with, and no more will come
 * from its connection. Else 0. */
int http_guard_refusal(struct evhttp_request *request, const char **reason);
