/*
 * The lanes' queues, and how far the journal is sorted into them: each event up to `sorted` is in a
 * queue, stored, or counted as one of its lane that is on disk; about `unsorted` lie behind it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/ingest/gaps.h"
#include "store/ingest/lane_queue.h"

/* What the queues take of memory at most, however many events may be in them; one chunk more of
 * each, to be exact. */
enum { BACKLOG_QUEUE_MAX_BYTES = 16 * 1024 * 1024 };

struct lane_set {
    struct lane_queue lanes[LANES_MAX];
    unsigned count;
    struct lane_share share; /* of each lane */
    uint64_t sorted;
    uint64_t unsorted;
    bool is_tail_unsorted; /* what comes from now on lies behind others that are to be read first */
    struct gaps gaps;      /* where there are several lanes */
};

/* As many lanes, all empty, with no cursor known, and all of the journal unsorted. The set, which
 * is all zero before the first call, is to be cleared. */
void lane_set_make(struct lane_set *set, unsigned count, uint64_t queue_max_events);
void lane_set_clear(struct lane_set *set);

/* Each lane begins behind its cursor; the first of all that is known is where sorting begins. */
void lane_set_begin(struct lane_set *set, uint64_t cursor, uint64_t unsorted);

/* The event with this sequence is sorted: as one of the lane, which has it on disk. */
void lane_set_sort(struct lane_set *set, struct lane_queue *lane, uint64_t sequence);

/* Puts one of those that are on disk into its lane's queue. */
void lane_set_load(struct lane_queue *lane, uint64_t sequence, const uint8_t *packed,
                   size_t packed_bytes);

/* Nothing is left to sort or to load but what the lanes that are not followed have on disk. */
void lane_set_end(struct lane_set *set);

/* How many wait. */
uint64_t lane_set_waiting(const struct lane_set *set);

/* The least cursor. Returns false as long as not all are known. */
bool lane_set_stored(const struct lane_set *set, uint64_t *sequence);

/* Of the hungry lanes that are not followed the one that begins first; NULL = there is none. */
struct lane_queue *lane_set_left_behind(struct lane_set *set);

/* Whether a lane waits for what comes next out of the journal. */
bool lane_set_is_waiting_for_disk(const struct lane_set *set);

/* Whether one of those has nothing in its queue. */
bool lane_set_is_one_starving(const struct lane_set *set);

/* Runs `take` for each event in the queues above `after`, in the order of their sequences. */
typedef void (*lane_event_fn)(void *arg, uint64_t sequence, const uint8_t *packed,
                              size_t packed_bytes);
void lane_set_each(const struct lane_set *set, uint64_t after, lane_event_fn take, void *arg);
