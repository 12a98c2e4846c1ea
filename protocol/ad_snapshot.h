/* All that is known of the ads as text, to be kept over a restart, perhaps of another version. */
#pragma once

#include <stddef.h>

#include "protocol/ad.h"
#include "protocol/result.h"

/* Appends the ad as a JSON object of all its fields, available or not. Its texts are UTF-8. A
 * snapshot is an array of them, ascending by id. */
void ad_save(struct render_text *text, const struct ad *ad);

/*
 * Reads a snapshot that this version, an older or a newer one wrote: a field that is missing or
 * null is unset, one that is not known is passed over. An ad without id, with one that is not above
 * the last, or with a value that its field can't hold, is left out: it is missed for as long as the
 * database is away, whereas one with a guess in place of its end or its target would be served
 * wrongly. The array goes to `*ads`,
 * its length to `*count`, the number of those left out to `*left_out`; the caller ad_clear()s each
 * and frees it. Returns RESULT_MALFORMED, nothing set, when the text is no JSON array.
 */
MUST_CHECK enum result ads_load(const char *text, size_t text_bytes, struct ad **ads, size_t *count,
                                size_t *left_out);
