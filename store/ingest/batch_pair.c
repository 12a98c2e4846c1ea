/* The batch that is in flight, and the one behind it. */
#include "store/ingest/batch_pair.h"

#include <stddef.h>

#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/writer_source.h"

enum { SLICE_ROWS = WRITER_READY_ROWS };

_Static_assert(BATCH_ROWS_MAX % SLICE_ROWS == 0, "the last slice is a whole one");

struct batch_pair batch_pair_new(void)
{
    return (struct batch_pair){.batch = batch_new(BATCH_ROWS_MAX),
                               .ahead = batch_new(BATCH_ROWS_MAX)};
}

void batch_pair_free(struct batch_pair *pair)
{
    batch_free(pair->batch);
    batch_free(pair->ahead);
}

/* Whether what was made ahead is what the queue begins with, and not too much. */
static bool is_made(const struct batch_pair *pair, const struct event_queue *queue, uint32_t limit)
{
    struct queue_position head = event_queue_head(queue);
    size_t packed_bytes;
    uint64_t sequence;
    return batch_rows(pair->ahead) <= limit &&
           event_queue_read(&head, &packed_bytes, &sequence) != NULL &&
           sequence == batch_first_sequence(pair->ahead);
}

void batch_pair_make(struct batch_pair *pair, const struct event_queue *queue, uint32_t limit,
                     uint32_t at_once)
{
    if (is_made(pair, queue, limit)) {
        if (!pair->is_ahead_finished)
            batch_finish(pair->ahead);
        *pair = (struct batch_pair){.batch = pair->ahead, .ahead = pair->batch};
    } else {
        batch_fill(pair->batch, queue, at_once);
    }
    batch_pair_forget(pair);
}

bool batch_pair_has_slice(const struct batch_pair *pair, const struct event_queue *queue)
{
    uint32_t made = batch_rows(pair->batch) + batch_rows(pair->ahead);
    return !pair->is_ahead_finished && event_queue_count(queue) >= made + SLICE_ROWS;
}

void batch_pair_make_slice(struct batch_pair *pair)
{
    uint32_t before = batch_rows(pair->ahead);
    if (before == 0)
        batch_begin_behind(pair->ahead, pair->batch);
    if (before < BATCH_ROWS_MAX)
        batch_take(pair->ahead, before + SLICE_ROWS);
    pair->is_ahead_finished = batch_rows(pair->ahead) == before; /* in a turn of its own */
    if (pair->is_ahead_finished)
        batch_finish(pair->ahead);
}

void batch_pair_forget(struct batch_pair *pair)
{
    batch_clear(pair->ahead);
    pair->is_ahead_finished = false;
}
