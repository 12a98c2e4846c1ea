/*
 * Takes events in: journal first, then the answer, then the queue that the writer sends from. The
 * queue is the front of what waits for the database; when it is full the rest stays in the journal
 * alone and is streamed back in order.
 *
 *   submit -> journal buffer -> commit (write, sync) -> answers
 *                                   |-> queue, or left on disk -> read back as the queue empties
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"
#include "store/ingest/waiters.h"

struct event_base;
struct event_queue;
struct intake;
struct journal;
struct log;
struct metrics;
struct refusals;

/* Runs when events have been put into the queue. */
typedef void (*intake_queued_fn)(void *arg);

/* Everything is borrowed and must outlive the intake. */
struct intake *intake_new(struct event_base *base, struct journal *journal,
                          uint64_t queue_max_events, struct refusals *refusals,
                          struct metrics *metrics, struct log *log, intake_queued_fn queued,
                          void *arg);

/* Answers who still waits with RESULT_UNAVAILABLE. */
void intake_free(struct intake *intake);

/* What the writer sends from. */
struct event_queue *intake_queue(struct intake *intake);

/* Appends copies of `count` events, one or more, to the journal, which must have no
 * journal_refusal(). `done` runs exactly once, later, from the event loop. */
void intake_submit(struct intake *intake, const struct event *events, size_t count,
                   waiter_done_fn done, void *arg);

/*
 * The database has everything up to `sequence` and nothing above. Lower than before: a failover or
 * a restored backup lost some; the intake goes back to them.
 */
void intake_stored(struct intake *intake, uint64_t sequence);

/* Events that are accepted and not known to be stored. */
uint64_t intake_waiting(const struct intake *intake);
