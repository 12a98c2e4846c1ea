/*
 * The one segment that is being written, and the one that comes next. A file is made under the name
 * `spare`, which is never read, and gets a segment's name once its header is durable. Its space is
 * taken when it is made, so that a full disk shows then, and zeros are written ahead of the
 * records: syncing into blocks that were written before takes two thirds of the time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/result.h"
#include "store/journal/format.h"
#include "store/journal/segment_names.h"

struct directory;

/* Closed while `fd` is -1. */
struct journal_file {
    int fd;
    uint64_t size;                     /* of the file */
    uint64_t filled;                   /* zeros or records up to here */
    uint64_t used;                     /* records up to here */
    uint64_t inode;                    /* to notice when the name leads elsewhere */
    const struct directory *directory; /* borrowed */
    char name[SEGMENT_NAME_SIZE];
};

/* How much journal_file_fill() writes at once. */
enum { JOURNAL_FILL_BYTES = 512 * 1024 };

/*
 * Makes the file `spare` of `size` bytes; one that lies there is lost. Returns RESULT_BUSY when the
 * disk is full and RESULT_FAILED when it refuses otherwise; the file is gone then.
 */
MUST_CHECK enum result journal_file_create(struct journal_file *file,
                                           const struct directory *directory, uint64_t size,
                                           struct error *error);

/* Writes more zeros, up to its end. Returns 0, or -1 with errno: it is worth nothing then. */
int journal_file_fill(struct journal_file *file);

/* Makes it a segment: first the header, then, once that is durable, the name. Returns 0, or -1 with
 * errno. */
int journal_file_begin(struct journal_file *file, const struct segment_header *header);
int journal_file_rename(struct journal_file *file, uint64_t number);

/* Closes it and removes its file. */
void journal_file_discard(struct journal_file *file);

/* Removes the spare of an earlier run. */
void journal_file_forget_spare(const struct directory *directory);

/* Writes records behind the others; they must fit. Returns 0, or -1 with errno: then nothing more
 * may be written to it. */
int journal_file_write(struct journal_file *file, const uint8_t *records, uint64_t bytes);

/* What it takes of the disk; 0 = it is closed. */
uint64_t journal_file_bytes(const struct journal_file *file);

/* Whether its directory is in place and its name still leads to it: else writes are worthless. */
bool journal_file_is_there(const struct journal_file *file);

/* Closes it with its end record, unused space given back. */
void journal_file_finish(struct journal_file *file, const uint8_t end[static RECORD_END_BYTES]);

/* Closes it as it is. */
void journal_file_abandon(struct journal_file *file);

/* Removes the file of a closed one. Returns 0, or -1 with errno. */
int journal_file_remove(const struct journal_file *file);
