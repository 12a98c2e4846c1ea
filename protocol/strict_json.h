/* JSON from strangers: what jansson reads, within bounds, and the words for what it does not.
 * Internal to protocol/. */
#pragma once

#include <stddef.h>

#include <jansson.h>

#include "protocol/result.h"

enum { STRICT_JSON_MAX_DEPTH = 16, STRICT_JSON_MAX_MEMBERS = 64 };

/*
 * Reads `body` as one JSON object (RFC 8259) without repeated members, nested at most
 * STRICT_JSON_MAX_DEPTH deep, itself counted, with at most STRICT_JSON_MAX_MEMBERS members of its
 * own. A byte order mark before it is passed over, and not counted where `error` gives a place.
 * `*object` is a new reference. Integers beyond int64 come as reals. Returns RESULT_MALFORMED
 * when it is no such object, RESULT_INVALID when a number is too large for a double, RESULT_FAILED
 * without memory; `error` gives the place, never the client's bytes.
 */
MUST_CHECK enum result strict_json_parse_object(const char *body, size_t body_bytes,
                                                json_t **object, struct error *error);
