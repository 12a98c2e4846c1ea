/* Ads as the catalogue holds them, and the JSON list that clients get. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/ad_fields.h"

/* Frees the strings; what is left is an ad of zeros. */
void ad_clear(struct ad *ad);

/* Whether it is active and `now_us`, in microseconds since 1970, lies in its time. */
bool ad_is_available(const struct ad *ad, int64_t now_us);

/*
 * Renders the ads available at `now_us` as a JSON array in the order given, each with the fields
 * that are shown. Returns a terminated string that the caller frees with free(); its length goes
 * to `*json_bytes`. NULL when the ads' text is not UTF-8.
 */
char *ads_render(const struct ad *ads, size_t count, int64_t now_us, size_t *json_bytes);

/* The next time after `now_us` at which an ad starts or ends; INT64_MAX when there is none. */
int64_t ads_next_change(const struct ad *ads, size_t count, int64_t now_us);
