/* The ads by their ids. */
#include "store/catalogue/ad_set.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/ad.h"
#include "protocol/memory.h"

void ad_set_init(struct ad_set *set, size_t rows)
{
    set->ads = memory_zeroed_array(rows + 1, sizeof set->ads[0]);
    set->unread = memory_zeroed_array(rows + 1, sizeof set->unread[0]);
    set->count = set->unread_count = 0;
}

void ad_set_add_unread(struct ad_set *set, int32_t id)
{
    if (set->unread_count == 0 || set->unread[set->unread_count - 1] != id)
        set->unread[set->unread_count++] = id;
}

static int compare(int32_t id, int32_t other)
{
    return (id > other) - (id < other);
}

static int compare_ad(const void *key, const void *ad)
{
    return compare(*(const int32_t *)key, ((const struct ad *)ad)->id);
}

static int compare_unread(const void *key, const void *unread)
{
    return compare(*(const int32_t *)key, *(const int32_t *)unread);
}

const struct ad *ad_set_find(const struct ad_set *set, int32_t id)
{
    return set->count == 0 ? NULL
                           : bsearch(&id, set->ads, set->count, sizeof set->ads[0], compare_ad);
}

bool ad_set_has(const struct ad_set *set, int32_t id)
{
    return ad_set_find(set, id) != NULL ||
           (set->unread_count > 0 && bsearch(&id, set->unread, set->unread_count,
                                             sizeof set->unread[0], compare_unread) != NULL);
}

bool ad_set_has_same_unread(const struct ad_set *set, const struct ad_set *other)
{
    return set->unread_count == other->unread_count &&
           (set->unread_count == 0 ||
            memcmp(set->unread, other->unread, set->unread_count * sizeof set->unread[0]) == 0);
}

void ad_set_clear_slice(struct ad_set *set)
{
    for (size_t i = 0; i < AD_SLICE_ADS && set->count > 0; i++)
        ad_clear(&set->ads[--set->count]);
    if (set->count > 0)
        return;
    free(set->ads);
    free(set->unread);
    set->ads = NULL;
    set->unread = NULL;
    set->unread_count = 0;
}

void ad_set_clear(struct ad_set *set)
{
    while (set->ads != NULL)
        ad_set_clear_slice(set);
}
