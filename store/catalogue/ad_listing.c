/* The JSON list of ads as it goes to clients. */
#include "store/catalogue/ad_listing.h"

#include <stdlib.h>

#include "protocol/ad.h"
#include "protocol/ad_array.h"
#include "protocol/memory.h"
#include "store/base/gzip.h"

/* What an answer says more when it is encoded: "Content-Encoding: gzip" and the line's end. */
enum { ENCODED_MORE_BYTES = 24 };

struct ad_listing_draft {
    struct ad_array array;
    struct gzip gzip;
    size_t zipped; /* so many bytes of the array are in it */
    size_t ads;    /* added so far */
    struct ad_listing *listing;
};

struct ad_listing_draft *ad_listing_begin(int64_t now_us, size_t bytes_expected)
{
    struct ad_listing_draft *draft = memory_zeroed(sizeof *draft);
    draft->listing = memory_zeroed(sizeof *draft->listing);
    draft->listing->rendered_us = now_us;
    draft->listing->next_change_us = INT64_MAX;
    draft->listing->references = 1;
    ad_array_begin(&draft->array, bytes_expected);
    gzip_begin(&draft->gzip);
    return draft;
}

static void add_to_rotations(struct ad_listing *listing, size_t index, const struct ad *ad)
{
    listing->available++;
    if (ad->weight <= 0)
        return;
    listing->weighted++;
    for (int kind = 0; kind < DOCUMENT_KINDS; kind++) {
        if (document_has_form(ad, (enum document_kind)kind))
            rotation_add(&listing->rotations[kind], index, ad->weight);
    }
}

/* What of the text is not in it yet. */
static void zip(struct ad_listing_draft *draft, const char *text, size_t bytes)
{
    gzip_add(&draft->gzip, text + draft->zipped, bytes - draft->zipped);
    draft->zipped = bytes;
}

static void finish_zip(struct ad_listing_draft *draft, struct ad_listing *listing)
{
    zip(draft, listing->json, listing->json_bytes);
    listing->gzip = gzip_finish(&draft->gzip, &listing->gzip_bytes);
    if (listing->gzip_bytes + ENCODED_MORE_BYTES < listing->json_bytes)
        return;
    free(listing->gzip);
    listing->gzip = NULL;
}

void ad_listing_add(struct ad_listing_draft *draft, const struct ad *ad)
{
    struct ad_listing *listing = draft->listing;
    size_t index = draft->ads++;
    int64_t change_us = ad_next_change(ad, listing->rendered_us);
    if (change_us < listing->next_change_us)
        listing->next_change_us = change_us;
    if (!ad_is_available(ad, listing->rendered_us))
        return;
    ad_array_add(&draft->array, ad, ad_render);
    zip(draft, draft->array.text.bytes, draft->array.text.length);
    add_to_rotations(listing, index, ad);
}

size_t ad_listing_bytes(const struct ad_listing_draft *draft)
{
    return draft->array.text.length;
}

struct ad_listing *ad_listing_finish(struct ad_listing_draft *draft)
{
    char digest[DIGEST_TEXT_SIZE];
    struct ad_listing *listing = draft->listing;
    listing->json = ad_array_finish(&draft->array, &listing->json_bytes, digest);
    digest_etag(digest, "", listing->etag);
    digest_etag(digest, "-gzip", listing->gzip_etag);
    finish_zip(draft, listing);
    draft->listing = NULL;
    ad_listing_discard(draft);
    return listing;
}

void ad_listing_discard(struct ad_listing_draft *draft)
{
    if (draft == NULL)
        return;
    ad_array_clear(&draft->array);
    gzip_clear(&draft->gzip);
    ad_listing_release(draft->listing);
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
    for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
        rotation_clear(&listing->rotations[kind]);
    free(listing->json);
    free(listing->gzip);
    free(listing);
}
