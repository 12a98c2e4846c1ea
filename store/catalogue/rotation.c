/* Which ad is next. */
#include "store/catalogue/rotation.h"

#include <assert.h>
#include <stdlib.h>

#include "protocol/memory.h"

enum { CAPACITY_FIRST = 16 };

/* The golden ratio's part of a whole turn, which is 2^64. */
#define STEP UINT64_C(0x9e3779b97f4a7c15)

void rotation_add(struct rotation *rotation, size_t ad, int32_t weight)
{
    assert(weight > 0);
    uint64_t before = rotation->count == 0 ? 0 : rotation->places[rotation->count - 1].past;
    if (rotation->count == rotation->capacity) {
        rotation->capacity = rotation->count == 0 ? CAPACITY_FIRST : 2 * rotation->count;
        rotation->places =
            memory_resized(rotation->places, rotation->capacity * sizeof rotation->places[0]);
    }
    rotation->places[rotation->count++] =
        (struct rotation_place){.ad = ad, .past = before + (uint64_t)weight};
}

void rotation_clear(struct rotation *rotation)
{
    free(rotation->places);
    *rotation = (struct rotation){.places = NULL};
}

__extension__ typedef unsigned __int128 uint128;

/* The upper half of the product: `part` of a whole turn, on a scale of `total`. */
static uint64_t scale(uint64_t part, uint64_t total)
{
    return (uint64_t)((uint128)part * total >> 64);
}

size_t rotation_next(const struct rotation *rotation, uint64_t *point)
{
    assert(rotation->count > 0);
    size_t low = 0;
    size_t high = rotation->count - 1;
    *point += STEP;
    uint64_t at = scale(*point, rotation->places[high].past);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rotation->places[middle].past <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
