/* Which ad is next. */
#include "store/catalogue/rotation.h"

#include <assert.h>
#include <stdlib.h>

#include "protocol/memory.h"

enum { FIRST_PLACES = 16 };

/* The golden ratio's fraction, of 2^64. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

void rotation_add(struct rotation *rotation, size_t ad, int32_t weight)
{
    assert(weight > 0);
    uint64_t past = rotation->count > 0 ? rotation->places[rotation->count - 1].past : 0;
    if (rotation->count == rotation->capacity) {
        rotation->capacity = rotation->capacity > 0 ? 2 * rotation->capacity : FIRST_PLACES;
        rotation->places = memory_resized(rotation->places,
                                          rotation->capacity * sizeof rotation->places[0]);
    }
    rotation->places[rotation->count++] =
        (struct rotation_place){.ad = ad, .past = past + (uint64_t)weight};
}

void rotation_clear(struct rotation *rotation)
{
    free(rotation->places);
    *rotation = (struct rotation){.places = NULL};
}

/* point / 2^64 of `total`, rounded down: the upper half of their product. */
static uint64_t share(uint64_t point, uint64_t total)
{
    uint64_t low = (point & UINT32_MAX) * (total & UINT32_MAX);
    uint64_t middle = (point >> 32) * (total & UINT32_MAX) + (low >> 32);
    uint64_t other = (point & UINT32_MAX) * (total >> 32) + (middle & UINT32_MAX);
    return (point >> 32) * (total >> 32) + (middle >> 32) + (other >> 32);
}

size_t rotation_next(const struct rotation *rotation, uint64_t *point)
{
    assert(rotation->count > 0);
    *point += STEP;
    uint64_t at = share(*point, rotation->places[rotation->count - 1].past);
    size_t first = 0;
    size_t last = rotation->count - 1;
    while (first < last) {
        size_t middle = first + (last - first) / 2;
        if (rotation->places[middle].past > at)
            last = middle;
        else
            first = middle + 1;
    }
    return first;
}
