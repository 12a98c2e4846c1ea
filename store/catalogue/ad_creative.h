/* What is read of an ad's own columns when it is loaded. */
#pragma once

struct ad;

/* Makes the creative of `ad`, which has none: its columns in JSON and its ad_verifications are
 * read, and what is wrong with them is noted in it. */
void ad_creative_read(struct ad *ad);

/* The same, of an ad that is equal to `same`: they share the one there is, with the documents that
 * are rendered already. */
void ad_creative_share(struct ad *ad, const struct ad *same);
