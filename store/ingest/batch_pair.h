/*
 * The batch that is in flight, and the one behind it, made meanwhile so that the database need not
 * wait for it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct batch;
struct event_queue;

struct batch_pair {
    struct batch *batch; /* owned; mirrors the head of the queue while it is in flight */
    struct batch *ahead; /* owned; what came behind `batch` when it was made */
};

struct batch_pair batch_pair_new(void);
void batch_pair_free(struct batch_pair *pair);

/* Makes `batch` the oldest events of `queue`, at most `limit` of them. */
void batch_pair_make(struct batch_pair *pair, const struct event_queue *queue, uint32_t limit);

/* Whether `batch` is full, and so is what waits behind it. */
bool batch_pair_fills_next(const struct batch_pair *pair, const struct event_queue *queue);

/* Makes the next one. Only while `batch` is in the queue and batch_pair_fills_next(). */
void batch_pair_make_ahead(struct batch_pair *pair);

/* What was made ahead is of a queue that is gone. */
void batch_pair_forget(struct batch_pair *pair);
