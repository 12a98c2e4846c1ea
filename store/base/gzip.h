/* A text in the coding gzip (RFC 1952), made piece by piece: the same text gives the same bytes. */
#pragma once

#include <stddef.h>

#define ZLIB_CONST /* what is to be coded is only read */
#include <zlib.h>

struct gzip {
    z_stream stream;
    char *bytes; /* owned; so far */
    size_t length;
    size_t room;
};

/* To be finished or cleared. */
void gzip_begin(struct gzip *gzip);

void gzip_add(struct gzip *gzip, const char *text, size_t bytes);

/* Ends it. Returns what it has become, which the caller frees with free(), its length in `*bytes`;
 * `gzip` is cleared then. */
char *gzip_finish(struct gzip *gzip, size_t *bytes);

/* What was begun is no longer wanted. All zero is fine. */
void gzip_clear(struct gzip *gzip);
