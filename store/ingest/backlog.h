/*
 * What waits for the database: for each lane a queue in memory, which the writer sends from, and
 * behind it what is in the journal alone, read back in order as the queues empty.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct backlog;
struct event_base;
struct event_queue;
struct gaps;
struct journal;
struct log;
struct metrics;

/* Runs when events have been put into queues, out of the journal. */
typedef void (*backlog_queued_fn)(void *arg);

/* Everything is borrowed and must outlive the backlog. */
struct backlog *backlog_new(struct event_base *base, struct journal *journal,
                            uint64_t queue_max_events, struct metrics *metrics, struct log *log,
                            backlog_queued_fn queued, void *arg);
void backlog_free(struct backlog *backlog);

/* Events are on their way into the journal; the first of them came then. */
void backlog_begin(struct backlog *backlog, int64_t received_at_us);

/* An event is durable, the next one in order; one that was so before changes nothing. */
void backlog_push(struct backlog *backlog, uint64_t sequence, const uint8_t *packed,
                  size_t packed_bytes);

/* So many of them go to the database without a 202. */
void backlog_count_replayed(struct backlog *backlog, uint64_t events);

/* The database has so many lanes. What waits is sorted into them anew: those of before, their
 * queues and their cursors are gone. There is one until this is told. */
void backlog_set_lanes(struct backlog *backlog, unsigned lanes);

/*
 * The database has everything of the lane up to `sequence` and nothing above. Lower than before: a
 * failover or a restored backup lost some, which are sent again.
 */
void backlog_stored(struct backlog *backlog, unsigned lane, uint64_t sequence);

/* Events that are durable and not known to be stored. */
uint64_t backlog_waiting(const struct backlog *backlog);

/* The last sequence that was durable, of this run or, before its first, of those before. */
uint64_t backlog_last_sequence(const struct backlog *backlog);

/* What the writer sends from, lane by lane. */
struct event_queue *backlog_queue(struct backlog *backlog, unsigned lane);

/* Up to where the lane has nothing but what is in its queue; 0 = that is not known. */
uint64_t backlog_reach(const struct backlog *backlog, unsigned lane);

/* The sequences that are nowhere, of those that are known to be. */
const struct gaps *backlog_gaps(const struct backlog *backlog);

/* Runs `take` for each event in memory above `after`, in the order of their sequences. */
typedef void (*backlog_event_fn)(void *arg, uint64_t sequence, const uint8_t *packed,
                                 size_t packed_bytes);
void backlog_each(const struct backlog *backlog, uint64_t after, backlog_event_fn take, void *arg);
