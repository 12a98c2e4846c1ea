/*
 * The FIFO of events that are accepted and not yet stored. Records lie packed, one after the other,
 * in chunks that are freed as they empty: about 70 bytes an event, and never a copy of the whole.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/event_pack.h"

struct event_queue;
struct queue_chunk;

/* A place in the queue, to read on from without taking anything out. Valid until the queue drops
 * what it stands on. */
struct queue_position {
    const struct queue_chunk *chunk;
    uint32_t offset; /* bytes into the chunk */
};

struct event_queue *event_queue_new(void);
void event_queue_free(struct event_queue *queue);

/* Appends a copy of `packed` (as event_pack() wrote it). Sequences ascend. */
void event_queue_push(struct event_queue *queue, uint64_t sequence, const uint8_t *packed,
                      size_t packed_bytes);

/* The number of events in it, and the bytes that these take. */
uint64_t event_queue_count(const struct event_queue *queue);
uint64_t event_queue_bytes(const struct event_queue *queue);

/* The oldest event's place; reading on from there goes through the whole queue. */
struct queue_position event_queue_head(const struct event_queue *queue);

/*
 * Gives the event at `position` and moves on to the next. Returns its packed form, borrowed, or
 * NULL at the end of the queue; its length goes to `*packed_bytes`, its sequence to `*sequence`.
 */
const uint8_t *event_queue_read(struct queue_position *position, size_t *packed_bytes,
                                uint64_t *sequence);

/* Takes out the oldest events, up to and with sequence `last_sequence`. */
void event_queue_drop(struct event_queue *queue, uint64_t last_sequence);
