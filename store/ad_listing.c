/* The JSON list of ads as it goes to clients. */
#include "store/ad_listing.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/ad.h"
#include "protocol/digest.h"

struct ad_listing *ad_listing_new(const struct ad *ads, size_t count, int64_t now_us)
{
    size_t json_bytes;
    char *json = ads_render(ads, count, now_us, &json_bytes);
    if (json == NULL)
        return NULL;
    struct ad_listing *listing = calloc(1, sizeof *listing);
    if (listing == NULL)
        abort();
    listing->json = json;
    listing->json_bytes = json_bytes;
    listing->references = 1;
    char digest[DIGEST_TEXT_SIZE];
    digest_text(json, json_bytes, digest);
    (void)snprintf(listing->etag, sizeof listing->etag, "\"%.32s\"", digest);
    return listing;
}

struct ad_listing *ad_listing_share(struct ad_listing *listing)
{
    if (listing != NULL)
        listing->references++;
    return listing;
}

void ad_listing_release(struct ad_listing *listing)
{
    if (listing == NULL || --listing->references > 0)
        return;
    free(listing->json);
    free(listing);
}
