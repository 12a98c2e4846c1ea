/* Undoes the coding gzip. */
#include "server/http/inflate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/buffer.h>

#include "protocol/memory.h"
#include "server/http/exchange.h"

enum {
    GZIP_WINDOW_BITS = 15 + 16, /* as zlib's manual has it for gzip and nothing else */
    STEP_BYTES = 64 * 1024,
    FIRST_ROOM_BYTES = 16 * 1024,
    ADVANCE_BYTES = 64 * 1024, /* taken of what is encoded, at once */
};

void http_text_reserve(struct http_text *text, size_t bytes)
{
    assert(bytes <= text->limit + 1);
    if (bytes <= text->room)
        return;
    size_t room = text->room > 0 ? text->room : FIRST_ROOM_BYTES;
    while (room < bytes)
        room *= 2;
    text->room = room <= text->limit ? room : text->limit + 1;
    text->bytes = memory_resized(text->bytes, text->room);
}

void http_text_clear(struct http_text *text)
{
    free(text->bytes);
    *text = (struct http_text){.limit = text->limit};
}

void http_inflate_init(struct http_inflate *gzip)
{
    *gzip = (struct http_inflate){.is_in_member = false};
    if (inflateInit2(&gzip->stream, GZIP_WINDOW_BITS) != Z_OK)
        memory_exhausted(0);
}

void http_inflate_clear(struct http_inflate *gzip)
{
    (void)inflateEnd(&gzip->stream);
}

void http_inflate_begin(struct http_inflate *gzip)
{
    gzip->is_in_member = false;
    gzip->has_member = false;
}

static void begin_member(struct http_inflate *gzip)
{
    (void)inflateReset(&gzip->stream);
    gzip->is_in_member = true;
}

/* Room for a step, and a byte beyond the limit: what goes there is too long. */
static size_t make_room(struct http_text *text)
{
    size_t most = text->limit + 1 - text->length;
    if (text->length == text->room)
        http_text_reserve(text, text->length + (most < FIRST_ROOM_BYTES ? most : FIRST_ROOM_BYTES));
    size_t room = text->room - text->length;
    return room < STEP_BYTES ? room : STEP_BYTES;
}

enum http_inflate_step http_inflate_next(struct http_inflate *gzip, struct evbuffer *input,
                                         struct http_text *text)
{
    struct evbuffer_iovec chunk = {NULL, 0};
    (void)evbuffer_peek(input, -1, NULL, &chunk, 1);
    if (chunk.iov_len == 0 && !gzip->is_in_member)
        return gzip->has_member ? HTTP_INFLATE_DONE : HTTP_INFLATE_CORRUPT;
    if (!gzip->is_in_member)
        begin_member(gzip);
    z_stream *stream = &gzip->stream;
    unsigned given = chunk.iov_len < ADVANCE_BYTES ? (unsigned)chunk.iov_len : ADVANCE_BYTES;
    unsigned room = (unsigned)make_room(text);
    stream->next_in = chunk.iov_base;
    stream->avail_in = given;
    stream->next_out = (Bytef *)text->bytes + text->length;
    stream->avail_out = room;
    int status = inflate(stream, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR)
        memory_exhausted(0);
    text->length += room - stream->avail_out;
    (void)evbuffer_drain(input, given - stream->avail_in);
    if (text->length > text->limit)
        return HTTP_INFLATE_TOO_LONG;
    if (status == Z_STREAM_END) {
        gzip->is_in_member = false;
        gzip->has_member = true;
    }
    return status == Z_OK || status == Z_STREAM_END ? HTTP_INFLATE_GOES_ON : HTTP_INFLATE_CORRUPT;
}

void http_inflate_fail(struct exchange *exchange, enum http_inflate_step step, size_t limit)
{
    char text[64];
    if (step == HTTP_INFLATE_CORRUPT) {
        exchange_fail(exchange, 400, "the body is not gzip, or breaks off (Content-Encoding)");
        return;
    }
    (void)snprintf(text, sizeof text, "the body inflates to over %zu KiB", limit / 1024);
    exchange_fail(exchange, 413, text);
}
