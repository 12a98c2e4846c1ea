/* The files that the program serves, embedded when it is built (cmake/embed_assets.cmake). */
#pragma once

#include <stddef.h>

/* All is static. */
struct asset {
    const char *name; /* its path below server/assets/ */
    const char *content_type;
    const unsigned char *bytes;
    size_t byte_count;
    const unsigned char *gzip; /* the same, compressed */
    size_t gzip_bytes;
    const char *etag; /* in its quotes; each form has its own */
    const char *gzip_etag;
};

/* NULL = there is none of this name. */
const struct asset *asset_find(const char *name);
