/*
 * The file `identity`: who a journal is, as it lies on disk. Two slots, written in turn and in
 * place: a full disk can't refuse that, and a torn write leaves the other. All numbers are
 * little-endian.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"
#include "protocol/uuid.h"
#include "store/journal/format.h"

struct directory;

enum {
    IDENTITY_FORMAT = 1,
    IDENTITY_SLOT_BYTES = 512,
    IDENTITY_FILE_BYTES = 2 * IDENTITY_SLOT_BYTES,
};

enum { JOURNAL_LINEAGE_MAX = 24 };

/*
 * `nonce` is new in every run. `lineage` has the nonces that the database's cursor row may hold:
 * [0] the last confirmed claim, then unconfirmed or older ones, oldest first (a failover or a
 * restored backup can bring them back).
 */
struct journal_identity {
    uint64_t generation; /* of the slot that it was read from or written to last; 0 = of none */
    uint8_t journal[UUID_BYTES];
    uint8_t nonce[UUID_BYTES];
    uint8_t lineage[JOURNAL_LINEAGE_MAX][UUID_BYTES];
    uint32_t lineage_count;
    uint32_t run; /* 1 and above; the high bits of every sequence of this run */
};

/*
 * Reads the newer sound slot, if its generation is above the identity's: HEADER_SOUND. `*is_whole`
 * says that there was no damage. HEADER_NEWER: a later version wrote it.
 */
enum header_state identity_file_read(struct journal_identity *identity,
                                     const struct directory *directory, bool *is_whole);

/* Writes the next generation, durably, over the older slot. Returns RESULT_FAILED when the disk
 * refuses. */
MUST_CHECK enum result identity_file_write(struct journal_identity *identity,
                                           const struct directory *directory, struct error *error);

/* Writes it without a sync, which is the caller's. Returns the file's descriptor, to be closed, or
 * -1 with errno. */
int identity_file_put(struct journal_identity *identity, const struct directory *directory);

/* Whether there is no such file: then nothing is damaged. */
bool identity_file_is_missing(const struct directory *directory);
