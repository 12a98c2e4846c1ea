/*
 * Takes events in: journal first, then the answer, then the backlog that the writer sends
 * from.
 *
 *   submit -> journal buffer -> commit (write, sync) -> answers
 *                                   |-> backlog
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"
#include "store/ingest/waiters.h"

struct backlog;
struct event_base;
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

/* What was taken and waits for the database. */
struct backlog *intake_backlog(struct intake *intake);

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

/* Events that were answered RESULT_OK so far. */
uint64_t intake_accepted(const struct intake *intake);

/* Whether nobody waits for the journal. */
bool intake_is_settled(const struct intake *intake);
