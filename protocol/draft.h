/* A document while it is made: constant text with gaps, which each answer fills. Internal to
 * protocol/. */
#pragma once

#include <stddef.h>

#include "protocol/event.h"
#include "protocol/render.h"

enum draft_filling { DRAFT_TOKEN, DRAFT_SERVING_ID };

struct draft_gap {
    size_t at; /* in the text, of what is before it */
    enum draft_filling filling;
};

struct draft {
    struct render_text text;
    struct draft_gap *gaps; /* ascending; owned */
    size_t gap_count;
    size_t gap_capacity;
    const char *public_url; /* borrowed; absolute, without a slash at its end */
};

void draft_gap(struct draft *draft, enum draft_filling filling);

/* Appends a string that needs no escaping. */
void draft_append(struct draft *draft, const char *string);

/* Appends the URL of our tracker of the kind, without a query, and of our click-through. */
void draft_tracker(struct draft *draft, enum event_kind kind);
void draft_click(struct draft *draft);
