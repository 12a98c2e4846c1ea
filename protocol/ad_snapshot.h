/* All that is known of the ads as text, to be kept over a restart, perhaps of another version. */
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
 * Reads what ads_save() wrote, of this version, an older or a newer one: a field that is missing
 * or null is unset, one that is not known is passed over. An ad without id, or with a value that
 * its field can't hold, is left out: it is missed for as long as the database is away, whereas one
 * with a guess in place of its end or its target would be served wrongly. The array goes to `*ads`,
 * its length to `*count`, the number of those left out to `*left_out`; the caller ad_clear()s each
 * and frees it. Returns RESULT_MALFORMED, nothing set, when the text is no JSON array.
 */
MUST_CHECK enum result ads_load(const char *text, size_t text_bytes, struct ad **ads, size_t *count,
                                size_t *left_out);
