/* The batch that is in flight, and the one behind it. */
#include "store/ingest/batch_pair.h"

#include <stddef.h>

#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"

struct batch_pair batch_pair_new(void)
{
    return (struct batch_pair){batch_new(BATCH_ROWS_MAX), batch_new(BATCH_ROWS_MAX)};
}

void batch_pair_free(struct batch_pair *pair)
{
    batch_free(pair->batch);
    batch_free(pair->ahead);
}

/* Whether what was made ahead is what the queue begins with, and all that a batch may have. */
static bool is_made(const struct batch_pair *pair, const struct event_queue *queue, uint32_t limit)
{
    struct queue_position head = event_queue_head(queue);
    size_t packed_bytes;
    uint64_t sequence;
    return limit == BATCH_ROWS_MAX && batch_is_full(pair->ahead) &&
           event_queue_read(&head, &packed_bytes, &sequence) != NULL &&
           sequence == batch_first_sequence(pair->ahead);
}

void batch_pair_make(struct batch_pair *pair, const struct event_queue *queue, uint32_t limit)
{
    if (is_made(pair, queue, limit))
        *pair = (struct batch_pair){pair->ahead, pair->batch};
    else
        batch_fill(pair->batch, queue, limit);
}

bool batch_pair_fills_next(const struct batch_pair *pair, const struct event_queue *queue)
{
    return batch_is_full(pair->batch) &&
           event_queue_count(queue) >= batch_rows(pair->batch) + BATCH_ROWS_MAX;
}

void batch_pair_make_ahead(struct batch_pair *pair)
{
    batch_fill_behind(pair->ahead, pair->batch, BATCH_ROWS_MAX);
}

void batch_pair_forget(struct batch_pair *pair)
{
    batch_clear(pair->ahead);
}
