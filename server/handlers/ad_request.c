/* What a request says that changes ads. */
#include "server/handlers/ad_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "protocol/memory.h"
#include "server/http/content.h"
#include "server/http/etag.h"
#include "server/http/exchange.h"

enum { KEY_MAX_BYTES = 255 };

static const char json_type[] = "application/json";
static const char patch_types[] = "application/merge-patch+json, application/json";

/* What is not ASCII is no tag of ours, and need not be UTF-8. */
static bool is_ascii(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    }
    return true;
}

static void write_tags(FILE *out, const char *list)
{
    const char *tag;
    size_t bytes;
    while (http_next_strong_etag(&list, &tag, &bytes)) {
        if (is_ascii(tag, bytes))
            (void)fprintf(out, "%.*s\n", (int)bytes, tag);
    }
}

bool ad_request_read_condition(struct ad_request *request, struct exchange *exchange)
{
    const char *value = exchange_field(exchange, "If-Match");
    const struct evkeyval *field;
    size_t bytes;
    if (value == NULL) {
        exchange_fail(exchange, 428,
                      "If-Match is missing: the ETag of the ad that is to be changed, or * for "
                      "whatever it is now");
        return false;
    }
    if (strcmp(value, "*") == 0)
        return true;
    FILE *out = memory_required(open_memstream(&request->tags, &bytes));
    TAILQ_FOREACH(field, evhttp_request_get_input_headers(exchange->request), next)
    {
        if (strcasecmp(field->key, "If-Match") == 0)
            write_tags(out, field->value);
    }
    if (fclose(out) != 0)
        memory_exhausted(0);
    return true;
}

static bool is_type(const char *value, const char *type)
{
    size_t bytes = strcspn(value, "; \t");
    return bytes == strlen(type) && strncasecmp(value, type, bytes) == 0;
}

static bool has_type(struct exchange *exchange, bool is_patch)
{
    const char *value = exchange_field(exchange, "Content-Type");
    if (value == NULL || is_type(value, json_type) ||
        (is_patch && is_type(value, "application/merge-patch+json")))
        return true;
    exchange_header(exchange, is_patch ? "Accept-Patch" : "Accept",
                    is_patch ? patch_types : json_type);
    exchange_fail(exchange, 415,
                  is_patch ? "Content-Type must be application/merge-patch+json or application/json"
                           : "Content-Type must be application/json");
    return false;
}

static bool take_inflated(struct ad_request *request, struct exchange *exchange,
                          struct evbuffer *input)
{
    struct http_inflate gzip;
    enum http_inflate_step step;
    request->inflated.limit = AD_REQUEST_BODY_MAX_BYTES;
    http_inflate_init(&gzip);
    do
        step = http_inflate_next(&gzip, input, &request->inflated);
    while (step == HTTP_INFLATE_GOES_ON);
    http_inflate_clear(&gzip);
    if (step != HTTP_INFLATE_DONE) {
        http_inflate_fail(exchange, step, AD_REQUEST_BODY_MAX_BYTES);
        return false;
    }
    request->body = request->inflated.bytes;
    request->body_bytes = request->inflated.length;
    return true;
}

bool ad_request_read_body(struct ad_request *request, struct exchange *exchange, bool is_patch)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(exchange->request);
    enum http_coding coding;
    if (!has_type(exchange, is_patch) || !http_content_accept(exchange, &coding))
        return false;
    request->body_bytes = evbuffer_get_length(input);
    if (request->body_bytes > AD_REQUEST_BODY_MAX_BYTES) {
        exchange_fail(exchange, 413, "the body is over 256 KiB");
        return false;
    }
    if (coding == HTTP_GZIP)
        return take_inflated(request, exchange, input);
    request->body = (const char *)evbuffer_pullup(input, -1);
    return true;
}

static void add_text(struct digest *digest, const char *text)
{
    if (text != NULL)
        digest_add(digest, text, strlen(text) + 1);
    else
        digest_add(digest, "*", 1);
}

static void write_digest(struct ad_request *request, const struct exchange *exchange)
{
    struct digest *digest = digest_new();
    add_text(digest, http_method_name(exchange->method));
    add_text(digest, evhttp_request_get_uri(exchange->request));
    add_text(digest, request->tags);
    if (request->body_bytes > 0)
        digest_add(digest, request->body, request->body_bytes);
    digest_write(digest, request->digest);
    digest_free(digest);
}

bool ad_request_read_key(struct ad_request *request, struct exchange *exchange)
{
    const char *key = exchange_field(exchange, "Idempotency-Key");
    if (key == NULL)
        return true;
    size_t bytes = strlen(key);
    if (bytes == 0 || bytes > KEY_MAX_BYTES || !is_ascii(key, bytes)) {
        exchange_fail(exchange, 400, "Idempotency-Key must be 1 to 255 characters of ASCII");
        return false;
    }
    request->key = key;
    write_digest(request, exchange);
    return true;
}

void ad_request_clear(struct ad_request *request)
{
    http_text_clear(&request->inflated);
    free(request->tags);
    request->tags = NULL;
}
