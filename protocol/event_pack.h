/* The packed form of an event, in the queue and on disk. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"
#include "protocol/result.h"

enum { EVENT_PACKED_MAX_BYTES = 192 };

/* Writes the packed form, of the newest version, and returns its length in bytes, at most
 * EVENT_PACKED_MAX_BYTES. */
size_t event_pack(const struct event *event, uint8_t packed[static EVENT_PACKED_MAX_BYTES]);

/* The length in bytes that the packed form will have. */
size_t event_packed_bytes(const struct event *event);

/* Reads a packed form of exactly `packed_bytes` bytes. Returns RESULT_MALFORMED on anything
 * event_pack() of this or an earlier version can't have written. */
MUST_CHECK enum result event_unpack(const uint8_t *packed, size_t packed_bytes,
                                    struct event *event);
