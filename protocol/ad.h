/* Ads as the catalogue holds them, and the JSON that clients get of each. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/ad_fields.h"

struct render_text;

/* Frees the strings; what is left is an ad of zeros. */
void ad_clear(struct ad *ad);

/* Whether it is active, not archived, and `now_us`, in microseconds since 1970, lies in its time.
 * The clocks of servers differ: an ad is archived whenever that was. */
bool ad_is_available(const struct ad *ad, int64_t now_us);

/*
 * Whether its events are taken at `now_us`: of an archived ad those of AD_EVENTS_DAYS more, for
 * what is on its way. What waits in journals then has as long again to find it before it may be
 * purged.
 */
enum { AD_EVENTS_DAYS = 7 };
bool ad_takes_events(const struct ad *ad, int64_t now_us);

/* Appends the ad as clients see it: a JSON object of the fields that are shown. Its texts are
 * UTF-8.
 */
void ad_render(struct render_text *text, const struct ad *ad);

/* The same with the fields that are served beside them, but those in JSON, and without the closing
 * bracket: the caller goes on. */
void ad_render_served(struct render_text *text, const struct ad *ad);

/* The next time after `now_us` at which it starts or ends; INT64_MAX when there is none. */
int64_t ad_next_change(const struct ad *ad, int64_t now_us);
