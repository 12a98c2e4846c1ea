/* Streams of requests. */
#include "test/unit/server/http/streams.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <event2/buffer.h>

#include "server/http/refusal.h"

#define HEAD(line) line " HTTP/1.1\r\nHost: x\r\n"
#define GET HEAD("GET /livez") "\r\n"
#define POST HEAD("POST /ads/click") "Content-Length: 5\r\n\r\nhello"
#define EMPTY HEAD("POST /ads/click") "Content-Length: 0\r\n\r\n"
#define CHUNKED HEAD("POST /ads/click") "Transfer-Encoding: chunked\r\n\r\n"
/* As long as the line of Transfer-Encoding. */
#define COLLECTED(digits) HEAD("POST /ads/click") "Content-Length:" digits "\r\n\r\n"

/* One request, or a line end between two. */
struct part {
    const char *sent;
    const char *passed;        /* NULL = as sent */
    enum http_refusal refusal; /* the one that passes instead, of the last part */
};

#define GET_PART                                                                                   \
    {                                                                                              \
        GET, NULL, HTTP_ACCEPTED                                                                   \
    }
#define POST_PART                                                                                  \
    {                                                                                              \
        POST, NULL, HTTP_ACCEPTED                                                                  \
    }
#define EMPTY_PART                                                                                 \
    {                                                                                              \
        EMPTY, NULL, HTTP_ACCEPTED                                                                 \
    }
#define LINE_END_PART                                                                              \
    {                                                                                              \
        "\r\n", "", HTTP_ACCEPTED                                                                  \
    }
#define CHUNKED_PART                                                                               \
    {                                                                                              \
        CHUNKED "3\r\nhel\r\n0002\r\nlo\r\n0\r\nA: b\r\n\r\n", COLLECTED("00000000005") "hello",   \
            HTTP_ACCEPTED                                                                          \
    }
#define EMPTY_CHUNKED_PART                                                                         \
    {                                                                                              \
        CHUNKED "0\r\n\r\n", COLLECTED("00000000000"), HTTP_ACCEPTED                               \
    }

