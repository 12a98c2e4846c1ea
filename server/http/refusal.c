/* Refusals: their words, and the request that stands for a refused one. */
#include "server/http/refusal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

/* The last header field of that request. "@" is in no name that a client can send, and in no route,
 * so that it counts for none as the path either. */
static const char refusal_field[] = "@refused";

static const struct {
    int status;
    const char *reason;
} refusals[HTTP_REFUSALS] = {
    [HTTP_ACCEPTED] = {0, ""},
    [HTTP_BAD_LINE] = {400, "the request line is malformed"},
    [HTTP_BAD_METHOD] = {501, "this server does not know the method"},
    [HTTP_BAD_TARGET] = {400, "the request target must be a path that begins with one slash"},
    [HTTP_UNENCODED_TARGET] = {400, "the request target has bytes that must be percent-encoded"},
    [HTTP_BAD_VERSION] = {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"},
    [HTTP_BAD_FIELD] = {400, "a header field is malformed"},
    [HTTP_BAD_HOST] = {400, "there must be exactly one Host header, a host and perhaps a port"},
    [HTTP_BAD_LENGTH] = {400, "Content-Length is malformed or given twice"},
    [HTTP_BAD_ENCODING] = {400, "Transfer-Encoding must be chunked, once, without Content-Length"},
    [HTTP_BAD_EXPECT] = {417, "only 100-continue may be expected"},
    [HTTP_UNEXPECTED_BODY] = {400, "this method takes no body"},
    [HTTP_BAD_CHUNK] = {400, "the chunked body is malformed"},
    [HTTP_BODY_TOO_LONG] = {413, "the body is over 1 MiB"},
    [HTTP_HEAD_TOO_LONG] = {431, "the request line and header fields are over 16 KiB"},
    [HTTP_TOO_MANY_FIELDS] = {431, "there are over 100 header fields"},
    [HTTP_TOO_MANY_BODIES] = {503, "too many long bodies are on their way"},
};

int http_refusal_status(enum http_refusal refusal)
{
    return refusals[refusal].status;
}

const char *http_refusal_reason(enum http_refusal refusal)
{
    return refusals[refusal].reason;
}

void http_refusal_write(enum http_refusal refusal, struct evbuffer *output)
{
    (void)evbuffer_add_printf(output, "GET /%s HTTP/1.1\r\nHost: -\r\n%s: %d\r\n\r\n",
                              refusal_field, refusal_field, (int)refusal);
}

enum http_refusal http_refusal_read(struct evhttp_request *request)
{
    const struct evkeyval *last = TAILQ_LAST(evhttp_request_get_input_headers(request), evkeyvalq);
    if (last == NULL || strcmp(last->key, refusal_field) != 0)
        return HTTP_ACCEPTED;
    return (enum http_refusal)atoi(last->value);
}
