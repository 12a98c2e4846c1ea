/* What all that stores events has to know: of the journal, and of a batch besides its events. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/uuid.h"

enum { INGEST_TIMEOUT_MS = 8000 };

/* What the journal knows of its runs. */
struct ingest_lineage {
    /* The run with the nonce `owner` (NULL = none) has the cursor row, and this one is about to
     * claim it: whether it may. */
    bool (*may_claim)(void *arg, const uint8_t *owner);
    /* Gives the nonce of a run, by its number; false = it is not known. */
    bool (*find_nonce)(void *arg, uint32_t run, uint8_t nonce[static UUID_BYTES]);
    void *arg;
};

struct ingest_settings {
    bool sample_data;    /* load the samples into an empty database */
    const char *journal; /* UUID: the cursor's key */
    const char *nonce;   /* UUID: this run */
    struct ingest_lineage lineage;
};

/* What a batch says of the journal besides its events. */
struct batch_scope {
    unsigned lane;
    uint64_t
        upto; /* the lane has nothing else up to here; of the batch's run, where it has events */
    const char *gaps; /* of these sequences those that are nowhere: gaps_write(); NULL = one lane */
};
