/*
 * Carries events from the lanes' queues into PostgreSQL, batch by batch, one of a lane in flight,
 * over one connection or, of several lanes, up to eight. An event leaves its queue when the lane's
 * cursor has passed it, never earlier.
 */
#pragma once

#include <stdbool.h>

#include "store/ingest/writer_source.h"

struct db_target;
struct event_base;
struct ingest_settings;
struct log;
struct metrics;
struct writer;

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
