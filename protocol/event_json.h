/* One event out of JSON. */
#pragma once

#include <stddef.h>

#include "protocol/event.h"
#include "protocol/result.h"

/*
 * Reads one event from a JSON object (RFC 8259): `ad_id` (required), `ip`, `video_playback_time` in
 * whole seconds, `event_id`; null counts as absent, other members are ignored, names are matched
 * without regard to case, as the Go service did. A byte order mark before it is passed over. Sets
 * everything but `occurred_at_us`; without `ip` the address is ADDRESS_NONE. Returns
 * RESULT_MALFORMED (no such JSON; a member twice; nested deeper than 16), RESULT_INVALID (a value
 * out of its range) or RESULT_FAILED (out of memory); `error` names the field and the fault and
 * holds none of the client's bytes. `*event` is undefined then.
 */
MUST_CHECK enum result event_decode(const char *body, size_t body_bytes, enum event_kind kind,
                                    struct event *event, struct error *error);

/* The same, but always by jansson: for tests. */
MUST_CHECK enum result event_decode_full(const char *body, size_t body_bytes, enum event_kind kind,
                                         struct event *event, struct error *error);
