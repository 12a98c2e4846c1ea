/* How long to wait before the next try: exponential, jittered, with a ceiling. */
#pragma once

#include <stdint.h>

enum { BACKOFF_FIRST_MS = 100, BACKOFF_CEILING_MS = 3200 };

/* All zero is the start. */
struct backoff {
    uint32_t failures; /* in a row */
};

/*
 * Counts a failure and returns the wait in milliseconds before the next try: between half and all
 * of 100 ms doubled per failure, at most 3,200 ms. `random` (uniform over all 32 bits) chooses
 * within it.
 */
uint32_t backoff_next(struct backoff *backoff, uint32_t random);

void backoff_reset(struct backoff *backoff);
