/* The plain form in which nearly every event comes, read at a tenth of what jansson takes. Internal
 * to protocol/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/event.h"

/*
 * Reads an object of our own members alone, each once: numbers without exponents, strings of
 * printable ASCII without escapes. Behind a byte order mark or not; nothing but blanks around it.
 * `event->kind` is given. Returns false when `body` is anything else, has a member that this kind
 * has no use for, or is not valid: then jansson has to decide, and `event` is undefined but for its
 * kind. Where it returns true jansson would read the same. Allocates nothing.
 */
bool event_decode_fast(const char *body, size_t body_bytes, struct event *event);

/*
 * The same of an item, an object that names its kind in `type`, at the beginning of `text` (blanks
 * may stand before it). `*end` is then the place behind its last brace; what follows is not looked
 * at.
 */
bool event_decode_fast_item(const char *text, size_t bytes, struct event *event, const char **end);
