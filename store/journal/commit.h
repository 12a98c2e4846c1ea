/*
 * The journal's way from an appended record to one that may be acknowledged: records wait in memory
 * and are made durable together. Once that has failed, the disk may have lost records that were
 * answered: they are written again, before anything new.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/base/refusals.h"

struct journal;

/* The room that a packed event of `packed_bytes` takes in the journal. */
size_t journal_record_bytes(size_t packed_bytes);

/*
 * Makes sure that records of `bytes` together, which are to be appended next, all find room behind
 * what waits for the commit: in the open segment and in as many new ones as it takes. Stored
 * segments go for it. Returns REFUSAL_NONE, or why there is no room; then nothing has changed, and
 * fewer bytes may well find some. Only while there is no journal_refusal().
 */
enum refusal journal_reserve(struct journal *journal, size_t bytes);

/* Whether that many bytes are more than one submission may take of JOURNAL_MAX_BYTES: half. */
bool journal_is_too_large(const struct journal *journal, size_t bytes);

/* Whether so much waits for a commit that is on that nothing more should be taken. */
bool journal_is_behind(const struct journal *journal);

/* Appends a packed event for the next commit and returns its sequence. Only while there is no
 * journal_refusal(). Near the end of a segment it makes room for the next one: stored segments go.
 */
uint64_t journal_append(struct journal *journal, const uint8_t *packed, size_t packed_bytes);

/* Appends an event again under the sequence it has: its first place is lost. */
void journal_append_again(struct journal *journal, uint64_t sequence, const uint8_t *packed,
                          size_t packed_bytes);

/*
 * Begins to make durable what was appended (as far as the sync mode goes): the listener hears of
 * every record that now is, in order, and then that the commit is over, before this returns or
 * later. What is appended meanwhile waits for the next commit. Only while journal_can_commit().
 */
void journal_commit(struct journal *journal);

/* Whether a commit can begin: none is on, nor another sync of the journal's. When that is over the
 * listener is woken. */
bool journal_can_commit(const struct journal *journal);

/* For the journal's own modules: goes on with a commit whose flight is over. */
void commit_go_on(struct journal *journal);

/* Looks in a long turn of the loop whether the commit's sync is over: see syncer_look(). */
void journal_look(struct journal *journal);
