/*
 * One request in hand, from the moment its handler is called until it is answered: exactly once.
 * Every answer gets its common headers and is counted here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"
#include "server/http/method.h"
#include "server/http/router.h"

struct event_base;
struct evhttp_request;
struct exchange_stream;
struct exchange_streams;
struct exchanges;
struct http_metrics;

/* Where requests come in. */
enum http_entrance_kind {
    ENTRANCE_SHARED,    /* of everybody */
    ENTRANCE_PUBLIC,    /* of everybody but operators, who have one of their own */
    ENTRANCE_OPERATORS, /* that one */
};

/* What browsers are told of whose pages may read an answer (CORS). */
enum exchange_cors {
    CORS_PLAYERS,        /* those of any origin, with credentials or without */
    CORS_NO_CREDENTIALS, /* of any origin, without */
    CORS_NONE,           /* our own */
};

/* Belongs to its pool again once it is answered. */
struct exchange {
    struct exchanges *pool;
    struct evhttp_request *request; /* evhttp's; NULL = dropped, its client gave up */
    void *context;                  /* the handlers' */
    enum http_method method;
    enum http_entrance_kind entrance;
    enum exchange_cors cors;
    struct route_match match;       /* its route, and what the path says */
    int64_t started_us;             /* monotonic */
    bool is_last;                   /* of its connection */
    bool is_read;                   /* by its handler */
    bool is_abandoned;              /* by its client: the connection is closed */
    struct exchange_stream *stream; /* its answer, given in parts; NULL = none has begun */
    struct exchange_holds *holds;   /* who keeps its answer back; NULL = nobody */
    int64_t hold_ms;                /* and for how long */
    struct exchange_hold *hold;     /* its answer, kept back; NULL = is not */
    void (*keep)(struct exchange *exchange, int status, const char *content_type); /* of `holds` */
    void (*on_closed)(struct exchange *exchange); /* its client gave up; NULL = nobody asks */
    struct exchange *next_free;
};

/* The pool. `context` is handed on to the handlers in each exchange. All is borrowed. */
struct exchanges *exchanges_new(struct event_base *base, const struct router *router,
                                struct http_metrics *http_metrics, struct exchange_streams *streams,
                                void *context);
void exchanges_free(struct exchanges *exchanges);

/*
 * Takes `request`, which evhttp has just handed over, in hand, and finds its route among those that
 * are there where it came in: its time counts from now on. The exchange is the pool's, and valid
 * until the answer is given by a reply or a fail below, or by those of stream.h; with it evhttp has
 * its request back.
 */
struct exchange *exchange_open(struct exchanges *exchanges, struct evhttp_request *request,
                               enum http_entrance_kind entrance);

/* How many are in hand, and how many were ever opened. */
size_t exchanges_in_hand(const struct exchanges *exchanges);
unsigned long long exchanges_opened(const struct exchanges *exchanges);

/* From now on every answer closes its connection. */
void exchanges_close_connections(struct exchanges *exchanges);

/* The answer will close its connection. */
void exchange_close_connection(struct exchange *exchange);

/* The handler needs nothing of the request any more: it goes as soon as its client gives up. The
 * exchange must be answered all the same. */
void exchange_is_read(struct exchange *exchange);

/* The value of the request's first header of this name; NULL = there is none. */
const char *exchange_field(const struct exchange *exchange, const char *name);

/* Adds a header to the answer; before one of the following. */
void exchange_header(struct exchange *exchange, const char *name, const char *value);

/* Adds to the one Vary field what the answer depends on; before one of the following. */
void exchange_vary(struct exchange *exchange, const char *name);

/* Answers with `body` (copied; not sent for HEAD). `content_type` NULL = no body at all (204, 302,
 * 304). */
void exchange_reply(struct exchange *exchange, int status, const char *content_type,
                    const char *body, size_t body_bytes);

/* The same without a copy: `release` (as evbuffer_ref_cleanup_cb) runs when the body is no longer
 * needed. */
typedef void (*exchange_release_fn)(const void *body, size_t body_bytes, void *arg);
void exchange_reply_shared(struct exchange *exchange, int status, const char *content_type,
                           const char *body, size_t body_bytes, exchange_release_fn release,
                           void *arg);

/* Answers {"error": text} with `status`; 503 gets a Retry-After. */
void exchange_fail(struct exchange *exchange, int status, const char *text);

/* The same with the status that `result` (not RESULT_OK) stands for. */
void exchange_fail_result(struct exchange *exchange, enum result result, const char *text);

/* What follows are the pieces of an answer, for stream.c and hold.c. */

/* Of the pool. */
struct exchange_streams *exchange_streams(struct exchange *exchange);

/* Sends what lies in the request's output buffer as the whole answer, or the beginning of one whose
 * end exchange_send_end() sends. evhttp has its request back with the whole, and with the end. */
void exchange_send_whole(struct exchange *exchange, int status, const char *content_type);
void exchange_send_head(struct exchange *exchange, int status, const char *content_type);
void exchange_send_end(struct exchange *exchange);

/* Nothing is heard of its client any more. */
void exchange_unwatch(struct exchange *exchange);

/* Counts it as answered and gives it back to the pool; a request that it still has is freed. */
void exchange_release(struct exchange *exchange, int status);
