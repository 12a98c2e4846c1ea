/*
 * Answers analytics questions, on connections of its own: so many at a time, the others wait in a
 * queue; those that are asked at the same time and are the same share one query. Each is answered
 * within five seconds, one way or another.
 */
#pragma once

#include <stdint.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/report.h"
#include "protocol/result.h"

struct analytics_reader;
struct db_target;
struct event_base;
struct log;
struct metrics;

enum { READER_CONNECTIONS_MAX = 32 };

/*
 * With RESULT_OK a reference of `report` is the callee's. Else it is NULL and `reason` tells why,
 * valid during the call: RESULT_MALFORMED (the question is at fault), RESULT_BUSY or
 * RESULT_UNAVAILABLE.
 */
typedef void (*analytics_done_fn)(void *arg, enum result result, struct analytics_report *report,
                                  const char *reason);

/* What only the store knows of an answer. */
struct analytics_reader_listener {
    void (*beginning)(void *arg); /* a snapshot is about to be taken */
    /* Sets pending_events and complete_until_us, by how far our journal was stored in it. */
    void (*complete)(void *arg, struct analytics_report *report, uint64_t stored_sequence);
    void *arg;
};

struct analytics_reader_settings {
    const struct db_target *target;
    const char *journal;  /* our id, as text */
    uint32_t connections; /* 1 to READER_CONNECTIONS_MAX */
    struct analytics_reader_listener listener;
};

/* Everything is borrowed; the settings are copied. */
struct analytics_reader *analytics_reader_new(struct event_base *base,
                                              const struct analytics_reader_settings *settings,
                                              struct metrics *metrics, struct log *log);

/* Answers what is waiting RESULT_UNAVAILABLE first. */
void analytics_reader_free(struct analytics_reader *reader);

/* Connects, at once even where it waits to try again. Does nothing when it is connecting or
 * connected. */
void analytics_reader_start(struct analytics_reader *reader);

/* Answers what is waiting RESULT_UNAVAILABLE and disconnects. */
void analytics_reader_stop(struct analytics_reader *reader);

/*
 * Asks. Returns RESULT_OK when `done` will run, exactly once, later. Else `done` never runs, and
 * `error` tells why: RESULT_UNAVAILABLE when the database is away, RESULT_BUSY when too many
 * questions wait, RESULT_MALFORMED when the query has too many buckets.
 */
MUST_CHECK enum result analytics_reader_ask(struct analytics_reader *reader,
                                            const struct analytics_query *query,
                                            analytics_done_fn done, void *arg, struct error *error);
