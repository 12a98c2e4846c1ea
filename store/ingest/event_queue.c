/* The FIFO of events that are accepted and not yet stored. */
#include "store/ingest/event_queue.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"

/* A chunk is large enough that malloc() gives it back to the system when it is emptied. */
enum { CHUNK_BYTES = 256 * 1024, ENTRY_HEADER_BYTES = 9 };

_Static_assert(EVENT_PACKED_MAX_BYTES <= UINT8_MAX, "the length of an entry is one byte");

/* Entries (8 bytes sequence, 1 byte length, packed event) fill the chunk from 0 to `used`. */
struct queue_chunk {
    struct queue_chunk *next;
    uint32_t used;
    uint8_t bytes[CHUNK_BYTES - sizeof(struct queue_chunk *) - 8];
};

/* Never without a chunk: `head` is the oldest, `tail` the one written to, often the same. */
struct event_queue {
    struct queue_chunk *head;
    struct queue_chunk *tail;
    struct queue_chunk *spare; /* one emptied chunk kept, so that a steady flow allocates nothing */
    uint32_t head_offset;
    uint64_t count;
    uint64_t bytes; /* of the entries */
};

static struct queue_chunk *take_chunk(struct event_queue *queue)
{
    struct queue_chunk *chunk = queue->spare;
    queue->spare = NULL;
    if (chunk == NULL)
        chunk = memory_resized(NULL, sizeof *chunk);
    chunk->next = NULL;
    chunk->used = 0;
    return chunk;
}

struct event_queue *event_queue_new(void)
{
    struct event_queue *queue = memory_zeroed(sizeof *queue);
    queue->head = queue->tail = take_chunk(queue);
    return queue;
}

void event_queue_free(struct event_queue *queue)
{
    if (queue == NULL)
        return;
    for (struct queue_chunk *chunk = queue->head; chunk != NULL;) {
        struct queue_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    free(queue->spare);
    free(queue);
}

void event_queue_push(struct event_queue *queue, uint64_t sequence, const uint8_t *packed,
                      size_t packed_bytes)
{
    struct queue_chunk *chunk = queue->tail;
    if (chunk->used + ENTRY_HEADER_BYTES + packed_bytes > sizeof chunk->bytes) {
        chunk->next = take_chunk(queue);
        chunk = queue->tail = chunk->next;
    }
    uint8_t *entry = chunk->bytes + chunk->used;
    memcpy(entry, &sequence, 8);
    entry[8] = (uint8_t)packed_bytes;
    memcpy(entry + ENTRY_HEADER_BYTES, packed, packed_bytes);
    chunk->used += (uint32_t)(ENTRY_HEADER_BYTES + packed_bytes);
    queue->bytes += ENTRY_HEADER_BYTES + packed_bytes;
    queue->count++;
}

uint64_t event_queue_count(const struct event_queue *queue)
{
    return queue->count;
}

uint64_t event_queue_bytes(const struct event_queue *queue)
{
    return queue->bytes;
}

struct queue_position event_queue_head(const struct event_queue *queue)
{
    return (struct queue_position){queue->head, queue->head_offset};
}

const uint8_t *event_queue_read(struct queue_position *position, size_t *packed_bytes,
                                uint64_t *sequence)
{
    if (position->offset == position->chunk->used && position->chunk->next != NULL)
        *position = (struct queue_position){position->chunk->next, 0};
    if (position->offset == position->chunk->used)
        return NULL;
    const uint8_t *entry = position->chunk->bytes + position->offset;
    memcpy(sequence, entry, 8);
    *packed_bytes = entry[8];
    position->offset += ENTRY_HEADER_BYTES + entry[8];
    return entry + ENTRY_HEADER_BYTES;
}

/* Frees the chunks before `first`, or keeps one of them as the spare. */
static void release_before(struct event_queue *queue, const struct queue_chunk *first)
{
    while (queue->head != first) {
        struct queue_chunk *empty = queue->head;
        queue->head = empty->next;
        if (queue->spare == NULL)
            queue->spare = empty;
        else
            free(empty);
    }
}

void event_queue_drop(struct event_queue *queue, uint64_t last_sequence)
{
    struct queue_position position = event_queue_head(queue);
    struct queue_position after = position;
    size_t packed_bytes;
    uint64_t sequence;
    while (event_queue_read(&after, &packed_bytes, &sequence) != NULL &&
           sequence <= last_sequence) {
        position = after;
        queue->bytes -= ENTRY_HEADER_BYTES + packed_bytes;
        queue->count--;
    }
    release_before(queue, position.chunk);
    queue->head_offset = position.offset;
    if (queue->count == 0)
        queue->head_offset = queue->head->used = 0;
}
