/* Takes a chunked body apart as it arrives. */
#include "server/http/chunks.h"

#include <stdbool.h>
#include <string.h>

#include "protocol/hex.h"
#include "server/http/octet.h"

/* Those of extensions are counted over the whole body, else a client could send little else. */
enum { SIZE_DIGITS_MAX = 8, EXTENSIONS_MAX_BYTES = 4096, TRAILER_MAX_BYTES = 1024 };

void http_chunks_begin(struct http_chunks *chunks, uint64_t data_max_bytes)
{
    *chunks = (struct http_chunks){.state = CHUNK_SIZE, .data_left = data_max_bytes};
}

static enum chunk_state read_extension(struct http_chunks *chunks, char c)
{
    if (++chunks->extension_bytes > EXTENSIONS_MAX_BYTES)
        return CHUNK_BROKEN;
    chunks->extension = chunk_extension_next(chunks->extension, c);
    if (chunks->extension == EXTENSION_BROKEN)
        return CHUNK_BROKEN;
    return chunks->extension == EXTENSION_ENDED ? CHUNK_SIZE_LF : CHUNK_EXTENSION;
}

static enum chunk_state read_size(struct http_chunks *chunks, char c)
{
    int digit = hex_value(c);
    if (digit >= 0 && chunks->digits < SIZE_DIGITS_MAX) {
        chunks->size = chunks->size * 16 + (uint64_t)digit;
        chunks->digits++;
        return CHUNK_SIZE;
    }
    if (chunks->digits == 0 || digit >= 0)
        return CHUNK_BROKEN;
    chunks->extension = EXTENSION_BEFORE;
    return c == '\r' ? CHUNK_SIZE_LF : read_extension(chunks, c);
}

static enum chunk_state expect(char c, char expected, enum chunk_state next)
{
    return c == expected ? next : CHUNK_BROKEN;
}

/* What comes behind the line of its size. */
static enum chunk_state begin_chunk(struct http_chunks *chunks)
{
    if (chunks->size > chunks->data_left)
        return CHUNK_TOO_LONG;
    chunks->data_left -= chunks->size;
    return chunks->size > 0 ? CHUNK_DATA : CHUNK_TRAILER;
}

/* One byte of the trailer, whose fields have the form of the head's. */
static enum chunk_state read_trailer(enum chunk_state state, char c)
{
    if (c == '\r' && state == CHUNK_TRAILER)
        return CHUNK_TRAILER_LF;
    if (c == '\r' && state == CHUNK_TRAILER_VALUE)
        return CHUNK_TRAILER_FIELD_LF;
    if (c == ':' && state == CHUNK_TRAILER_NAME)
        return CHUNK_TRAILER_VALUE;
    if (state == CHUNK_TRAILER_VALUE)
        return http_is_value_byte(c) ? CHUNK_TRAILER_VALUE : CHUNK_BROKEN;
    return http_is_token_byte(c) ? CHUNK_TRAILER_NAME : CHUNK_BROKEN;
}

/* One byte outside of a chunk's data. */
static enum chunk_state step(struct http_chunks *chunks, char c)
{
    if (chunks->state >= CHUNK_TRAILER && ++chunks->trailer_bytes > TRAILER_MAX_BYTES)
        return CHUNK_BROKEN;
    switch (chunks->state) {
    case CHUNK_SIZE:
        return read_size(chunks, c);
    case CHUNK_EXTENSION:
        return read_extension(chunks, c);
    case CHUNK_SIZE_LF:
        return expect(c, '\n', begin_chunk(chunks));
    case CHUNK_DATA_CR:
        return expect(c, '\r', CHUNK_DATA_LF);
    case CHUNK_DATA_LF:
        chunks->digits = 0;
        return expect(c, '\n', CHUNK_SIZE);
    case CHUNK_TRAILER:
    case CHUNK_TRAILER_NAME:
    case CHUNK_TRAILER_VALUE:
        return read_trailer(chunks->state, c);
    case CHUNK_TRAILER_FIELD_LF:
        return expect(c, '\n', CHUNK_TRAILER);
    case CHUNK_TRAILER_LF:
        return expect(c, '\n', CHUNK_NONE);
    case CHUNK_NONE:
    case CHUNK_DATA:
    case CHUNK_BROKEN:
    case CHUNK_TOO_LONG:
        break;
    }
    return CHUNK_BROKEN;
}

static bool is_over(enum chunk_state state)
{
    return state == CHUNK_NONE || state == CHUNK_BROKEN || state == CHUNK_TOO_LONG;
}

size_t http_chunks_read(struct http_chunks *chunks, char *text, size_t bytes, size_t *data_bytes)
{
    size_t at = 0;
    *data_bytes = 0;
    while (at < bytes && !is_over(chunks->state)) {
        if (chunks->state != CHUNK_DATA) {
            chunks->state = step(chunks, text[at++]);
            continue;
        }
        size_t taken = bytes - at < chunks->size ? bytes - at : (size_t)chunks->size;
        memmove(text + *data_bytes, text + at, taken);
        *data_bytes += taken;
        chunks->size -= taken;
        at += taken;
        if (chunks->size == 0)
            chunks->state = CHUNK_DATA_CR;
    }
    return at;
}
