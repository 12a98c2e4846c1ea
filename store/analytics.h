/* Answers analytics questions, on a connection of its own, so that a slow one holds up nothing
 * else. */
#pragma once

#include "protocol/analytics.h"
#include "protocol/result.h"

struct analytics_reader;
struct db_target;
struct event_base;
struct log;
struct metrics;

/*
 * `result` is RESULT_OK, or RESULT_UNAVAILABLE: then `totals` is NULL, and `reason` tells why, in
 * words that are for ever valid. `pending_events` in the totals is not set.
 */
typedef void (*analytics_done_fn)(void *arg, enum result result,
                                  const struct analytics_totals *totals, const char *reason);

/* Everything is borrowed. */
struct analytics_reader *analytics_reader_new(struct event_base *base,
                                              const struct db_target *target,
                                              struct metrics *metrics, struct log *log);

/* Answers what is waiting RESULT_UNAVAILABLE first. */
void analytics_reader_free(struct analytics_reader *reader);

/* Connects, at once even where it waits to try again. Does nothing when it is connecting or
 * connected. */
void analytics_reader_start(struct analytics_reader *reader);

/* Answers what is waiting RESULT_UNAVAILABLE and disconnects. */
void analytics_reader_stop(struct analytics_reader *reader);

/*
 * Asks for the totals of `window` (copied). Returns RESULT_OK when `done` will run, exactly once,
 * later; RESULT_UNAVAILABLE when the database is away and RESULT_BUSY when too many questions wait:
 * `done` then never runs, and `reason` is set as for it.
 */
MUST_CHECK enum result analytics_reader_ask(struct analytics_reader *reader,
                                            const struct analytics_window *window,
                                            analytics_done_fn done, void *arg, const char **reason);
