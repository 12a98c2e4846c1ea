/* What an import asks of the database: what of a run is stored, and to store a batch of it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "store/database/reply.h"

struct batch;
struct db_conn;
struct salvage_run;

/* What became of events. */
struct import_counts {
    uint64_t stored;
    uint64_t duplicate; /* their event_id was stored before */
    uint64_t rejected;  /* kept in rejected_events */
    uint64_t known;     /* stored before, by whomever */
    uint64_t too_late;  /* likewise kept: nobody can tell any more whether they are duplicates */
};

/* What the database says of its lanes; with 0 the number is being changed. */
struct import_lanes {
    unsigned count;
    bool is_distributed; /* they lie on several nodes */
};

/* Asks how many lanes there are; `done` as of db_conn_query(). */
void import_ask_lanes(struct db_conn *conn, db_reply_fn done, void *arg);
struct import_lanes import_read_lanes(const PGresult *row);

/* Asks up to where all of a run is stored in a lane; `done` as of db_conn_query(). */
void import_ask_position(struct db_conn *conn, unsigned lane, const struct salvage_run *run,
                         db_reply_fn done, void *arg);

/* Reads the answer. Returns false when what was stored of the run cannot be known. */
bool import_read_position(const PGresult *row, uint64_t *position);

/* What a batch is of. */
struct import_scope {
    struct import_lanes lanes;
    unsigned lane;
    const struct salvage_run *run;
    bool is_forced;   /* what is too late is stored all the same */
    const char *gaps; /* gaps_write(), up to its last event; NULL = there is one lane */
};

/* Sends a batch; with `reject_reason` (not NULL) its events go into rejected_events for that
 * reason. */
void import_send_batch(struct db_conn *conn, const struct import_scope *scope,
                       const struct batch *batch, const char *reject_reason, db_reply_fn done,
                       void *arg);

/* Adds what the answer tells to `counts`, and returns the last sequence that is out of the way. */
uint64_t import_read_batch(const PGresult *row, struct import_counts *counts);
