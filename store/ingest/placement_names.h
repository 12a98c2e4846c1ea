/* The placements of a batch: the number that each is counted under, and which ones the batch has.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"

struct placement_names;

struct placement_name {
    int64_t id;
    uint32_t batch; /* the last one that had it */
    uint8_t bytes;
    char text[EVENT_PLACEMENT_MAX_BYTES]; /* not terminated */
};

/* Remembers the numbers from batch to batch, so that each is made once: but of no more placements
 * than the largest batch may have. */
struct placement_names *placement_names_new(void);
void placement_names_free(struct placement_names *names);

/* Begins a batch, which has none yet. */
void placement_names_clear(struct placement_names *names);

/* The number of a placement of `bytes` bytes, 1 to EVENT_PLACEMENT_MAX_BYTES, which the batch has
 * from now on. */
int64_t placement_names_add(struct placement_names *names, const char *text, size_t bytes);

/* Those of the batch, each once, ascending by number; valid until the next call. */
const struct placement_name *const *placement_names_sorted(struct placement_names *names,
                                                           uint32_t *count);
