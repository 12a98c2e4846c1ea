/* The ad that a client gets. */
#include "store/catalogue/ad_picking.h"

#include <stddef.h>

#include "protocol/ad.h"
#include "store/catalogue/ad_listing.h"
#include "store/catalogue/ad_set.h"

/* An ad that has ended is in the listing for a moment still: the one behind it comes in its turn.
 * Nobody looks for long. */
enum { ATTEMPTS = 64 };

static enum nofill_reason reason_for_none(const struct ad_set *ads,
                                          const struct ad_listing *listing)
{
    if (ads->count == 0)
        return NOFILL_NO_ADS;
    if (listing->available == 0)
        return NOFILL_NONE_AVAILABLE;
    return listing->weighted == 0 ? NOFILL_WEIGHT_ZERO : NOFILL_NO_FORM;
}

enum nofill_reason ad_pick(const struct ad_set *ads, const struct ad_listing *listing,
                           enum document_kind kind, int64_t now_us, uint64_t *point,
                           const struct ad **ad)
{
    const struct rotation *rotation = &listing->rotations[kind];
    if (rotation->count == 0)
        return reason_for_none(ads, listing);
    size_t place = rotation_next(rotation, point);
    for (size_t i = 0; i < ATTEMPTS && i < rotation->count; i++) {
        *ad = &ads->ads[rotation->places[place].ad];
        if (ad_is_available(*ad, now_us))
            return NOFILL_NONE;
        place = place + 1 < rotation->count ? place + 1 : 0;
    }
    *ad = NULL;
    return NOFILL_NONE_AVAILABLE;
}
