/* The plain form in which nearly every event comes, read at a fifth of what jansson takes. Internal
 * to protocol/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/event.h"

/*
 * Reads an object of our own members alone, behind a byte order mark or not, each once: numbers of
 * digits, strings of printable ASCII without escapes. Returns false when `body` is anything else,
 * or is not valid: then jansson has to decide, and `event` is undefined. Where it returns true
 * jansson would read the same.
 */
bool event_decode_fast(const char *body, size_t body_bytes, struct event *event);
