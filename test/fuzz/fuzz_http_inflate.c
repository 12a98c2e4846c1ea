/* gzip from any bytes: it ends, keeps to its limit, and what comes out is the same in whatever
 * pieces it comes in. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "server/http/inflate.h"

enum { LIMIT = 100000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static enum http_inflate_step run(const uint8_t *data, size_t size, size_t block,
                                  struct http_text *text)
{
    struct http_inflate gzip;
    struct evbuffer *input = evbuffer_new();
    enum http_inflate_step step;
    require(input != NULL);
    for (size_t at = 0; at < size; at += block)
        require(evbuffer_add_reference(input, data + at, size - at < block ? size - at : block,
                                       NULL, NULL) == 0);
    http_inflate_init(&gzip);
    do
        step = http_inflate_next(&gzip, input, text);
    while (step == HTTP_INFLATE_GOES_ON);
    require(step != HTTP_INFLATE_DONE || evbuffer_get_length(input) == 0);
    require((step == HTTP_INFLATE_TOO_LONG) == (text->length > LIMIT));
    http_inflate_clear(&gzip);
    evbuffer_free(input);
    return step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_text whole = {.limit = LIMIT};
    struct http_text pieces = {.limit = LIMIT};
    enum http_inflate_step step = run(data, size, size + 1, &whole);
    require(run(data, size, 3, &pieces) == step);
    if (step == HTTP_INFLATE_DONE) {
        require(whole.length == pieces.length);
        require(memcmp(whole.bytes, pieces.bytes, whole.length) == 0);
    }
    http_text_clear(&whole);
    http_text_clear(&pieces);
    return 0;
}
