/* Whether a request comes from a page of ours, by what browsers say of it. */
#pragma once

#include <stdbool.h>

/* What of the request is looked at; each may be NULL. */
struct own_origin {
    const char *origin;     /* its Origin */
    const char *fetch_site; /* its Sec-Fetch-Site */
    const char *host;       /* the authority that it was sent to */
    bool is_https;          /* a proxy says that it came so */
    const char *public_url; /* where this server is reached, too */
};

/*
 * Whether Origin (RFC 6454) is the host of the request, or that of the public URL. What is neither
 * sent by https to a proxy that tells of it nor under a public URL of https may be of either
 * scheme: a proxy that tells nothing could stand before us. "null" is nobody's, and so is none.
 */
bool own_origin_is_ours(const struct own_origin *request);

/* Whether neither Origin nor Sec-Fetch-Site (Fetch Metadata), where they are there, say that
 * another site sends this. */
bool own_origin_is_not_foreign(const struct own_origin *request);
