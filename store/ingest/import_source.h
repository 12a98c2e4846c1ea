/*
 * What an import brings: the events of a journal that nobody works on, run by run. Those that the
 * database is known to have are counted; the others wait in the queue until they are stored.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "protocol/result.h"
#include "store/journal/salvage.h"

struct event_queue;

/*
 * The queue holds events of `run` alone. That another run begins behind them ends the reading,
 * until the queue is empty and import_source_enter() has been told how far that one is stored.
 */
struct import_source {
    struct salvage *salvage; /* owned */
    struct event_queue *queue;
    FILE *out;                /* borrowed */
    enum salvage_step last;   /* SALVAGE_RECORD while there may be more of the run */
    struct error disk_error;  /* with SALVAGE_FAILED */
    struct salvage_run run;   /* as the queue has it */
    uint64_t position;        /* of the run: up to here all of it is stored */
    bool is_refused;          /* what is stored of the run cannot be known */
    uint64_t run_records;     /* of the run, so far */
    uint64_t records;         /* of all */
    uint64_t known_records;   /* that were stored before and need not be sent */
    uint64_t refused_records; /* of runs that are refused */
    uint64_t no_events;       /* records that are none */
};

/* As salvage_open(). To be closed after a success. */
MUST_CHECK enum result import_source_open(struct import_source *source, const char *path, FILE *out,
                                          struct error *error);
void import_source_close(struct import_source *source);

/*
 * Reads on until `rows` events are in the queue, or the run is at its end. Returns false when it
 * has taken long enough for one call: it is to be called again.
 */
bool import_source_read(struct import_source *source, uint64_t rows);

/* The run that begins, once the queue is empty; NULL = there is none: all is read, or the disk does
 * not give the rest. What is to be said of the one before is said. */
const struct salvage_run *import_source_next_run(struct import_source *source);

/* Reads that run: up to `position` all of it is stored. Without `is_known` it is refused: none of
 * it gets into the queue. */
void import_source_enter(struct import_source *source, bool is_known, uint64_t position);

/* The events up to `sequence` are out of the way: they leave the queue. */
void import_source_stored(struct import_source *source, uint64_t sequence);

/* Whether all of the journal was brought, once there is no next run; else `error` says what is
 * left.
 */
MUST_CHECK enum result import_source_result(const struct import_source *source,
                                            struct error *error);
