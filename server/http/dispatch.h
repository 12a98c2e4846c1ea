/* From a request to its handler, and what is the same on every route. */
#pragma once

#include <stdbool.h>

#include "server/http/exchange.h"

struct evhttp_request;

/* Where requests come in; borrowed. */
struct http_entrance {
    enum http_entrance_kind kind;
    struct exchanges *exchanges;
    /* Looks at each request before it is answered in any way but as malformed. Returns false when
     * it has answered it. NULL = all may pass. */
    bool (*admit)(struct exchange *exchange);
};

/* Answers one request, or has its handler do so; for evhttp_set_gencb(), with the entrance as its
 * argument. */
void dispatch_request(struct evhttp_request *request, void *entrance);
