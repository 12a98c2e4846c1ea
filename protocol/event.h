/* What a viewer did with an ad: the record, its JSON form, and its packed form in the queue and on
 * disk. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/address.h"
#include "protocol/result.h"

/* The numbers are part of the packed form and of the SQL interface: never renumbered. */
enum event_kind { EVENT_CLICK = 0, EVENT_IMPRESSION = 1 };
enum { EVENT_KINDS = 2 };

enum {
    EVENT_ID_MAX_BYTES = 64,
    EVENT_PLAYBACK_MAX_SECONDS = 86400,
    EVENT_PACKED_MAX_BYTES = 112,
};

struct event {
    int64_t occurred_at_us; /* when we received it; microseconds since 1970, UTC */
    int32_t ad_id;          /* 1 or above */
    int32_t playback_seconds;
    uint8_t kind;     /* enum event_kind */
    uint8_t id_bytes; /* length of `id`; 0 = the client gave none */
    struct address address;
    char id[EVENT_ID_MAX_BYTES]; /* the client's event_id, UTF-8, not terminated */
};

/* "click" or "impression": the word in URLs, metrics and the database. */
const char *event_kind_name(enum event_kind kind);

/*
 * Reads one event from a JSON object (RFC 8259): `ad_id` (required), `ip`, `video_playback_time` in
 * whole seconds, `event_id`; null counts as absent, other members are ignored, names are matched
 * without regard to case, as the Go service did. Sets everything but `occurred_at_us`; without `ip`
 * the address is ADDRESS_NONE. Returns RESULT_MALFORMED (no such JSON; a member twice; nested
 * deeper than 16), RESULT_INVALID (a value out of its range) or RESULT_FAILED (out of memory);
 * `error` names the field and the fault and holds none of the client's bytes. `*event` is undefined
 * then.
 */
MUST_CHECK enum result event_decode(const char *body, size_t body_bytes, enum event_kind kind,
                                    struct event *event, struct error *error);

/* Writes the packed form and returns its length in bytes, at most EVENT_PACKED_MAX_BYTES. */
size_t event_pack(const struct event *event, uint8_t packed[static EVENT_PACKED_MAX_BYTES]);

/* Reads a packed form of exactly `packed_bytes` bytes. Returns RESULT_MALFORMED on anything
 * event_pack() can't write. */
MUST_CHECK enum result event_unpack(const uint8_t *packed, size_t packed_bytes,
                                    struct event *event);
