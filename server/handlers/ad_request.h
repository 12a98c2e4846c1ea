/* What a request says that changes ads: its body, and under which conditions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/digest.h"
#include "server/http/inflate.h"

struct exchange;

enum { AD_REQUEST_BODY_MAX_BYTES = 256 * 1024 };

/* To be cleared, also where a function has returned false: the exchange is answered then. */
struct ad_request {
    const char *body; /* borrowed, until the exchange is answered; not terminated */
    size_t body_bytes;
    struct http_text inflated; /* where it was gzip */
    char *tags;                /* of If-Match, a line each; owned, NULL = any will do */
    const char *key;           /* Idempotency-Key, borrowed likewise; NULL = none */
    char digest[DIGEST_TEXT_SIZE];
};

/* If-Match must be there: 428. */
bool ad_request_read_condition(struct ad_request *request, struct exchange *exchange);

/* A body of JSON, or of a merge patch where `is_patch`. */
bool ad_request_read_body(struct ad_request *request, struct exchange *exchange, bool is_patch);

/* The key, and the digest of what was read before it and of the request's line. */
bool ad_request_read_key(struct ad_request *request, struct exchange *exchange);

void ad_request_clear(struct ad_request *request);
