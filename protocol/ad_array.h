/*
 * A JSON array of ads and its digest, made ad by ad: a few at a time, so that a long one never
 * keeps the event loop.
 */
#pragma once

#include <stddef.h>

#include "protocol/ad.h"
#include "protocol/digest.h"
#include "protocol/render.h"

struct ad_array {
    struct render_text text;
    struct digest *digest; /* of the text so far; owned; NULL = not begun */
};

/* Appends one ad: ad_render() or ad_save(). */
typedef void (*ad_array_fn)(struct render_text *text, const struct ad *ad);

/* Begins an array that will take about `bytes_expected` bytes: it then grows without being moved.
 * To be finished or cleared. */
void ad_array_begin(struct ad_array *array, size_t bytes_expected);

void ad_array_add(struct ad_array *array, const struct ad *ad, ad_array_fn append);

/* Ends it. Returns the terminated text, which the caller frees with free(), its length in `*bytes`
 * and its digest in `digest`; `array` is empty then. */
char *ad_array_finish(struct ad_array *array, size_t *bytes, char digest[static DIGEST_TEXT_SIZE]);

/* What was begun is no longer wanted. */
void ad_array_clear(struct ad_array *array);
