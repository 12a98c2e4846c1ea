/* The keys that a batch claims. */
#include "store/ingest/batch_claims.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"

enum { FIRST_CLAIMS = 256 };

void batch_claims_free(struct batch_claims *claims)
{
    free(claims->items);
    *claims = (struct batch_claims){0};
}

void batch_claims_add(struct batch_claims *claims, const uint8_t key[static CLAIM_KEY_BYTES],
                      uint32_t event)
{
    if (claims->count == claims->capacity) {
        claims->capacity = claims->capacity == 0 ? FIRST_CLAIMS : 2 * claims->capacity;
        claims->items = memory_resized(claims->items, claims->capacity * sizeof claims->items[0]);
    }
    struct batch_claim *claim = &claims->items[claims->count++];
    memcpy(claim->key, key, CLAIM_KEY_BYTES);
    claim->event = event;
}

/* By the key, as PostgreSQL compares a uuid; of one key the first event comes first. */
static int compare(const void *left, const void *right)
{
    const struct batch_claim *a = left;
    const struct batch_claim *b = right;
    int order = memcmp(a->key, b->key, CLAIM_KEY_BYTES);
    return order == 0 ? (a->event > b->event) - (a->event < b->event) : order;
}

void batch_claims_sort(struct batch_claims *claims)
{
    if (claims->count > 1)
        qsort(claims->items, claims->count, sizeof claims->items[0], compare);
}
