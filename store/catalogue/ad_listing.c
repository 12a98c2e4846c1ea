/* The JSON list of ads as it goes to clients. */
#include "store/catalogue/ad_listing.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/ad.h"
#include "protocol/ad_array.h"
#include "protocol/memory.h"

struct ad_listing_draft {
    struct ad_array array;
    int64_t now_us;
    int64_t next_change_us;
};

struct ad_listing_draft *ad_listing_begin(int64_t now_us, size_t bytes_expected)
{
    struct ad_listing_draft *draft = memory_zeroed(sizeof *draft);
    draft->now_us = now_us;
    draft->next_change_us = INT64_MAX;
    ad_array_begin(&draft->array, bytes_expected);
    return draft;
}

void ad_listing_add(struct ad_listing_draft *draft, const struct ad *ad)
{
    int64_t change_us = ad_next_change(ad, draft->now_us);
    if (change_us < draft->next_change_us)
        draft->next_change_us = change_us;
    if (ad_is_available(ad, draft->now_us))
        ad_array_add(&draft->array, ad, ad_render);
}

size_t ad_listing_bytes(const struct ad_listing_draft *draft)
{
    return draft->array.text.length;
}

struct ad_listing *ad_listing_finish(struct ad_listing_draft *draft)
{
    char digest[DIGEST_TEXT_SIZE];
    struct ad_listing *listing = memory_zeroed(sizeof *listing);
    listing->json = ad_array_finish(&draft->array, &listing->json_bytes, digest);
    (void)snprintf(listing->etag, sizeof listing->etag, "\"%.32s\"", digest);
    listing->references = 1;
    listing->rendered_us = draft->now_us;
    listing->next_change_us = draft->next_change_us;
    ad_listing_discard(draft);
    return listing;
}

void ad_listing_discard(struct ad_listing_draft *draft)
{
    if (draft == NULL)
        return;
    ad_array_clear(&draft->array);
    free(draft);
}

bool ad_listing_is_out_of_date(const struct ad_listing *listing, int64_t now_us)
{
    return listing->next_change_us <= now_us || now_us < listing->rendered_us;
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
