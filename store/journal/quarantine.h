/*
 * Quarantine: what of the journal is no records, or can't be read, is kept beside it under another
 * name for whoever wants to look, reported and counted. Its files are `torn-<segment>-<offset>`
 * (bytes behind the last record) and `damaged-<segment>-<offset>` (before it, or the whole
 * segment).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct counter;
struct directory;
struct log;

/* Where it is kept, reported and counted; all of it is borrowed. */
struct quarantine {
    const struct directory *directory;
    struct log *log;
    struct counter *damaged;
};

/*
 * Copies bytes of the segment `number` (open as `fd`) that are no records to a file of their own,
 * reports and counts them. `is_tail`: no record comes after them. Returns false when there is no
 * room for the copy.
 */
bool quarantine_range(const struct quarantine *quarantine, uint64_t number, int fd, uint64_t from,
                      uint64_t to, bool is_tail);

/* A segment that can't be opened: its file, if there is one, is renamed for whoever can still read
 * it, and it is counted as damaged. */
void quarantine_segment(const struct quarantine *quarantine, uint64_t number);
