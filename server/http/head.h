/* The head of one HTTP/1 request, checked for everything that could be read in two ways. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http/refusal.h"

enum {
    HTTP_HEAD_MAX_BYTES = 16 * 1024, /* request line and fields together; the caller checks it */
    HTTP_FIELDS_MAX = 100,
    HTTP_BODY_MAX_BYTES = 1024 * 1024, /* what is read at all; routes allow less */
};

struct http_head {
    uint64_t body_bytes; /* Content-Length; 0 when chunked */
    bool is_chunked;
    size_t encoding_at; /* if so, where the line of Transfer-Encoding begins, and its length */
    size_t encoding_bytes;
    bool expects_continue; /* the client holds its body back until it is asked for it */
};

/*
 * Where the head at the beginning of `text` ends, its empty line included; 0 = not in these bytes.
 * A bare LF ends a line too, for http_head_read() to refuse.
 */
size_t http_head_end(const char *text, size_t bytes);

/*
 * Reads a whole head, `bytes` long up to and with its empty line. Standards: RFC 9112 sections 2 to
 * 6, RFC 9110 sections 5.5 (values) and 7.2 (Host). `*head` is set with HTTP_ACCEPTED and
 * HTTP_BODY_TOO_LONG.
 */
enum http_refusal http_head_read(const char *text, size_t bytes, struct http_head *head);
