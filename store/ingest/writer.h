/*
 * Carries events from the lanes' queues into PostgreSQL, batch by batch, one of a lane in flight,
 * over one connection or, of several lanes, up to eight. An event leaves its queue when the lane's
 * cursor has passed it, never earlier.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct db_target;
struct event_base;
struct event_queue;
struct gaps;
struct ingest_settings;
struct log;
struct metrics;
struct writer;

/*
 * A batch is sent when so many events wait for it, or the first has waited so long: it has all that
 * wait then, up to BATCH_ROWS_MAX. So it grows with what comes in while the one before is stored,
 * and is small where little comes.
 */
enum { WRITER_READY_ROWS = 2000, WRITER_BATCH_DELAY_MS = 10 };

enum { WRITER_PATIENCE_MS = 1800 };

/* What it sends from; the queues are borrowed until set_lanes() runs again. */
struct writer_source {
    /* There are so many lanes: before this is told, one. */
    void (*set_lanes)(void *arg, unsigned lanes);
    struct event_queue *(*queue)(void *arg, unsigned lane);
    /* backlog_reach() and backlog_gaps() */
    uint64_t (*reach)(void *arg, unsigned lane);
    const struct gaps *(*gaps)(void *arg);
    void *arg;
};

struct writer_listener {
    /* The journal is this run's. */
    void (*claimed)(void *arg);
    /* The database has everything of the lane up to `sequence` and nothing above: its queue may
     * forget it. */
    void (*stored)(void *arg, unsigned lane, uint64_t sequence);
    /* A batch has had no answer for `times` WRITER_PATIENCE_MS: see writer_give_up(). */
    void (*waiting)(void *arg, unsigned times);
    void *arg;
};

/* Everything is borrowed and must outlive the writer. */
struct writer *writer_new(struct event_base *base, const struct db_target *target,
                          const struct ingest_settings *settings, struct writer_source source,
                          struct writer_listener listener, struct metrics *metrics,
                          struct log *log);
void writer_free(struct writer *writer);

void writer_start(struct writer *writer);
void writer_stop(struct writer *writer);

/* Tells that events were put into the queue. */
void writer_wake(struct writer *writer);

/* Sends what is queued without waiting for a batch to fill, from now on: the process is about to
 * end. */
void writer_hurry(struct writer *writer);

/* What is in flight and waited for will have no answer: sends it again on a new connection. Does
 * nothing when there is none. */
void writer_give_up(struct writer *writer);

/* Whether the database last said that another process owns the journal: nothing is stored until it
 * gives it back. */
bool writer_is_fenced(const struct writer *writer);
