/*
 * The journal: every event lies in it before it is answered, and stays until the database has it.
 * Its words, in the order in which an event meets them:
 *
 * A process that starts on the directory (one at a time: it holds the file `lock`) begins a *run*.
 * Runs are numbered from 1, and no number is used twice, whatever is damaged: the file `identity`
 * has the last one beside the journal's id. An event gets the next *sequence*: the run's number in
 * the high bits, a count in the low 40. So sequences ascend for ever, and by them the database
 * knows what it has.
 *
 * The event becomes a *record* (format.h) behind the others in the open *segment*, a file made
 * ahead of its need, at most 64 MB, named by its number: 000000000000002a.journal. Disk blocks
 * come back from deleted files, so every segment has a random *salt* that its records repeat: what
 * an earlier life of the blocks left behind never passes for a record. The records of one turn of
 * the loop are written and synced together (commit.h); then they are answered with 202.
 *
 * A full segment is closed with an end record, which tells the next start what is in it, and
 * another one is opened (rotation.h). When a write or a sync fails, nobody knows what is on the
 * disk: the segment is given up and never touched again, and what was not yet answered goes to the
 * next one under the same sequences, or is refused with 503. So the failed segment may hold records
 * that are in another one, too, or that nobody may count. Therefore each header says
 * *accepted_through*: the last sequence answered with 202 when the segment was made. Records above
 * it in earlier segments of the same run are *void*. (Where the answer does not wait for the sync,
 * or the directory is gone, answered records may be lost as well: those that are still in memory
 * are rewritten, to the next segment, before anything new.)
 *
 * The database keeps one cursor row for the journal: the last sequence stored, and whose it is.
 * Each run makes a *nonce* and *claims* the row by putting it there; it may if the row has a nonce
 * of the *lineage*: `identity` lists the last runs, the file `lineage` all that have claimed in a
 * hundred days. A copy of the directory has another nonce from its first start on: one of the two
 * claims, the other one is fenced and stores nothing. The cursor moves in the transaction that
 * stores a batch, so each event counts once, however often it is sent.
 *
 * What a fenced copy, or one whose machine is gone, has accepted is brought in by an *import*
 * (salvage.h), which claims nothing. Two copies that both ran on have runs of the same number; so
 * the database notes besides, for each run's nonce, what of it is stored, and stores nothing of it
 * twice. A batch holds events of one run and names its nonce, which the headers of its segments
 * tell.
 *
 * Where the cursor is, is noted twice a second as the *checkpoint* (file `stored`), for a start
 * while the database is away. Segments below the cursor stay for a while, since a failover may set
 * it back; then the reader sends them again. Above it they stay until they are stored: when
 * JOURNAL_MAX_BYTES or the disk leave no room for another segment, events are refused.
 *
 * A start reads each segment that was not closed through, cuts the torn end off and closes it
 * (recovery.h). Bytes that are no record are passed over, to the next record (scan.h); a copy of
 * them goes into *quarantine*, beside the segments: torn-..., damaged-... No damage keeps a start
 * from its work; a file that a later version of the program has written does, and then nothing is
 * changed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"
#include "protocol/uuid.h"
#include "store/base/refusals.h"
#include "store/journal/listener.h"

struct directory;
struct event_base;
struct journal;
struct journal_identity;
struct journal_reader;
struct journal_settings;
struct log;
struct metrics;
struct syncer;

/*
 * Opens the journal and begins a run; everything is borrowed. Returns NULL with an error that names
 * JOURNAL_DIR. A disk that is full is no error where there was a journal before, but see
 * journal_refusal().
 */
struct journal *journal_open(struct event_base *base, const struct journal_settings *settings,
                             struct syncer *syncer, struct metrics *metrics, struct log *log,
                             struct error *error);

/* The loop runs from now on. */
void journal_start(struct journal *journal);

/* Syncs and closes. What was appended and is not committed is dropped, also what is on its way. */
void journal_close(struct journal *journal);

/* Without a listener nothing is asked for. */
void journal_set_listener(struct journal *journal, struct journal_listener listener);

/* Its directory, in which others may keep files. */
struct directory *journal_directory(struct journal *journal);

/* Who it is. */
const struct journal_identity *journal_identity(const struct journal *journal);

/*
 * This run is about to claim the cursor row, which the run with the nonce `owner` has (NULL = there
 * is none). Notes that, and returns whether it may: whether `owner` is of the lineage.
 */
bool journal_may_claim(struct journal *journal, const uint8_t *owner);

/* The database holds this run's nonce now. Where the disk refuses to note that, the lineage stays
 * longer than need be. */
void journal_claimed(struct journal *journal);

/* Why nothing can be appended just now; REFUSAL_NONE = something can. */
enum refusal journal_refusal(const struct journal *journal);

/* The database has everything up to `sequence`, and nothing above it. */
void journal_stored(struct journal *journal, uint64_t sequence);

/* The database knows of `sequence`: none up to it is given to an event any more. */
void journal_seen(struct journal *journal, uint64_t sequence);

/* How far the database has it; before it has told, how far it had it the last time. */
uint64_t journal_stored_sequence(const struct journal *journal);

/* Whether a commit waits for the disk. */
bool journal_is_synced(const struct journal *journal);

/* Gives the nonce of a run, by its number. Returns false when that is not known any more. */
bool journal_find_nonce(const struct journal *journal, uint32_t run,
                        uint8_t nonce[static UUID_BYTES]);

/* The first sequence of this run: those below are of earlier ones. */
uint64_t journal_first_sequence(const struct journal *journal);

/* Starts a reader of it, to be released with journal_reader_clear(). */
void journal_read(struct journal *journal, struct journal_reader *reader);

/* About how many events lie above `sequence`: exact but for sequences that were never used. */
uint64_t journal_backlog(const struct journal *journal, uint64_t sequence);

/* How many events above `sequence`, where the database is, the journal has no more. Across runs the
 * number is not known, and it is the least that it can be. */
uint64_t journal_gap(const struct journal *journal, uint64_t sequence);

/* A record that was read is no event. */
void journal_count_damage(struct journal *journal);
