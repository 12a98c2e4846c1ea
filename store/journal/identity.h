/*
 * Who a journal is: the id by which the database knows it, the run that writes it now, and the runs
 * by which the database may know it. It lies in the journal's directory, in the files `identity`
 * and `lineage`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"
#include "store/journal/identity_file.h"

struct directory;
struct log;

/*
 * Begins a new run in a directory that was just opened, durably. An identity that is damaged is put
 * together again from the segments' headers; where there is nothing the journal is a new one.
 * Returns RESULT_INVALID when a later version wrote here (nothing is changed then), RESULT_FAILED
 * when the disk refuses.
 */
MUST_CHECK enum result journal_identity_begin_run(struct journal_identity *identity,
                                                  const struct directory *directory,
                                                  struct log *log, struct error *error);

/* Reads who the journal in a directory is, where its file is damaged from the segments' headers,
 * and changes nothing: the run is 0 where nothing tells. Returns RESULT_INVALID when a later
 * version wrote here. */
MUST_CHECK enum result journal_identity_peek(struct journal_identity *identity,
                                             const struct directory *directory,
                                             struct error *error);

/* Makes sure that the run comes after `run`, of which there are records. Returns RESULT_FAILED when
 * the disk refuses. */
MUST_CHECK enum result journal_identity_pass_run(struct journal_identity *identity,
                                                 const struct directory *directory, uint32_t run,
                                                 struct error *error);

/*
 * Opens and locks a directory that went away, for the same run, writing the identity anew where it
 * is gone. Returns RESULT_BUSY when another process works there, RESULT_FAILED when the disk
 * refuses, or another journal lies there now, or none on another file system: the directory is
 * closed then, unless it was only that the identity could not be written.
 */
MUST_CHECK enum result journal_identity_reopen(struct journal_identity *identity,
                                               struct directory *directory, struct error *error);

/* The cursor row holds the nonce of this run now: it comes first in the lineage, the one before it
 * last. Returns whether that is news, to be written. */
bool journal_identity_claim(struct journal_identity *identity);

/* Whether a run with this nonce is one of the journal's own, so that its place in the cursor row
 * may be taken. */
bool journal_identity_has(const struct journal_identity *identity,
                          const struct directory *directory,
                          const uint8_t nonce[static UUID_BYTES]);

/*
 * To be called before the cursor row is claimed: notes in the lineage this run and the one that has
 * the row, `owner` (NULL = nobody has); where there is no lineage, the last runs as well. Returns
 * RESULT_FAILED when the disk refuses: then the last few runs alone are known for sure.
 */
MUST_CHECK enum result journal_identity_note(const struct journal_identity *identity,
                                             const struct directory *directory,
                                             const uint8_t *owner, struct error *error);
