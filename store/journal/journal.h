/*
 * The journal: every event lies in it before it is answered, and stays until the database has it.
 * One process per directory. Appended records become durable together, by journal_commit().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"
#include "store/base/refusals.h"

struct directory;
struct event_base;
struct journal;
struct journal_identity;
struct journal_settings;
struct log;
struct metrics;
struct segments;

/* Who appends, and what it is asked for after trouble with the disk. */
struct journal_listener {
    /* There is something to commit, though nothing was appended. */
    void (*wake)(void *arg);
    /*
     * Runs inside journal_commit(): what is above `after` and still known is to be appended again,
     * at once and in order. It goes before whatever is new.
     */
    void (*lost)(void *arg, uint64_t after);
    void *arg;
};

/*
 * Opens the journal and begins a run; everything is borrowed. Returns NULL with an error that names
 * JOURNAL_DIR. A disk that is full is no error where there was a journal before, but see
 * journal_refusal().
 */
struct journal *journal_open(struct event_base *base, const struct journal_settings *settings,
                             struct metrics *metrics, struct log *log, struct error *error);

/* Syncs and closes. What was appended and not committed is dropped. */
void journal_close(struct journal *journal);

/* Without an owner nothing is asked for. */
void journal_set_listener(struct journal *journal, struct journal_listener listener);

/* Its directory, in which others may keep files. */
struct directory *journal_directory(struct journal *journal);

/* Who it is. */
const struct journal_identity *journal_identity(const struct journal *journal);

/* The database holds this run's nonce now. Returns RESULT_FAILED when the disk refuses to note
 * that: the lineage stays longer than need be. */
MUST_CHECK enum result journal_claimed(struct journal *journal, struct error *error);

struct segments *journal_segments(struct journal *journal);

/* Why nothing can be appended just now; REFUSAL_NONE = something can. Near the end of a segment it
 * makes room for the next one: stored segments go. */
enum refusal journal_refusal(struct journal *journal);

/* Appends a packed event for the next commit and returns its sequence. Only while there is no
 * refusal. */
uint64_t journal_append(struct journal *journal, const uint8_t *packed, size_t packed_bytes);

/* Appends an event again under the sequence it has: its first place is lost. */
void journal_append_again(struct journal *journal, uint64_t sequence, const uint8_t *packed,
                          size_t packed_bytes);

typedef void (*journal_each_fn)(void *arg, uint64_t sequence, const uint8_t *packed,
                                size_t packed_bytes);

/*
 * Makes what was appended durable (as far as the sync mode goes), runs `each` for every record that
 * now is, in order, and drops the rest: nothing of that may be acknowledged.
 */
void journal_commit(struct journal *journal, journal_each_fn each, void *arg);

/* The database has everything up to `sequence`, and nothing above it. */
void journal_stored(struct journal *journal, uint64_t sequence);

/* How far the database has it; before it has told, how far it had it the last time. */
uint64_t journal_stored_sequence(const struct journal *journal);

/* Whether a commit waits for the disk. */
bool journal_is_synced(const struct journal *journal);

/* The first sequence of this run: those below are of earlier ones. */
uint64_t journal_first_sequence(const struct journal *journal);
