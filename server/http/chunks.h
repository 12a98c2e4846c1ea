/* Takes a chunked body (RFC 9112 section 7.1) apart as it arrives, strictly. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "server/http/chunk_extension.h"

enum chunk_state {
    CHUNK_NONE, /* no chunked body under way */
    CHUNK_SIZE,
    CHUNK_EXTENSION, /* behind the size, in its line */
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    CHUNK_TRAILER, /* at the start of a trailer field, or of the empty line */
    CHUNK_TRAILER_NAME,
    CHUNK_TRAILER_VALUE,
    CHUNK_TRAILER_FIELD_LF,
    CHUNK_TRAILER_LF, /* the empty line's */
    CHUNK_BROKEN,
    CHUNK_TOO_LONG,
};

/* All zero is CHUNK_NONE. */
struct http_chunks {
    enum chunk_state state;
    uint32_t digits;                      /* of the size being read */
    uint64_t size;                        /* of the chunk; what is left of it in CHUNK_DATA */
    uint64_t data_left;                   /* how much the chunks behind it may have in all */
    enum chunk_extension_state extension; /* in CHUNK_EXTENSION */
    uint32_t extension_bytes;             /* of all chunks so far */
    uint32_t trailer_bytes;
};

/* Of a body with at most so much data. */
void http_chunks_begin(struct http_chunks *chunks, uint64_t data_max_bytes);

/*
 * Reads on through `bytes` of the body and returns how many belong to it: all of them while it goes
 * on; fewer when it has ended (the state is CHUNK_NONE then), is broken (CHUNK_BROKEN) or announces
 * too much data (CHUNK_TOO_LONG). The data among them are moved to the front of `text`,
 * `*data_bytes` of them; extensions are left out, and so are trailer fields (RFC 9110
 * section 6.5.1: nothing may take them for header fields).
 */
size_t http_chunks_read(struct http_chunks *chunks, char *text, size_t bytes, size_t *data_bytes);
