/*
 * The file `lineage`: the runs of a journal whose nonces the database may have, for a hundred days:
 * as long as a backup may be old that is restored. `identity` has the last few of them too, those
 * that never reached a database included. One record for each run, one behind the other:
 *
 *   nonce (16), claimed_us (8), run (4), CRC-32C of these (4); the numbers little-endian
 *
 * A damaged record is passed over. A directory whose file is gone, or was never there, has the runs
 * that `identity` knows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"
#include "protocol/uuid.h"

struct directory;

/* LINEAGE_SPARED records stay whatever the clocks say; below LINEAGE_LARGE none goes. */
enum { LINEAGE_RECORD_BYTES = 32, LINEAGE_DAYS = 100, LINEAGE_SPARED = 1024, LINEAGE_LARGE = 4096 };

struct lineage_run {
    uint8_t nonce[UUID_BYTES];
    int64_t claimed_us; /* when it was noted, just before its first claim */
    uint32_t run;       /* 0 = not known */
};

/*
 * Notes a run, durably, unless it is there. Now and then, where there are many, the old ones go.
 * Returns RESULT_FAILED when the disk refuses.
 */
MUST_CHECK enum result lineage_add(const struct directory *directory, const struct lineage_run *run,
                                   struct error *error);

/* Whether the run with this nonce was noted. */
bool lineage_has(const struct directory *directory, const uint8_t nonce[static UUID_BYTES]);

/* Gives the nonce of the run with this number. Returns false when it was not noted. */
bool lineage_find(const struct directory *directory, uint32_t run,
                  uint8_t nonce[static UUID_BYTES]);

/* Whether there is no such file. */
bool lineage_is_missing(const struct directory *directory);
