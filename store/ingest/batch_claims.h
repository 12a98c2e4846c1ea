/* The keys that a batch claims, in the order in which the database takes them: two batches that
 * claim the same ones never wait for each other in a circle. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { CLAIM_KEY_BYTES = 16 };

struct batch_claim {
    uint8_t key[CLAIM_KEY_BYTES];
    uint32_t event; /* its place in the batch, from 1 */
};

struct batch_claims {
    struct batch_claim *items;
    size_t count;
    size_t capacity;
};

void batch_claims_free(struct batch_claims *claims);

void batch_claims_add(struct batch_claims *claims, const uint8_t key[static CLAIM_KEY_BYTES],
                      uint32_t event);

/* Puts them into ascending order. */
void batch_claims_sort(struct batch_claims *claims);
