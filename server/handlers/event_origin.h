/* What a request itself tells about the events in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/event.h"

struct exchange;

struct event_origin {
    struct address address; /* of the viewer, for events that name none */
    enum event_verdict verdict;
    bool is_server_side;    /* a server inserts the ad for the viewer */
    int64_t received_at_us; /* by the wall clock */
};

/*
 * Of a request that came just now. Its verdict is the User-Agent's, else that of the header by
 * which trusted proxies mark invalid traffic: of two reasons the one with the lower number stands.
 * From SSAI_PEERS X-Device-IP and X-Device-User-Agent are the viewer's (VAST 4.3, section 1.1.3).
 */
struct event_origin event_origin_of(const struct exchange *exchange);

/* Completes an event that event_decode() has just read. */
void event_origin_apply(const struct event_origin *origin, struct event *event);
