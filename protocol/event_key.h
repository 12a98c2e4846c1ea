/*
 * The keys under which an event that has an id is counted once, whenever and to whichever instance
 * it is sent again. What goes into them stands in the database: they are never made otherwise.
 *
 * A key is 128 bits: a time in ms since 1970 (48 bits, big-endian), so that an index of keys grows
 * at its edge, and 80 bits of a hash over name space, ad, kind, offset of a progress and id. The
 * time is the id's own, U, where it is a UUID of version 7 (RFC 9562) that lies within 15 days of
 * received_at and is no midnight; else the start of a UTC day.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"

enum { EVENT_KEY_BYTES = 16, EVENT_KEY_CLAIMS_MAX = 3 };

/* Whose the id is; in the flags at EVENT_KEY_SPACE_SHIFT. Their numbers are part of the hash. */
enum event_key_space {
    KEY_SPACE_CLIENT = 0,              /* a client's event_id */
    KEY_SPACE_TOKEN = 1,               /* a token that the server gave */
    KEY_SPACE_TOKEN_INVALID_CLICK = 2, /* a token's click by a request that is itself invalid */
};

/*
 * Writes the keys that an event claims and returns how many. It is a duplicate when any of them is
 * taken already. The first is its key; its time is
 * - U, where it counts. Where U is 23 hours or more from occurred_at, the days below are claimed
 *   too: an id sent again with another age must meet itself;
 * - else the UTC day of occurred_at, and with it the next: it may be sent again after midnight.
 * The event has an id. A day before 1970 or beyond what 48 bits hold is the nearest there is.
 */
int event_key_claims(const struct event *event,
                     uint8_t claims[static EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES]);

/* The lane of the event with this key, of as many as `lanes`. */
uint32_t event_key_lane(const uint8_t key[static EVENT_KEY_BYTES], uint32_t lanes);

/* The number that a placement is counted under: 63 bits of its text's hash, never 0, which stands
 * for none. */
int64_t placement_id(const char *text, size_t bytes);
