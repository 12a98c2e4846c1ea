/* The ad that a client gets. */
#pragma once

#include <stdint.h>

#include "protocol/document.h"
#include "protocol/nofill.h"

struct ad;
struct ad_listing;
struct ad_set;

/*
 * Picks the next of the ads whose turn it is: `listing`, which is of `ads`, says which those are at
 * about `now_us`. `point` is the rotation's. Returns NOFILL_NONE and sets `*ad`, or the reason why
 * there is none.
 */
enum nofill_reason ad_pick(const struct ad_set *ads, const struct ad_listing *listing,
                           enum document_kind kind, int64_t now_us, uint64_t *point,
                           const struct ad **ad);
