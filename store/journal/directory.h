/*
 * The directory of a journal: its lock, its identity, and how files are put into it so that they
 * survive a power loss.
 *
 *   lock                   held by the one process that works here
 *   identity               who this journal is, and the number of the last run
 *   <16 hex digits>.journal  a segment
 *   torn-..., damaged-...  bytes that were no records, kept for whoever wants to look
 *   stored                 how far the database was last known to have it: a hint, never relied on
 *   ads                    the last known ads
 *   *.new                  one of these that is being written
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"
#include "store/base/uuid.h"

struct log;

enum { JOURNAL_LINEAGE_MAX = 24, JOURNAL_PATH_SIZE = 4096 };

/*
 * `nonce` is new in every run. The database's cursor holds the nonce of the run that last claimed
 * it: one of `owners`. The first is the last one known to have claimed it; the others, oldest
 * first, may have since, or had it before: a failover or a restored backup brings those back.
 */
struct journal_identity {
    uint8_t journal[UUID_BYTES];
    uint8_t nonce[UUID_BYTES];
    uint8_t lineage[JOURNAL_LINEAGE_MAX][UUID_BYTES];
    uint32_t lineage_count;
    uint32_t run; /* 1 and above; the high bits of every sequence of this run */
};

struct journal_directory {
    char path[JOURNAL_PATH_SIZE];
    int fd; /* of the directory, to sync it */
    int lock_fd;
    uint64_t device;     /* that it lies on */
    int stored_fd;       /* -1 until first written */
    uint64_t generation; /* of the identity, raised with every write */
    struct journal_identity identity;
};

/*
 * Opens the directory (making it if its parent is there), locks it, and begins a new run, durably.
 * Returns RESULT_BUSY when another process holds it, RESULT_INVALID when a later version wrote it
 * (it is left untouched), RESULT_FAILED when the disk refuses. An identity that is damaged is put
 * together again from the segments' headers.
 */
MUST_CHECK enum result journal_directory_open(struct journal_directory *directory, const char *path,
                                              struct log *log, struct error *error);
void journal_directory_close(struct journal_directory *directory);

/* Opens it to look at, whoever works there: nothing is locked or changed. Close it as any. */
MUST_CHECK enum result journal_directory_peek(struct journal_directory *directory, const char *path,
                                              struct error *error);

/* Whether a process works in the directory at `path`. */
bool journal_directory_is_locked(const char *path);

/* Whether its path still leads to it, and not to what lies beneath a volume that has gone. */
bool journal_directory_is_in_place(const struct journal_directory *directory);

/* Whether there is such a file. */
bool journal_directory_has(const struct journal_directory *directory, const char *name);

/* The hint how far the database has the journal: 0 when there is none that is sound. Not synced. */
uint64_t journal_directory_read_stored(const struct journal_directory *directory);
void journal_directory_write_stored(struct journal_directory *directory, uint64_t sequence);

/* Makes sure that the run comes after `run`, of which there are records. Returns RESULT_FAILED when
 * the disk refuses. */
MUST_CHECK enum result journal_directory_pass_runs(struct journal_directory *directory,
                                                   uint32_t run, struct error *error);

/* Opens and locks a directory that went away, for the same run, writing the identity anew where it
 * is gone. Returns RESULT_BUSY when another process works there, RESULT_FAILED when the disk
 * refuses, or another journal lies there now, or none on another file system: the directory is
 * closed then. */
MUST_CHECK enum result journal_directory_reopen(struct journal_directory *directory,
                                                struct error *error);

/* The database knows this run's nonce now. */
MUST_CHECK enum result journal_directory_claimed(struct journal_directory *directory,
                                                 struct error *error);

/* Writes `name` whole or not at all: a new file, synced, then renamed over the old one. */
MUST_CHECK enum result journal_directory_write(struct journal_directory *directory,
                                               const char *name, const void *bytes, size_t count,
                                               struct error *error);

/* Reads all of `name`, at most `max_bytes`; the caller frees it with free(). NULL when it can't be
 * read. */
char *journal_directory_read(const struct journal_directory *directory, const char *name,
                             size_t max_bytes, size_t *count);

/* The numbers of its segments, ascending; the caller frees them with free(). Returns 0, or -1 with
 * errno: then there is none to free. */
int journal_directory_segments(const struct journal_directory *directory, uint64_t **numbers,
                               size_t *count);

/* The path of a segment. */
void journal_directory_segment_path(const struct journal_directory *directory, uint64_t number,
                                    char path[static JOURNAL_PATH_SIZE]);

/* Makes a created, renamed or removed name durable. Returns 0, or -1 with errno. */
int journal_directory_sync(const struct journal_directory *directory);
