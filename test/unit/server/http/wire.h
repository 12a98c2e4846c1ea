/* A connection for tests of the framing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "server/http/framing.h"

/* A whole request, and beginnings of heads. */
#define GET "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define POST "POST / HTTP/1.1\r\nHost: x\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n"
#define WAITS "Expect: 100-continue\r\n"

/* A connection, and what has passed on it. */
struct wire {
    struct http_admission admission;
    struct http_framing framing;
    struct evbuffer *input;
    struct evbuffer *passed;
    bool has_ended; /* a request, in the last piece */
};

void wire_open(struct wire *wire);
void wire_close(struct wire *wire);

/* One piece. From a block of just this size, so that the sanitizer sees a step beyond it. */
void wire_feed(struct wire *wire, const char *text, size_t bytes);
void wire_feed_text(struct wire *wire, const char *text);

/* This many blanks, in pieces. */
void wire_feed_blanks(struct wire *wire, size_t bytes);

void wire_assert_passed(struct wire *wire, const char *text, size_t bytes);

/* Nothing has passed but the request that stands for a refused one, and nothing will. */
void wire_assert_refused(struct wire *wire, enum http_refusal refusal);

/* Between two requests; what has passed is taken. */
void wire_assert_between(struct wire *wire);