static const struct part streams[][8] = {
    {GET_PART, POST_PART, CHUNKED_PART, GET_PART},
    {CHUNKED_PART, CHUNKED_PART, POST_PART},
    {EMPTY_PART, EMPTY_CHUNKED_PART, POST_PART, EMPTY_PART},
    {LINE_END_PART, POST_PART, LINE_END_PART, LINE_END_PART, CHUNKED_PART, LINE_END_PART, GET_PART},
    /* A field and bodies that look like requests. */
    {{HEAD("GET /livez") "A: GET / HTTP/1.0\r\n\r\n", NULL, HTTP_ACCEPTED}},
    {{HEAD("PUT /") "Content-Length: 32\r\n\r\n" GET, NULL, HTTP_ACCEPTED}, GET_PART},
    {{CHUNKED "20\r\n" GET "\r\n0\r\n\r\n", COLLECTED("00000000032") GET, HTTP_ACCEPTED}, GET_PART},
    {{CHUNKED "5\r\n0\r\n\r\n\r\n0\r\n\r\n", COLLECTED("00000000005") "0\r\n\r\n", HTTP_ACCEPTED},
     GET_PART},
    {{CHUNKED "3;a=\"b;\\\"c\"\r\nabc\r\n0 ;d\r\nE: f\r\n\r\n", COLLECTED("00000000003") "abc",
      HTTP_ACCEPTED},
     GET_PART},
    /* Refused for their heads. */
    {GET_PART, POST_PART, CHUNKED_PART, {"GET /\r\n\r\n", NULL, HTTP_BAD_LINE}},
    {POST_PART, {"\n\n", NULL, HTTP_BAD_LINE}},
    {CHUNKED_PART, {"\r\r\n\r\n", NULL, HTTP_BAD_LINE}},
    {GET_PART, {HEAD("GET /") "\n", NULL, HTTP_BAD_FIELD}},
    {GET_PART, {"GET / HTTP/1.1\r\nHost: x\n\r\n", NULL, HTTP_BAD_FIELD}},
    {GET_PART, {"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", NULL, HTTP_BAD_METHOD}},
    {GET_PART, {HEAD("GET //x") "\r\n", NULL, HTTP_BAD_TARGET}},
    {GET_PART, {"PRI * HTTP/2.0\r\n\r\n", NULL, HTTP_BAD_VERSION}},
    {GET_PART, {"GET / HTTP/1.1\r\n\r\n", NULL, HTTP_BAD_HOST}},
    {POST_PART, {HEAD("POST /") "Content-Length: 5, 5\r\n\r\n", NULL, HTTP_BAD_LENGTH}},
    {POST_PART,
     {HEAD("POST /") "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", NULL,
      HTTP_BAD_ENCODING}},
    {POST_PART, {HEAD("POST /") "Expect: more\r\n\r\n", NULL, HTTP_BAD_EXPECT}},
    {POST_PART, {HEAD("GET /") "Content-Length: 5\r\n\r\nhello", NULL, HTTP_UNEXPECTED_BODY}},
    {POST_PART, {HEAD("POST /") "Content-Length: 16777217\r\n\r\nhello", NULL, HTTP_BODY_TOO_LONG}},
    {POST_PART,
     {HEAD("POST /") "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n", NULL,
      HTTP_BODY_TOO_LONG}},
    /* Refused for their chunks. */
    {GET_PART, POST_PART, CHUNKED_PART, {CHUNKED "1\r\nxy\r\n0\r\n\r\n", NULL, HTTP_BAD_CHUNK}},
    {CHUNKED_PART, {CHUNKED "1;=b\r\nx\r\n0\r\n\r\n", NULL, HTTP_BAD_CHUNK}},
    {GET_PART, {CHUNKED "1\nx\r\n0\r\n\r\n", NULL, HTTP_BAD_CHUNK}},
    {GET_PART, {CHUNKED "0\r\nA: b\n\r\n", NULL, HTTP_BAD_CHUNK}},
    {GET_PART, {CHUNKED "FFFFFFFg\r\n", NULL, HTTP_BAD_CHUNK}},
    {GET_PART, {CHUNKED "1000001;a=\r\n", NULL, HTTP_BAD_CHUNK}},
    {GET_PART, {CHUNKED "1000001;a=b\r\n", NULL, HTTP_BODY_TOO_LONG}},
    {GET_PART, {CHUNKED "1000001\r\nx", NULL, HTTP_BODY_TOO_LONG}},
    {GET_PART, {CHUNKED "1\r\nx\r\n1000000\r\nx\r\n", NULL, HTTP_BODY_TOO_LONG}},
};

int stream_count(void)
{
    return (int)(sizeof streams / sizeof streams[0]);
}

static size_t append(char *text, size_t bytes, const char *more)
{
    size_t length = strlen(more);
    ck_assert_uint_lt(bytes + length, STREAM_BYTES_MAX);
    memcpy(text + bytes, more, length);
    return bytes + length;
}

static void add_refused(struct stream *stream, const struct part *part)
{
    struct evbuffer *instead = evbuffer_new();
    ck_assert_ptr_nonnull(instead);
    http_refusal_write(part->refusal, instead);
    (void)evbuffer_add(instead, "", 1);
    stream->is_refused = true;
    stream->sent_bytes = append(stream->sent, stream->sent_bytes, GET);
    stream->passed_bytes =
        append(stream->passed, stream->passed_bytes, (const char *)evbuffer_pullup(instead, -1));
    evbuffer_free(instead);
}

struct stream stream_make(int index)
{
    struct stream stream = {.requests = 0};
    for (const struct part *part = streams[index]; part->sent != NULL; part++) {
        stream.sent_bytes = append(stream.sent, stream.sent_bytes, part->sent);
        if (part->refusal != HTTP_ACCEPTED) {
            add_refused(&stream, part);
            break;
        }
        stream.passed_bytes = append(stream.passed, stream.passed_bytes,
                                     part->passed == NULL ? part->sent : part->passed);
        stream.ends[stream.requests] = stream.sent_bytes;
        stream.passed_ends[stream.requests] = stream.passed_bytes;
        stream.requests++;
    }
    return stream;
}

size_t stream_whole(const struct stream *stream, size_t bytes)
{
    size_t whole = 0;
    while (whole < stream->requests && stream->ends[whole] <= bytes)
        whole++;
    return whole;
}
