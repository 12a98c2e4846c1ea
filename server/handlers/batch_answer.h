/* What is answered to a batch of events: which items were rejected and why, the first of them in
 * words. */
#pragma once

#include <stddef.h>

#include "protocol/result.h"

enum { BATCH_REJECTIONS_LISTED = 100 };

/* All zero is none. The first BATCH_REJECTIONS_LISTED are kept. */
struct batch_rejections {
    size_t total;
    struct batch_rejection {
        size_t index; /* of the item, from 0 */
        char text[sizeof((struct error *)NULL)->text];
    } listed[BATCH_REJECTIONS_LISTED];
};

void batch_rejections_add(struct batch_rejections *rejections, size_t index, const char *text);

/* The answer as JSON, terminated, for the caller to free. With none `accepted` it says in `error`
 * that this is one. */
char *batch_answer_render(size_t accepted, const struct batch_rejections *rejections);
