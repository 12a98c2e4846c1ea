/*
 * Undoes the coding gzip (RFC 1952) piece by piece, within a limit on what comes out of it. Several
 * members behind each other are one text, as the standard has it; anything else behind a member is
 * a fault.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <zlib.h>

struct evbuffer;
struct exchange;

/* A text that grows. All zero but for `limit` is empty. */
struct http_text {
    char *bytes; /* owned */
    size_t length;
    size_t room;  /* at `bytes` */
    size_t limit; /* of `length` */
};

/* Makes room for `bytes` in all, `limit` at most. */
void http_text_reserve(struct http_text *text, size_t bytes);

/* Frees what it holds, and is empty. */
void http_text_clear(struct http_text *text);

/* Start it with http_inflate_init(). */
struct http_inflate {
    z_stream stream;
    bool is_in_member;
    bool has_member; /* one has ended */
};

enum http_inflate_step {
    HTTP_INFLATE_GOES_ON,
    HTTP_INFLATE_DONE,
    HTTP_INFLATE_CORRUPT,
    HTTP_INFLATE_TOO_LONG, /* for the text's limit */
};

void http_inflate_init(struct http_inflate *gzip);
void http_inflate_clear(struct http_inflate *gzip);

/* Begins another text, be the one before at its end or not. */
void http_inflate_begin(struct http_inflate *gzip);

/* Takes some of `input`, which is the rest of what was encoded, and adds what it gives to `text`:
 * 64 KiB at most. */
enum http_inflate_step http_inflate_next(struct http_inflate *gzip, struct evbuffer *input,
                                         struct http_text *text);

/* Answers for a step that is a fault: 400, or 413. */
void http_inflate_fail(struct exchange *exchange, enum http_inflate_step step, size_t limit);
