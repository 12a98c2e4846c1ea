/*
 * The batch that is in flight, and the one behind it, made meanwhile so that neither the database
 * need wait for it nor the event loop: a slice in each turn.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct batch;
struct event_queue;

struct batch_pair {
    struct batch *batch;    /* owned; mirrors the head of the queue while it is in flight */
    struct batch *ahead;    /* owned; what came behind `batch`, as far as it is made */
    bool is_ahead_full;     /* it can have no more */
    bool is_ahead_finished; /* and may be sent */
};

struct batch_pair batch_pair_new(void);
void batch_pair_free(struct batch_pair *pair);

/*
 * Makes `batch` the oldest events of `queue`, `limit` at most: itself, where it is not stored yet,
 * or what was made ahead, where that is what the queue begins with; else the oldest `at_once`,
 * which is not over `limit`. Nothing is made ahead then.
 */
void batch_pair_make(struct batch_pair *pair, const struct event_queue *queue, uint32_t limit,
                     uint32_t at_once);

/* Whether there is something to be done for the next one: a slice waits for it, or it is full and
 * not finished. */
bool batch_pair_has_slice(const struct batch_pair *pair, const struct event_queue *queue);

/* Does it. Only while `batch` is in flight, and batch_pair_has_slice(). */
void batch_pair_make_slice(struct batch_pair *pair);

/* What was made is of a queue that is gone. */
void batch_pair_forget(struct batch_pair *pair);
