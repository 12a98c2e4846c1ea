/* Reads a batch as PostgreSQL does: its arrays as array_recv(), their elements as bytes. And makes
 * events for it. */
#pragma once

#include <stdint.h>

#include "protocol/event.h"
#include "store/ingest/batch.h"

struct event_queue;

/* In the order of ingest_batch(). */
enum column {
    SEQUENCE,
    KIND,
    VERDICT,
    FLAGS,
    AD_ID,
    DETAIL,
    QUANTITY,
    RECEIVED_AT,
    OCCURRED_AT,
    PLAYBACK,
    IP,
    PLACEMENT,
    PLACEMENT_ID,
    KEY,
    CLAIM_EVENT,
    CLAIM,
    NAME_ID,
    NAME,
    COUNT_BUCKET,
    COUNT_DIMENSION,
    COUNT_KEY,
    COUNT_DETAIL,
    COUNT_VERDICT,
    COUNT_PLAYBACK,
    COUNT_CELLS,
};

struct element {
    const char *bytes;
    int32_t length; /* -1 = null */
};

/* Numbers as they stand there. */
uint32_t batch_read_32(const char *at);
uint64_t batch_read_64(const char *at);

/* The sequence of its first event. */
uint64_t batch_read_first(const struct batch *batch);

/* How many elements an array has. */
uint32_t batch_elements(const struct batch *batch, enum column column);

/* Reads the whole array, which must be well-formed, and gives the element at index `wanted`. */
struct element batch_element(const struct batch *batch, enum column column, uint32_t wanted);

void batch_assert_element(const struct batch *batch, enum column column, uint32_t row,
                          const void *bytes, int32_t length);

/* A click on ad 1 when PostgreSQL's time begins; without an address or an id where it is NULL. */
struct event batch_make_event(const char *ip, const char *id);
void batch_set_placement(struct event *event, const char *placement);

void batch_push(struct event_queue *queue, uint64_t sequence, const struct event *event);
