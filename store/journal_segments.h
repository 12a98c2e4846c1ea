/* The segments of a journal, oldest first: what is in each, and which may go. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"

struct journal_directory;
struct log;
struct counter;

struct segment {
    uint64_t number;         /* in its file's name; ascends */
    uint64_t first_sequence; /* no record is below */
    uint64_t last_sequence;  /* of its last record; first_sequence - 1 when it has none */
    uint64_t records;
    uint64_t bytes;      /* of the file that hold records, the header included */
    uint64_t disk_bytes; /* that the file takes, ahead of the records too */
    uint64_t told;       /* damage up to here was reported when it was read */
    int64_t stored_us;   /* monotonic, when the database had all of it; 0 = it has not */
    uint32_t salt;       /* 0 = its header is damaged */
};

/* Never without room for one more, see segments_add(). */
struct segments {
    struct journal_directory *directory; /* borrowed */
    struct log *log;                     /* borrowed */
    struct counter *damaged;             /* borrowed; counts ranges of bytes put aside */
    struct segment *items;
    size_t count;
    size_t capacity;
};

/*
 * Lists what earlier runs left. A segment that was not closed is read through: a torn tail is cut
 * (a copy is kept), the unused rest given back, and it is closed. Returns RESULT_INVALID when one
 * is of a later version, RESULT_FAILED when one can't be opened: it would be passed over for good.
 */
MUST_CHECK enum result segments_load(struct segments *segments, struct error *error);
void segments_clear(struct segments *segments);

/* Appends a segment, zeroed but for `number`, and returns it; valid until the next one is added or
 * removed. */
struct segment *segments_add(struct segments *segments, uint64_t number);

/* Notes at `now_us` which segments the database has up to `last_sequence`. Below a former one:
 * those it has no more. */
void segments_stored(struct segments *segments, uint64_t last_sequence, int64_t now_us);

/*
 * Deletes the oldest segments that were stored before `before_us` (monotonic), never the last
 * `keep`. At most `max` of them. Returns how many went.
 */
size_t segments_evict(struct segments *segments, int64_t before_us, size_t keep, size_t max);

/* Disk space in bytes: of all, and of those that the database does not wholly have. */
uint64_t segments_disk_bytes(const struct segments *segments);
uint64_t segments_waiting_bytes(const struct segments *segments);

/* About how many records lie above `sequence`: exact but for sequences that were never used. */
uint64_t segments_records_above(const struct segments *segments, uint64_t sequence);

/* Copies bytes that are no records to a file of their own, reports and counts them. */
void segments_put_aside(struct segments *segments, const struct segment *segment, int fd,
                        uint64_t from, uint64_t to, bool is_tail);
