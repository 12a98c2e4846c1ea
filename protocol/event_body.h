/*
 * The events in the body of a batch, one after the other. Its first byte, behind blanks and a byte
 * order mark, tells its form, whatever its Content-Type says:
 *
 * - `[` begins an array. Each element is an item.
 * - Anything else begins lines (NDJSON). Each is an item, but for blank ones; LF or CR LF ends it,
 *   or the body.
 * - Only where the first line opens an object and does not close it, and the next one does not
 *   begin with `{`, the body is one object over several lines.
 *
 * An item that is no event is at fault, and those behind it are read all the same: a line ends at
 * its end, an element where its brackets say (json_span.h). A body that breaks off within an item,
 * or lacks the array's end, has a fault there, behind what was whole; so has one that goes on
 * behind its array.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/event.h"
#include "protocol/json_span.h"
#include "protocol/result.h"

enum {
    EVENT_BODY_ITEMS_MAX = 10000,
    EVENT_BODY_ITEM_MAX_BYTES = 64 * 1024,
};

enum event_body_form { EVENT_BODY_EMPTY, EVENT_BODY_ARRAY, EVENT_BODY_LINES, EVENT_BODY_OBJECT };

/* Plain state. Start it with event_body_init(). */
struct event_body {
    const char *at; /* where the next item is looked for */
    const char *end;
    enum event_body_form form;
    size_t items;       /* that have begun */
    size_t index;       /* of the item that the last step was about, from 0 */
    enum result result; /* why that is no event, after EVENT_BODY_FAULT */
    bool is_closed;     /* ARRAY: its end is behind us */
    bool is_skipping;   /* ARRAY: we are in an element that is too long, as `span` has it */
    struct json_span span;
};

enum event_body_step {
    EVENT_BODY_EVENT,
    EVENT_BODY_GOES_ON,  /* an item is so long that its end is looked for in the next step */
    EVENT_BODY_FAULT,    /* what stands at `index` is no event */
    EVENT_BODY_TOO_MANY, /* there are more than EVENT_BODY_ITEMS_MAX items; so it stays */
    EVENT_BODY_END,      /* so it stays */
};

/* `text` is borrowed. */
void event_body_init(struct event_body *body, const char *text, size_t bytes);

/*
 * Gives the next event, as event_decode_item() does. EVENT_BODY_FAULT sets `error` and leaves
 * `*event` undefined; with RESULT_FAILED it is ours. The plain form is read in one pass and
 * allocates nothing. A step looks at hardly more than EVENT_BODY_ITEM_MAX_BYTES, but for blanks and
 * the end of a line.
 */
MUST_CHECK enum event_body_step event_body_next(struct event_body *body, struct event *event,
                                                struct error *error);
