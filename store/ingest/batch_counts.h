/*
 * A batch counted by the minute, as the database's counts are: beside the events it gets the sums
 * of all of them, so that it need not make them where it stores the whole batch.
 *
 * A row is of a minute, a dimension, its key and detail, and a verdict; it has a cell for each kind
 * of event, the sum of their quantities, and how long the clicks' videos had played.
 */
#pragma once

#include <stdint.h>

#include "protocol/event.h"

struct batch_counts;

/* The numbers stand in the database. */
enum count_dimension {
    COUNT_OF_ALL = 0,       /* key 0, detail 0 */
    COUNT_OF_AD = 1,        /* the ad, 0; of events that have one */
    COUNT_OF_PLACEMENT = 2, /* its id, 0; of events that have one */
    COUNT_OF_ERROR = 3,     /* the ad, VAST's code */
    COUNT_OF_NOFILL = 4,    /* the placement's id or 0, the reason */
};

/* How many rows an event adds at most; how long a click has played at most, so that no client can
 * make a sum overflow. */
enum { COUNT_ROWS_PER_EVENT = 4, COUNT_PLAYBACK_MAX_MS = 86400 * 1000 };

struct count_row {
    int64_t bucket_us; /* where its minute begins */
    int64_t key;
    int32_t detail;
    uint8_t dimension; /* enum count_dimension */
    uint8_t verdict;
    int64_t playback_ms;
    int64_t cells[EVENT_KINDS];
};

/* Its memory grows with the rows, and is reused. */
struct batch_counts *batch_counts_new(void);
void batch_counts_free(struct batch_counts *counts);

/* Begins anew, without rows. */
void batch_counts_clear(struct batch_counts *counts);

/* Counts an event; `placement` is its placement's id, 0 = it has none. */
void batch_counts_add(struct batch_counts *counts, const struct event *event, int64_t placement);

uint32_t batch_counts_rows(const struct batch_counts *counts);

/* The rows, ascending in bucket, dimension, key, detail and verdict; valid until the next call that
 * is not batch_counts_rows(). */
const struct count_row *const *batch_counts_sorted(struct batch_counts *counts);
