/*
 * Salvage: reads a journal that no server works on, for an import. It takes the directory's lock,
 * so that none begins meanwhile, and changes nothing else there: what is torn or damaged is told,
 * passed over and left where it is, for whoever can still make something of it.
 *
 * What it gives is what a server would send from there: the records of each run in the order of
 * their sequences, without those that are void (journal.h). Whose they are is told by the header of
 * their segment; one without a sound header, or of another journal, is left alone.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "protocol/result.h"
#include "protocol/uuid.h"
#include "store/journal/format.h"

struct salvage;

/* A run, as the headers of its segments have it. */
struct salvage_run {
    uint8_t journal[UUID_BYTES];
    uint8_t nonce[UUID_BYTES];
    uint32_t number;
};

/* What could not be given, so far. */
struct salvage_damage {
    uint64_t ranges;   /* of bytes that are no records, before the end of a segment */
    uint64_t torn;     /* bytes behind the last record of a segment */
    uint64_t segments; /* left alone */
};

/*
 * Opens the journal at `path`, and writes to `out` (borrowed) which segments are left alone.
 * Returns RESULT_INVALID when there is none, RESULT_BUSY when a server works there, RESULT_FAILED
 * when the disk refuses or a later version has written there; `*salvage` is NULL then.
 */
MUST_CHECK enum result salvage_open(struct salvage **salvage, const char *path, FILE *out,
                                    struct error *error);
void salvage_close(struct salvage *salvage);

enum salvage_step {
    SALVAGE_RUN,    /* what comes is of another run, salvage_run() */
    SALVAGE_RECORD, /* an event's */
    SALVAGE_END,
    SALVAGE_FAILED, /* the disk does not give the rest, see `error`: it may yet, so that nothing
                       behind it is to be had before */
};

/* Gives what comes next; the payload of a record is valid until the next call. */
enum salvage_step salvage_next(struct salvage *salvage, struct record *record, struct error *error);

const struct salvage_run *salvage_run(const struct salvage *salvage);
const struct salvage_damage *salvage_damage(const struct salvage *salvage);
