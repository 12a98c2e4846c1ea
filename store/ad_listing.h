/* The JSON list of ads as it goes to clients: rendered once a change, shared by all answers. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct ad;

enum { AD_LISTING_ETAG_SIZE = 40 };

/* Immutable, freed with its last reference. */
struct ad_listing {
    char *json;
    size_t json_bytes;
    char etag[AD_LISTING_ETAG_SIZE]; /* with its quotes */
    uint32_t references;
};

/* The ads available at `now_us` (as ads_render()), with one reference. NULL when their text is not
 * UTF-8. */
struct ad_listing *ad_listing_new(const struct ad *ads, size_t count, int64_t now_us);

/* Takes another reference; NULL is fine. */
struct ad_listing *ad_listing_share(struct ad_listing *listing);
void ad_listing_release(struct ad_listing *listing);
