/*
 * What an import brings: the events of a journal that nobody works on, run by run. Those that the
 * database is known to have are counted; the others wait in their lane's queue until they are
 * stored.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "protocol/result.h"
#include "store/ingest/gaps.h"
#include "store/ingest/lane_queue.h"
#include "store/journal/salvage.h"

struct event_queue;

/* A lane of the database. */
struct import_lane {
    struct event_queue *queue; /* owned */
    uint64_t position;         /* of the run: up to here all of the lane is stored */
    uint64_t sent;             /* of the run: up to here its batches went */
};

/*
 * The queues hold events of `run` alone. That another run begins behind them ends the reading,
 * until they are empty and import_source_enter() has been told how far that one is stored.
 */
struct import_source {
    struct salvage *salvage; /* owned */
    struct import_lane lanes[LANES_MAX];
    unsigned lane_count;
    struct gaps gaps;         /* of the run; where there are several lanes */
    uint64_t read;            /* of the run: the last event that was read */
    FILE *out;                /* borrowed */
    enum salvage_step last;   /* SALVAGE_RECORD while there may be more of the run */
    struct error disk_error;  /* with SALVAGE_FAILED */
    struct salvage_run run;   /* as the queue has it */
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

/* The database has so many; to be told before anything is read. */
void import_source_set_lanes(struct import_source *source, unsigned lanes);

/*
 * Reads on until `rows` events are in a queue, or the run is at its end. Returns false when it has
 * taken long enough for one call: it is to be called again.
 */
bool import_source_read(struct import_source *source, uint64_t rows);

/* The lane that has most to be sent; NULL = none has any. */
struct import_lane *import_source_fullest(struct import_source *source);

/* The run that begins, once the queues are empty; NULL = there is none: all is read, or the disk
 * does not give the rest. What is to be said of the one before is said. */
const struct salvage_run *import_source_next_run(struct import_source *source);

/* Of that run: up to `position` all of the lane is stored. Without `is_known` it is refused: none
 * of it gets into a queue. */
void import_source_place(struct import_source *source, unsigned lane, bool is_known,
                         uint64_t position);

/* Reads it, once its place is told in each lane. */
void import_source_enter(struct import_source *source);

/* The lane's events up to `sequence` are out of the way: they leave the queue. */
void import_source_stored(struct import_lane *lane, uint64_t sequence);

/* Whether all of the journal was brought, once there is no next run; else `error` says what is
 * left.
 */
MUST_CHECK enum result import_source_result(const struct import_source *source,
                                            struct error *error);
