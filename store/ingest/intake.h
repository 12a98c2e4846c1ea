/*
 * Takes events in: journal first, then the answer, then the queue that the writer sends from. The
 * queue is the front of what waits for the database; when it is full the rest stays in the journal
 * alone and is streamed back in order.
 *
 *   submit -> journal buffer -> commit (write, sync) -> answers
 *                                   |-> queue, or left on disk -> read back as the queue empties
 */
#pragma once

#include <stdbool.h>
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

/* What the queue takes of memory at most, however many events may be in it; one chunk more, to be
 * exact. */
enum { INTAKE_QUEUE_MAX_BYTES = 16 * 1024 * 1024 };

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

/*
 * Appends copies of `count` events, one or more, which stand for no more than UINT32_MAX, to the
 * journal, which must have no journal_refusal(): all of them or none. `done` runs exactly once,
 * later, from the event loop; if the disk fails in the middle, some may be kept that it says are
 * not. Returns REFUSAL_NONE, or why there is no room for all of them: `done` then never runs.
 */
MUST_CHECK enum refusal intake_submit(struct intake *intake, const struct event *events,
                                      size_t count, waiter_done_fn done, void *arg);

/* Whether these are more than the journal ever takes at once. */
bool intake_is_too_large(const struct intake *intake, const struct event *events, size_t count);

/* The same for one event that no client has sent: the server has counted it, and keeps it where it
 * is not taken. */
void intake_submit_own(struct intake *intake, const struct event *event, waiter_done_fn done,
                       void *arg);

/*
 * The database has everything up to `sequence` and nothing above. Lower than before: a failover or
 * a restored backup lost some; the intake goes back to them.
 */
void intake_stored(struct intake *intake, uint64_t sequence);

/* Events that are accepted and not known to be stored. */
uint64_t intake_waiting(const struct intake *intake);

/* Whether nobody waits for the journal. */
bool intake_is_settled(const struct intake *intake);
