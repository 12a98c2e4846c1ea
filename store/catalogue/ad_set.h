/* The ads by their ids. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ad;

/* What is done to ads or rows between two turns of the event loop ends after so many of them, or so
 * many bytes: about a millisecond. */
enum { AD_SLICE_ADS = 256, AD_SLICE_BYTES = 128 * 1024 };

/* All zero: empty. */
struct ad_set {
    struct ad *ads; /* owned; ascending by id, each id once */
    size_t count;
    int32_t *unread; /* owned; the ids, ascending, of ads that there are but that can't be read */
    size_t unread_count;
};

/* Makes room for the ads of so many rows. */
void ad_set_init(struct ad_set *set, size_t rows);

/* Appends an id to those that can't be read; the same one again is nothing new. */
void ad_set_add_unread(struct ad_set *set, int32_t id);

/* The ad with this id; NULL when there is none that can be read. */
const struct ad *ad_set_find(const struct ad_set *set, int32_t id);

/* Whether there is such an ad, be it one that can't be read. */
bool ad_set_has(const struct ad_set *set, int32_t id);

bool ad_set_has_same_unread(const struct ad_set *set, const struct ad_set *other);

/* Clears a slice of it, from the end on; the last takes the rest with it. */
void ad_set_clear_slice(struct ad_set *set);

/* Clears it at one go: for the end of the process. */
void ad_set_clear(struct ad_set *set);
