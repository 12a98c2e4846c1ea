/* The events in the body of a request, one after the other, whatever form it has: so far one JSON
 * object, which is one event. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/event.h"
#include "protocol/result.h"

enum { EVENT_BODY_EVENTS_MAX = 1 }; /* in one request */

/* Plain state. Start it with event_body_init(). */
struct event_body {
    const char *text;
    size_t bytes;
    enum event_kind default_kind;
    size_t index;       /* of the event that the last step was about, from 0 */
    enum result result; /* why that is none, after EVENT_BODY_FAULT */
    bool is_read;       /* to its end */
};

enum event_body_step {
    EVENT_BODY_EVENT,
    EVENT_BODY_FAULT, /* what stands at `index` is no event */
    EVENT_BODY_END,
};

/* `text` is borrowed. An event that does not say its kind is of `default_kind`. */
void event_body_init(struct event_body *body, const char *text, size_t bytes,
                     enum event_kind default_kind);

/*
 * Gives the next event, as event_decode() does. After EVENT_BODY_FAULT, which sets `error` and
 * leaves `*event` undefined, it can go on with the next one, or ends where there is no telling
 * where that begins. EVENT_BODY_END touches neither; before it there are EVENT_BODY_EVENTS_MAX
 * steps at most, and at least one: an empty body is at fault.
 */
MUST_CHECK enum event_body_step event_body_next(struct event_body *body, struct event *event,
                                                struct error *error);
