/* What a request itself tells about the events in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/event.h"

struct exchange;

struct event_origin {
    struct address address; /* of the viewer, for events that name none */
    enum event_verdict verdict;
    bool is_server_side;     /* a server inserts the ad for the viewer */
    bool has_privacy_signal; /* the viewer does not want to be told from others */
    bool hides_addresses;    /* of everybody: IP_ANONYMIZE */
    int64_t received_at_us;  /* by the wall clock */
};

/*
 * Of a request that came just now. Its verdict is the User-Agent's, else that of the header by
 * which trusted proxies mark invalid traffic: of two reasons the one with the lower number stands.
 * From SSAI_PEERS X-Device-IP and X-Device-User-Agent are the viewer's (VAST 4.3, section 1.1.3).
 * Sec-GPC and DNT of 1 are the viewer's signal (Global Privacy Control, section 3.4; Tracking
 * Preference Expression, section 5.2).
 */
struct event_origin event_origin_of(const struct exchange *exchange);

/*
 * The one place where an event gets the address under which it is kept: its own or else the
 * origin's, truncated, with the flags that tell so, where it is hidden or the viewer, or the
 * event's EVENT_PRIVACY_SIGNAL, signals it.
 */
void event_origin_address(const struct event_origin *origin, struct event *event);

/* Completes an event that event_decode() has just read, its address included. */
void event_origin_apply(const struct event_origin *origin, struct event *event);
