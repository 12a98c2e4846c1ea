/*
 * Reads the journal back into the lanes' queues, in order, as these empty. Where a lane has no room
 * it waits, so that one pass serves all; but not for a lane that holds up others: that is left
 * behind, and read for from where it was once it moves again.
 */
#pragma once

#include <stdint.h>

struct backlog_counters;
struct event_base;
struct journal;
struct lane_set;
struct log;
struct refill;

/* Runs when events have been put into queues. Everything is borrowed and must outlive it. */
struct refill *refill_new(struct event_base *base, struct journal *journal, struct lane_set *lanes,
                          const struct backlog_counters *counters, struct log *log,
                          void (*queued)(void *arg), void *arg);
void refill_free(struct refill *refill);

/* Reads the first event above `after`; its payload is valid until the next call. Before anything
 * else is asked. Returns NULL where there is none. */
struct record;
const struct record *refill_peek(struct refill *refill, uint64_t after);

/* Nothing is read any more: the lanes are made anew. */
void refill_stop(struct refill *refill);

/* Reads on behind `after`, where all lanes begin that begin later. */
void refill_seek(struct refill *refill, uint64_t after);

/* The lane begins anew: whether what the reader comes to next is what comes behind its cursor. */
struct lane_queue;
void refill_follow(struct refill *refill, struct lane_queue *lane);

/* Reads in the next turn of the loop, if a queue waits for it and has room. */
void refill_look(struct refill *refill);
