/* One event out of JSON. */
#pragma once

#include <stddef.h>

#include "protocol/event.h"
#include "protocol/result.h"

/*
 * Reads one event of a kind that is known from a JSON object (RFC 8259). Its members:
 * - `ad_id`, required and above 0 but for an error, which may have happened before there was an ad;
 * - `ip`; without it the address is ADDRESS_NONE;
 * - `video_playback_time`, any number of seconds in 32 bits, to the nearest millisecond;
 * - `event_id`, 1 to 64 bytes of UTF-8 without control characters;
 * - `placement`, 1 to 64 of A-Z a-z 0-9 . _ -;
 * - `age_ms`, how long ago it happened, a whole number up to 14 days;
 * - `code` of an error (a whole number up to 65535) and `offset_ms` of a progress: its `detail`, 0
 *   without.
 * null counts as absent; other members, and `code` and `offset_ms` with other kinds, are ignored;
 * names are matched without regard to case, as the Go service did. A byte order mark before it is
 * passed over.
 *
 * Sets everything but `received_at_us`; `occurred_at_us` is 0 less the age, for the caller to add
 * the time of receipt to. Returns RESULT_MALFORMED (no such JSON; a member twice; nested deeper
 * than 16), RESULT_INVALID (a value out of its range) or RESULT_FAILED (out of memory); `error`
 * names the field and the fault and holds none of the client's bytes. `*event` is undefined then.
 */
MUST_CHECK enum result event_decode(const char *body, size_t body_bytes, enum event_kind kind,
                                    struct event *event, struct error *error);

/* The same of an object that names its kind, one that clients report, in `type`. */
MUST_CHECK enum result event_decode_item(const char *text, size_t bytes, struct event *event,
                                         struct error *error);

/* The same two, but always by jansson: for what the plain form's reader has declined, and tests. */
MUST_CHECK enum result event_decode_full(const char *body, size_t body_bytes, enum event_kind kind,
                                         struct event *event, struct error *error);
MUST_CHECK enum result event_decode_item_full(const char *text, size_t bytes, struct event *event,
                                              struct error *error);
