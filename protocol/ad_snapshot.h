/* All that is known of the ads as text, to be kept over a restart. */
#pragma once

#include <stddef.h>

#include "protocol/ad.h"
#include "protocol/result.h"

/*
 * Renders every ad, available or not. Returns a terminated string that the caller frees with
 * free(); its length goes to `*text_bytes`. NULL when the ads' text is not UTF-8: a snapshot that
 * lacks an ad would be taken for the whole.
 */
char *ads_save(const struct ad *ads, size_t count, size_t *text_bytes);

/*
 * Reads what ads_save() wrote. The array goes to `*ads`, its length to `*count`; the caller
 * ad_clear()s each and frees it. Returns RESULT_MALFORMED, nothing set, when it is anything else.
 */
MUST_CHECK enum result ads_load(const char *text, size_t text_bytes, struct ad **ads,
                                size_t *count);
