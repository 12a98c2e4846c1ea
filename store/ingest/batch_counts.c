/* A batch counted by the minute. */
#include "store/ingest/batch_counts.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"
#include "protocol/vast_error.h"

#define MINUTE_US (INT64_C(60) * 1000000)

enum { FIRST_ROWS = 256 };

/* Open addressing: `slots` has twice as many places as `rows`, each the number of a row plus one,
 * or 0. */
struct batch_counts {
    struct count_row *rows;
    const struct count_row **sorted;
    uint32_t *slots;
    uint32_t count;
    uint32_t capacity; /* of rows; a power of two */
    uint32_t last_all; /* the row of all events that was counted in last, plus one; 0 = none */
};

static void resize(struct batch_counts *counts, uint32_t capacity)
{
    counts->capacity = capacity;
    counts->rows = memory_resized(counts->rows, capacity * sizeof counts->rows[0]);
    counts->sorted = memory_resized(counts->sorted, capacity * sizeof(struct count_row *));
    counts->slots = memory_resized(counts->slots, 2 * (size_t)capacity * sizeof counts->slots[0]);
    memset(counts->slots, 0, 2 * (size_t)capacity * sizeof counts->slots[0]);
}

struct batch_counts *batch_counts_new(void)
{
    struct batch_counts *counts = memory_zeroed(sizeof *counts);
    resize(counts, FIRST_ROWS);
    return counts;
}

void batch_counts_free(struct batch_counts *counts)
{
    if (counts == NULL)
        return;
    free(counts->rows);
    free(counts->sorted);
    free(counts->slots);
    free(counts);
}

void batch_counts_clear(struct batch_counts *counts)
{
    memset(counts->slots, 0, 2 * (size_t)counts->capacity * sizeof counts->slots[0]);
    counts->count = 0;
    counts->last_all = 0;
}

static uint32_t hash(const struct count_row *row)
{
    uint64_t mixed = (uint64_t)row->key * UINT64_C(0x9E3779B97F4A7C15);
    mixed ^= (uint64_t)(row->bucket_us / MINUTE_US) * UINT64_C(0xC2B2AE3D27D4EB4F);
    mixed ^=
        ((uint64_t)(uint32_t)row->detail << 16 | (uint64_t)row->dimension << 8 | row->verdict) *
        UINT64_C(0x165667B19E3779F9);
    mixed ^= mixed >> 32;
    mixed *= UINT64_C(0xD6E8FEB86659FD93);
    return (uint32_t)(mixed >> 32);
}

static bool is_same(const struct count_row *row, const struct count_row *wanted)
{
    return row->key == wanted->key && row->bucket_us == wanted->bucket_us &&
           row->detail == wanted->detail && row->dimension == wanted->dimension &&
           row->verdict == wanted->verdict;
}

/* The slot of a row, or the empty one where it would be. */
static uint32_t *find_slot(struct batch_counts *counts, const struct count_row *wanted)
{
    uint32_t mask = 2 * counts->capacity - 1;
    uint32_t at = hash(wanted) & mask;
    while (counts->slots[at] != 0 && !is_same(&counts->rows[counts->slots[at] - 1], wanted))
        at = (at + 1) & mask;
    return &counts->slots[at];
}

static void grow(struct batch_counts *counts)
{
    resize(counts, 2 * counts->capacity);
    for (uint32_t i = 0; i < counts->count; i++)
        *find_slot(counts, &counts->rows[i]) = i + 1;
}

/* Gives the number of the row with the same key as `wanted`, plus one; made where there is none. */
static uint32_t find_row(struct batch_counts *counts, const struct count_row *wanted)
{
    if (counts->count == counts->capacity)
        grow(counts);
    uint32_t *slot = find_slot(counts, wanted);
    if (*slot == 0) {
        counts->rows[counts->count] = *wanted;
        *slot = ++counts->count;
    }
    return *slot;
}

static void add_to(struct count_row *row, const struct event *event)
{
    row->cells[event->kind] += event->quantity;
    if (event->kind != EVENT_CLICK || event->playback_ms <= 0)
        return;
    bool is_over = event->playback_ms > COUNT_PLAYBACK_MAX_MS;
    row->playback_ms += is_over ? COUNT_PLAYBACK_MAX_MS : event->playback_ms;
}

static void count_in(struct batch_counts *counts, const struct event *event, int64_t bucket_us,
                     enum count_dimension dimension, int64_t key, int32_t detail)
{
    const struct count_row wanted = {.bucket_us = bucket_us,
                                     .key = key,
                                     .detail = detail,
                                     .dimension = (uint8_t)dimension,
                                     .verdict = event->verdict};
    uint32_t number = find_row(counts, &wanted); /* which may move the rows */
    add_to(&counts->rows[number - 1], event);
}

/* Mostly the one before was of the same minute. */
static void count_in_all(struct batch_counts *counts, const struct event *event, int64_t bucket_us)
{
    const struct count_row wanted = {
        .bucket_us = bucket_us, .dimension = COUNT_OF_ALL, .verdict = event->verdict};
    if (counts->last_all == 0 || !is_same(&counts->rows[counts->last_all - 1], &wanted))
        counts->last_all = find_row(counts, &wanted);
    add_to(&counts->rows[counts->last_all - 1], event);
}

void batch_counts_add(struct batch_counts *counts, const struct event *event, int64_t placement)
{
    int64_t into_us = event->occurred_at_us % MINUTE_US;
    int64_t bucket_us = event->occurred_at_us - into_us - (into_us < 0 ? MINUTE_US : 0);
    count_in_all(counts, event, bucket_us);
    if (event->ad_id != 0)
        count_in(counts, event, bucket_us, COUNT_OF_AD, event->ad_id, 0);
    if (placement != 0)
        count_in(counts, event, bucket_us, COUNT_OF_PLACEMENT, placement, 0);
    if (event->kind == EVENT_ERROR)
        count_in(counts, event, bucket_us, COUNT_OF_ERROR, event->ad_id,
                 vast_error_listed(event->detail));
    else if (event->kind == EVENT_NOFILL)
        count_in(counts, event, bucket_us, COUNT_OF_NOFILL, placement, event->detail);
}

uint32_t batch_counts_rows(const struct batch_counts *counts)
{
    return counts->count;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare(const void *left, const void *right)
{
    const struct count_row *a = *(const struct count_row *const *)left;
    const struct count_row *b = *(const struct count_row *const *)right;
    int order = ORDER(a->bucket_us, b->bucket_us);
    if (order == 0)
        order = ORDER(a->dimension, b->dimension);
    if (order == 0)
        order = ORDER(a->key, b->key);
    if (order == 0)
        order = ORDER(a->detail, b->detail);
    return order == 0 ? ORDER(a->verdict, b->verdict) : order;
}

const struct count_row *const *batch_counts_sorted(struct batch_counts *counts)
{
    for (uint32_t i = 0; i < counts->count; i++)
        counts->sorted[i] = &counts->rows[i];
    qsort(counts->sorted, counts->count, sizeof(struct count_row *), compare);
    return counts->sorted;
}
