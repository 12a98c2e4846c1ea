/*
 * A directory of our own: the lock that keeps it to one process, and how small files are put into
 * it so that they survive a power loss. What the files mean is their owners' business.
 *
 *   lock    held by the one process that works here
 *   *.new   a small file that is being written
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"

enum { DIRECTORY_PATH_SIZE = 4096 };

/* Closed while `fd` is -1; its files are then not to be had. */
struct directory {
    char path[DIRECTORY_PATH_SIZE];
    int fd; /* every file in it is reached through this, whatever its path leads to meanwhile */
    int lock_fd;
    uint64_t device; /* that it lies on */
};

/*
 * Opens the directory, making it if its parent is there, and locks it. Returns RESULT_BUSY when
 * another process holds it, RESULT_INVALID when the path is too long, RESULT_FAILED when the disk
 * refuses. To be closed after a failure, too.
 */
MUST_CHECK enum result directory_open(struct directory *directory, const char *path,
                                      struct error *error);

/* Opens it to look at, whoever works there: nothing is locked or changed. Close it as any. */
MUST_CHECK enum result directory_peek(struct directory *directory, const char *path,
                                      struct error *error);

/* Closes it and opens what its path leads to now, with the same failures as directory_open(). */
MUST_CHECK enum result directory_reopen(struct directory *directory, struct error *error);

/* Closes and unlocks it. */
void directory_close(struct directory *directory);

/* Whether a process holds its lock, be it this one. */
bool directory_is_locked(const struct directory *directory);

/* Whether its path still leads to it, and not to what lies beneath a volume that has gone. */
bool directory_is_in_place(const struct directory *directory);

/* Whether there is such a file. */
bool directory_has(const struct directory *directory, const char *name);

/*
 * A file that is written whole or not at all: a new one, which replaces that of its name when it is
 * committed. Whoever writes syncs `fd` before that, perhaps after each part, so that a large file
 * keeps nobody; and the directory afterwards. Whatever fails, the new file is gone. All zero: none
 * is being written.
 */
struct directory_file {
    const struct directory *directory; /* borrowed; NULL = none */
    const char *name;                  /* borrowed */
    int fd;
};

MUST_CHECK enum result directory_file_begin(struct directory_file *file,
                                            const struct directory *directory, const char *name,
                                            struct error *error);
MUST_CHECK enum result directory_file_append(struct directory_file *file, const void *bytes,
                                             size_t count, struct error *error);
MUST_CHECK enum result directory_file_commit(struct directory_file *file, struct error *error);
void directory_file_abandon(struct directory_file *file);

/* Reads all of `name`, at most `max_bytes`; the caller frees it with free(). NULL when it can't be
 * read. */
char *directory_read(const struct directory *directory, const char *name, size_t max_bytes,
                     size_t *count);

/* Makes a created, renamed or removed name durable. Returns 0, or -1 with errno. */
int directory_sync(const struct directory *directory);
