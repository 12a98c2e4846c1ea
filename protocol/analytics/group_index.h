/* Numbers groups from 0 on in the order of their arrival, and finds the number again. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/group_key.h"

#define GROUP_INDEX_NONE SIZE_MAX

/* Open addressing, never more than half full. To be started by group_index_init(). */
struct group_index {
    struct analytics_group_key *keys; /* by number, owned */
    size_t count;
    size_t room;
    uint32_t *slots;   /* a number + 1, 0 = free; owned */
    size_t slot_count; /* a power of two */
    uint64_t seed; /* placements' keys follow from their names: nobody must choose their slots */
};

void group_index_init(struct group_index *index);
void group_index_clear(struct group_index *index);

/* The number of `key`, or GROUP_INDEX_NONE. */
size_t group_index_find(const struct group_index *index, struct analytics_group_key key);

/* Gives `key`, which has none yet, the next number. */
size_t group_index_add(struct group_index *index, struct analytics_group_key key);

/* Takes the number from its key; the key of the last number gets it. */
void group_index_remove(struct group_index *index, size_t number);
