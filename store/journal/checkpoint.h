/*
 * The checkpoint: how far the database was last known to have the journal. A hint for the time
 * before the database has told its cursor, never relied on: it is not synced, and segments that
 * only it says are stored go for nothing but their space. Its file is `stored`.
 */
#pragma once

#include <stdint.h>

struct directory;

/* Closed while `fd` is -1, until it is first written. */
struct checkpoint {
    int fd;
    uint64_t sequence; /* that the file says */
};

/* Reads the checkpoint: `sequence` is 0 where there is none that is sound. */
void checkpoint_init(struct checkpoint *checkpoint, const struct directory *directory);
uint64_t checkpoint_read(const struct directory *directory);

/* Writes it in place; a disk that refuses that is no harm. */
void checkpoint_write(struct checkpoint *checkpoint, const struct directory *directory,
                      uint64_t sequence);

/* Also before its directory is opened anew: the next write goes there. */
void checkpoint_close(struct checkpoint *checkpoint);
