/*
 * Brings the server's own sums into the journal, once a second. While it takes none they wait and
 * add up by the minute; what finds no room then is lost, and counted so. With the process goes what
 * is not written yet, unless it is stopped: the last second's, or what has come since the journal
 * began to refuse.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/ingest/sums.h"

struct event_base;
struct intake;
struct log;
struct metrics;
struct sum_writer;

struct sum_writer_listener {
    bool (*may_write)(void *arg); /* whether the journal takes events */
    void (*settled)(void *arg);   /* all that was handed to the journal is answered */
    void *arg;
};

/* Everything is borrowed. */
struct sum_writer *sum_writer_new(struct event_base *base, struct intake *intake,
                                  struct sum_writer_listener listener, struct metrics *metrics,
                                  struct log *log);
void sum_writer_free(struct sum_writer *writer);

/* Adds `sum`, whose period is not set, at `now_us` (since 1970). */
void sum_writer_add(struct sum_writer *writer, const struct sum *sum, int64_t now_us);

/* Writes the seconds that are over at `now_us`, commit by commit; it is called once a second. */
void sum_writer_write(struct sum_writer *writer, int64_t now_us);

/* From now on no second need be over. Writes what there is. */
void sum_writer_flush(struct sum_writer *writer);

/* Whether all that was added is in the journal, or lost. */
bool sum_writer_is_empty(const struct sum_writer *writer);

/* When the oldest second, or minute, begins of which something is not in the journal; INT64_MAX =
 * all is. */
int64_t sum_writer_oldest_us(const struct sum_writer *writer);

/* What is not in the journal by now is lost. */
void sum_writer_give_up(struct sum_writer *writer);
