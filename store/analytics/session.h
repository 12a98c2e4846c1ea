/*
 * One connection that questions are answered on, one at a time, each in a transaction of its own:
 *
 *     away -> learning -> idle -> beginning -> fetching -> ending -> idle
 *                                     |            |
 *                                     +------------+--> rolling back -> idle
 *
 * From each it may be away again. It keeps nothing in the session: behind a pooler each transaction
 * may get another one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/analytics/fault.h"

struct analytics_report;
struct db_target;
struct event_base;
struct inquiry;
struct log;
struct metrics;
struct reader_session;

/* How an inquiry ended. */
struct reader_end {
    struct analytics_report *report; /* the listener's from now on; NULL = there is none, for: */
    enum analytics_fault fault;
    const char *refusal; /* in words for the client: the question is at fault; NULL = it is not */
    const char *details; /* of the fault, for the log; may be NULL */
    bool may_try_again;  /* another attempt may succeed */
};

/* What the owner hears, from the loop or from inside the calls below. */
struct reader_session_listener {
    void (*idle)(void *arg); /* it can take an inquiry */
    void (*ended)(void *arg, struct inquiry *inquiry, const struct reader_end *end);
    void *arg;
};

/* Everything is borrowed. `name` is for the log and the metrics, `journal` the id of ours. */
struct reader_session *reader_session_new(struct event_base *base, const struct db_target *target,
                                          const char *name, const char *journal,
                                          struct reader_session_listener listener,
                                          struct metrics *metrics, struct log *log);
void reader_session_free(struct reader_session *session);

/* Connects, at once even where it waits to try again. Does nothing when it is connecting or
 * connected. */
void reader_session_start(struct reader_session *session);

/* Disconnects; an inquiry in hand ends with ANALYTICS_UNREACHABLE. */
void reader_session_stop(struct reader_session *session);

bool reader_session_is_up(const struct reader_session *session);
bool reader_session_is_idle(const struct reader_session *session);

/* Runs an inquiry, which is borrowed until it ended, until `deadline_us` (monotonic) at most. The
 * session must be idle. */
void reader_session_run(struct reader_session *session, struct inquiry *inquiry,
                        int64_t deadline_us);
