/* Ads as the catalogue holds them, and the JSON list that clients get. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings are owned by whoever holds the ad; NULL = the ad has none. */
struct ad {
    int32_t id;
    char *image_url;
    char *target_url;
    char *title;
    char *video_url;
    char *video_type;
    int32_t video_width;  /* pixels; 0 = unknown */
    int32_t video_height; /* pixels; 0 = unknown */
    int32_t duration_ms;  /* 0 = unknown */
    bool active;
    int64_t starts_at_us; /* INT64_MIN = always was */
    int64_t ends_at_us;   /* first microsecond it is over; INT64_MAX = never */
};

/* Frees the strings; what is left is an ad of zeros. */
void ad_clear(struct ad *ad);

/* Whether it is active and `now_us`, in microseconds since 1970, lies in its time. */
bool ad_is_available(const struct ad *ad, int64_t now_us);

/*
 * Renders the ads available at `now_us` as a JSON array in the order given: id, image_url and
 * target_url always ("" where unset), the other fields where they are set. Returns a terminated
 * string that the caller frees with free(); its length goes to `*json_bytes`. NULL when the ads'
 * text is not UTF-8.
 */
char *ads_render(const struct ad *ads, size_t count, int64_t now_us, size_t *json_bytes);

/* The next time after `now_us` at which an ad starts or ends; INT64_MAX when there is none. */
int64_t ads_next_change(const struct ad *ads, size_t count, int64_t now_us);
