/* The head of one HTTP/1 request, checked for everything that could be read in two ways. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_HEAD_MAX_BYTES = 16 * 1024, /* request line and fields together: http_guard.c looks */
    HTTP_FIELDS_MAX = 100,
    HTTP_BODY_MAX_BYTES = 1024 * 1024, /* what is read at all; routes allow less */
};

/* Why a request is refused; the number goes through evhttp in a header field. */
enum http_refusal {
    HTTP_ACCEPTED,
    HTTP_BAD_LINE,
    HTTP_BAD_METHOD,
    HTTP_BAD_TARGET,
    HTTP_BAD_VERSION,
    HTTP_BAD_FIELD,
    HTTP_BAD_HOST,
    HTTP_BAD_LENGTH,
    HTTP_BAD_ENCODING,
    HTTP_BAD_EXPECT,
    HTTP_UNEXPECTED_BODY,
    HTTP_BAD_CHUNK,
    HTTP_BODY_TOO_LONG,
    HTTP_HEAD_TOO_LONG,
    HTTP_TOO_MANY_FIELDS,
    HTTP_TOO_MANY_BODIES,
    HTTP_REFUSALS,
};

struct http_head {
    uint64_t body_bytes; /* Content-Length; 0 when chunked */
    bool is_chunked;
    size_t encoding_at; /* if so, where the line of Transfer-Encoding begins, and its length */
    size_t encoding_bytes;
    bool expects_continue; /* the client holds its body back until it is asked for it */
};

/*
 * Reads a whole head, `bytes` long up to and with its empty line. Standards: RFC 9112 sections 2 to
 * 6, RFC 9110 section 7.2 (Host). `*head` is set with HTTP_ACCEPTED and HTTP_BODY_TOO_LONG.
 */
enum http_refusal http_head_read(const char *text, size_t bytes, struct http_head *head);

/* The HTTP status for a refusal and its reason in words. */
int http_refusal_status(enum http_refusal refusal);
const char *http_refusal_reason(enum http_refusal refusal);
