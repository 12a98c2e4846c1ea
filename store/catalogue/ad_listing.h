/* The ads on offer: as the JSON list that goes to clients, rendered once a change and shared by all
 * answers, and as the rotations out of which they are picked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/digest.h"
#include "protocol/document.h"
#include "store/catalogue/rotation.h"

struct ad;
struct ad_listing_draft;

enum { AD_LISTING_ETAG_SIZE = DIGEST_ETAG_SIZE };

/* Immutable, freed with its last reference. */
struct ad_listing {
    char *json;
    size_t json_bytes;
    char etag[AD_LISTING_ETAG_SIZE]; /* with its quotes */
    char *gzip;                      /* the same in that coding; NULL = it does not pay */
    size_t gzip_bytes;
    char gzip_etag[AD_LISTING_ETAG_SIZE];
    struct rotation rotations[DOCUMENT_KINDS]; /* of the ads that such a document can show */
    size_t available;                          /* ads */
    size_t weighted;                           /* of those, that are picked at all */
    uint32_t references;
    int64_t rendered_us; /* it holds the ads available then, in microseconds since 1970 */
    int64_t
        next_change_us; /* when the first of its ads after that starts or ends; INT64_MAX = none */
};

/* Begins the listing of the ads available at `now_us`, which will take about `bytes_expected`. To
 * be finished or discarded. */
struct ad_listing_draft *ad_listing_begin(int64_t now_us, size_t bytes_expected);

/* Every ad is to be added, available or not, in the order of the list: its place in that is its
 * index in the rotations. It has its creative. */
void ad_listing_add(struct ad_listing_draft *draft, const struct ad *ad);

/* So long it is already. */
size_t ad_listing_bytes(const struct ad_listing_draft *draft);

/* Returns the listing with one reference; the draft is gone. */
struct ad_listing *ad_listing_finish(struct ad_listing_draft *draft);

/* NULL is fine. */
void ad_listing_discard(struct ad_listing_draft *draft);

/* Whether it is another one at `now_us`: an ad has started or ended, or the clock was set back. */
bool ad_listing_is_out_of_date(const struct ad_listing *listing, int64_t now_us);

/* Takes another reference; NULL is fine. */
struct ad_listing *ad_listing_share(struct ad_listing *listing);
void ad_listing_release(struct ad_listing *listing);
