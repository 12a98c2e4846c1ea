/* Numbers groups, and finds the number again. */
#include "protocol/analytics/group_index.h"

#include <stdbool.h>
#include <stdlib.h>

#include "protocol/memory.h"
#include "protocol/random.h"

enum { SLOTS_AT_FIRST = 64 };

void group_index_init(struct group_index *index)
{
    *index = (struct group_index){.slot_count = SLOTS_AT_FIRST};
    index->slots = memory_zeroed_array(index->slot_count, sizeof *index->slots);
    random_fill(&index->seed, sizeof index->seed);
}

void group_index_clear(struct group_index *index)
{
    free(index->keys);
    free(index->slots);
    *index = (struct group_index){0};
}

/* The finalizer of SplitMix64. */
static uint64_t mixed(uint64_t bits)
{
    bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
    return bits ^ bits >> 31;
}

static size_t home_of(const struct group_index *index, struct analytics_group_key key)
{
    uint64_t hash = mixed(mixed((uint64_t)key.key ^ index->seed) + (uint32_t)key.second);
    return (size_t)hash & (index->slot_count - 1);
}

static size_t next_slot(const struct group_index *index, size_t slot)
{
    return (slot + 1) & (index->slot_count - 1);
}

static bool is_same(struct analytics_group_key one, struct analytics_group_key other)
{
    return one.key == other.key && one.second == other.second;
}

/* The slot of `key`, or the free one that it would get. */
static size_t slot_of(const struct group_index *index, struct analytics_group_key key)
{
    size_t slot = home_of(index, key);
    while (index->slots[slot] != 0 && !is_same(index->keys[index->slots[slot] - 1], key))
        slot = next_slot(index, slot);
    return slot;
}

size_t group_index_find(const struct group_index *index, struct analytics_group_key key)
{
    uint32_t found = index->slots[slot_of(index, key)];
    return found == 0 ? GROUP_INDEX_NONE : found - 1;
}

static void grow(struct group_index *index)
{
    free(index->slots);
    index->slot_count *= 4;
    index->slots = memory_zeroed_array(index->slot_count, sizeof *index->slots);
    for (size_t i = 0; i < index->count; i++)
        index->slots[slot_of(index, index->keys[i])] = (uint32_t)(i + 1);
}

size_t group_index_add(struct group_index *index, struct analytics_group_key key)
{
    if (index->count * 2 >= index->slot_count)
        grow(index);
    if (index->count == index->room) {
        index->room = index->room == 0 ? SLOTS_AT_FIRST / 2 : index->room * 2;
        index->keys = memory_resized(index->keys, index->room * sizeof *index->keys);
    }
    index->keys[index->count] = key;
    index->slots[slot_of(index, key)] = (uint32_t)(index->count + 1);
    return index->count++;
}

/* Frees a slot, and moves those behind it up that would not be found any more. */
static void free_slot(struct group_index *index, size_t hole)
{
    size_t mask = index->slot_count - 1;
    for (size_t at = next_slot(index, hole); index->slots[at] != 0; at = next_slot(index, at)) {
        size_t home = home_of(index, index->keys[index->slots[at] - 1]);
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        index->slots[hole] = index->slots[at];
        hole = at;
    }
    index->slots[hole] = 0;
}

void group_index_remove(struct group_index *index, size_t number)
{
    size_t last = index->count - 1;
    free_slot(index, slot_of(index, index->keys[number]));
    if (number != last) {
        index->slots[slot_of(index, index->keys[last])] = (uint32_t)(number + 1);
        index->keys[number] = index->keys[last];
    }
    index->count = last;
}
