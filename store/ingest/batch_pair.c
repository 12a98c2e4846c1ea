/* The batch that is in flight, and the one behind it. */
#include "store/ingest/batch_pair.h"

#include <stddef.h>

#include "store/ingest/batch.h"
#include "store/ingest/event_queue.h"
#include "store/ingest/writer_source.h"

enum { SLICE_ROWS = WRITER_READY_ROWS };

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

static bool is_made(struct batch *batch, const struct event_queue *queue, uint32_t limit)
{
    return batch_rows(batch) <= limit && batch_is_head_of(batch, queue);
}

static void forget_ahead(struct batch_pair *pair)
{
    batch_clear(pair->ahead);
    pair->is_ahead_full = false;
    pair->is_ahead_finished = false;
}

static void advance(struct batch_pair *pair)
{
    struct batch *stored = pair->batch;
    if (!pair->is_ahead_finished)
        batch_finish(pair->ahead);
    pair->batch = pair->ahead;
    pair->ahead = stored;
}

void batch_pair_make(struct batch_pair *pair, const struct event_queue *queue, uint32_t limit,
                     uint32_t at_once)
{
    if (is_made(pair->ahead, queue, limit))
        advance(pair);
    else if (!is_made(pair->batch, queue, limit))
        batch_fill(pair->batch, queue, at_once);
    forget_ahead(pair);
}

bool batch_pair_has_slice(const struct batch_pair *pair, const struct event_queue *queue)
{
    uint32_t made = batch_rows(pair->batch) + batch_rows(pair->ahead);
    return pair->is_ahead_full ? !pair->is_ahead_finished
                               : event_queue_count(queue) >= made + SLICE_ROWS;
}

void batch_pair_make_slice(struct batch_pair *pair)
{
    if (pair->is_ahead_full) {
        batch_finish(pair->ahead);
        pair->is_ahead_finished = true;
        return;
    }
    uint32_t rows = batch_rows(pair->ahead);
    if (rows == 0)
        batch_begin_behind(pair->ahead, pair->batch);
    pair->is_ahead_full = !batch_take(pair->ahead, rows + SLICE_ROWS);
}

void batch_pair_forget(struct batch_pair *pair)
{
    batch_clear(pair->batch);
    forget_ahead(pair);
}
