/*
 * Carries events from the queue into PostgreSQL, batch by batch, one in flight. An event leaves the
 * queue when the database's cursor has passed it, never earlier.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct db_target;
struct event_base;
struct event_queue;
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

struct writer_listener {
    /* The journal is this run's. */
    void (*claimed)(void *arg);
    /* The database has everything up to `sequence` and nothing above: the queue may forget it. */
    void (*stored)(void *arg, uint64_t sequence);
    /* A batch has had no answer for `times` WRITER_PATIENCE_MS: see writer_give_up(). */
    void (*waiting)(void *arg, unsigned times);
    void *arg;
};

/* Everything is borrowed and must outlive the writer. */
struct writer *writer_new(struct event_base *base, const struct db_target *target,
                          const struct ingest_settings *settings, struct event_queue *queue,
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

/* The batch in flight will have no answer: sends it again on a new connection. Does nothing when
 * none is in flight. */
void writer_give_up(struct writer *writer);

/* Whether the database last said that another process owns the journal: nothing is stored until it
 * gives it back. */
bool writer_is_fenced(const struct writer *writer);
