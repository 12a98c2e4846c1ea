/* Who a journal is, kept in its directory: its id, the number of the last run, and who may own it
 * in the database. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"
#include "store/journal/directory.h"
#include "store/journal/format.h"

struct log;

/*
 * Reads the newer sound slot of the identity's file into the directory. `*is_whole` says that there
 * was no damage. HEADER_NEWER: a later version wrote it.
 */
enum header_state journal_identity_read(struct journal_directory *directory, bool *is_whole);

/*
 * The same, and where there is damage puts it together from the segments' headers, or makes a new
 * one: `*is_mended`. Returns RESULT_INVALID when a later version wrote here, RESULT_FAILED when the
 * segments can't be listed.
 */
MUST_CHECK enum result journal_identity_find(struct journal_directory *directory, bool *is_mended,
                                             struct log *log, struct error *error);

/* Writes the directory's identity, durably, over the older slot. */
MUST_CHECK enum result journal_identity_write(struct journal_directory *directory,
                                              struct error *error);

/* The database holds the nonce of this run now: it comes first, the one before it last. */
void journal_identity_claim(struct journal_identity *identity);

/* Adds a nonce that the database may hold. */
void journal_identity_add_nonce(struct journal_identity *identity,
                                const uint8_t nonce[static UUID_BYTES]);
