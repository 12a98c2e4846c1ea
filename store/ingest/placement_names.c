/* The placements of a batch. */
#include "store/ingest/placement_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/event_key.h"
#include "protocol/memory.h"
#include "store/base/crc32c.h"

enum { FIRST_NAMES = 128, NAMES_KEPT = 4096 };

/* Open addressing: `slots` has twice as many places as `items`, each the number of an item plus
 * one, or 0. */
struct placement_names {
    struct placement_name *items;
    const struct placement_name **sorted;
    uint32_t *slots;
    uint32_t count;
    uint32_t capacity; /* of items; a power of two */
    uint32_t batch;    /* the present one */
};

static void resize(struct placement_names *names, uint32_t capacity)
{
    names->capacity = capacity;
    names->items = memory_resized(names->items, capacity * sizeof names->items[0]);
    names->sorted = memory_resized(names->sorted, capacity * sizeof(struct placement_name *));
    names->slots = memory_resized(names->slots, 2 * (size_t)capacity * sizeof names->slots[0]);
    memset(names->slots, 0, 2 * (size_t)capacity * sizeof names->slots[0]);
}

struct placement_names *placement_names_new(void)
{
    struct placement_names *names = memory_zeroed(sizeof *names);
    resize(names, FIRST_NAMES);
    return names;
}

void placement_names_free(struct placement_names *names)
{
    if (names == NULL)
        return;
    free(names->items);
    free(names->sorted);
    free(names->slots);
    free(names);
}

void placement_names_clear(struct placement_names *names)
{
    names->batch++;
    if (names->count < NAMES_KEPT)
        return;
    names->count = 0;
    resize(names, FIRST_NAMES);
}

static uint32_t *find_slot(struct placement_names *names, const char *text, size_t bytes)
{
    uint32_t mask = 2 * names->capacity - 1;
    uint32_t at = crc32c(text, bytes) & mask;
    for (; names->slots[at] != 0; at = (at + 1) & mask) {
        const struct placement_name *name = &names->items[names->slots[at] - 1];
        if (name->bytes == bytes && memcmp(name->text, text, bytes) == 0)
            break;
    }
    return &names->slots[at];
}

static void grow(struct placement_names *names)
{
    resize(names, 2 * names->capacity);
    for (uint32_t i = 0; i < names->count; i++)
        *find_slot(names, names->items[i].text, names->items[i].bytes) = i + 1;
}

int64_t placement_names_add(struct placement_names *names, const char *text, size_t bytes)
{
    if (names->count == names->capacity)
        grow(names);
    uint32_t *slot = find_slot(names, text, bytes);
    if (*slot == 0) {
        struct placement_name *name = &names->items[names->count];
        *name = (struct placement_name){.id = placement_id(text, bytes), .bytes = (uint8_t)bytes};
        memcpy(name->text, text, bytes);
        *slot = ++names->count;
    }
    struct placement_name *name = &names->items[*slot - 1];
    name->batch = names->batch;
    return name->id;
}

static int compare(const void *left, const void *right)
{
    const struct placement_name *a = *(const struct placement_name *const *)left;
    const struct placement_name *b = *(const struct placement_name *const *)right;
    return (a->id > b->id) - (a->id < b->id);
}

const struct placement_name *const *placement_names_sorted(struct placement_names *names,
                                                           uint32_t *count)
{
    *count = 0;
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->items[i].batch == names->batch)
            names->sorted[(*count)++] = &names->items[i];
    }
    qsort(names->sorted, *count, sizeof(struct placement_name *), compare);
    return names->sorted;
}
