/* What the writer knows of a lane. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/ingest/batch_outcome.h"
#include "store/ingest/totals.h"

struct writer_lane {
    unsigned number;
    bool is_claimed; /* in the session of its link that is open, or was last */
    struct batch_outcome outcome;
    struct writer_totals totals;
    uint64_t cursor;     /* the database's, as last heard */
    int64_t put_off_us;  /* monotonic: until then its batch waits, and others go first; 0 = it does
                            not */
    bool is_hold;        /* it waits until somebody has mended something */
    int64_t answered_us; /* monotonic, of its last batch */
};
