/* The segments of a journal, oldest first: what is in each, and which may go. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/result.h"

struct counter;
struct directory;
struct log;
struct quarantine;

struct segment {
    uint64_t number;         /* in its file's name; ascends */
    uint64_t first_sequence; /* no record is below */
    uint64_t last_sequence;  /* of its last record; first_sequence - 1 when it has none */
    uint64_t records;
    uint64_t bytes;            /* of the file that hold records, the header included */
    uint64_t disk_bytes;       /* that the file takes, ahead of the records too */
    uint64_t reported_to;      /* damage up to here was reported when it was read */
    uint64_t void_after;       /* its records above this were never acknowledged; 0 = all count */
    uint64_t accepted_through; /* from the header: what is void in segments before; 0 = not known */
    int64_t stored_us;         /* monotonic, when the database had all of it; 0 = it has not */
    uint32_t run;              /* that made it; 0 = not known */
    uint32_t salt;             /* 0 = its header is damaged */
    bool is_unread;            /* the disk did not give all of it: `last_sequence` may be too low */
    bool is_open; /* its records end somewhere before `bytes`, with nothing behind them */
};

/* For `stored_us`: the database is thought to have it; it goes only where its space is needed. */
#define SEGMENT_GOES_FOR_SPACE (INT64_MAX - 1)

/* Never without room for one more, see segments_add(). */
struct segments {
    const struct directory *directory; /* borrowed */
    const uint8_t *journal;            /* borrowed: the id that its segments have */
    struct log *log;                   /* borrowed */
    struct counter *damaged;           /* borrowed; counts what is quarantined */
    struct segment *items;
    size_t count;
    size_t capacity;
};

/*
 * Lists what earlier runs left. A segment that was not closed is read through: a torn tail is cut
 * (a copy is kept), the unused rest given back, and it is closed. One that the disk does not give
 * is listed as unread. Returns RESULT_INVALID when one is of a later version, RESULT_FAILED when
 * one can't be opened for a reason that somebody can mend: it would be passed over for good.
 */
MUST_CHECK enum result segments_load(struct segments *segments, struct error *error);
void segments_clear(struct segments *segments);

/* Where what of them is no records goes. */
struct quarantine segments_quarantine(const struct segments *segments);

/* Appends a segment, zeroed but for `number`, and returns it; valid until the next one is added or
 * removed. */
struct segment *segments_add(struct segments *segments, uint64_t number);

/* Notes at `now_us`, or as SEGMENT_GOES_FOR_SPACE, which segments the database has up to
 * `last_sequence`. Below a former one: those it has no more. */
void segments_stored(struct segments *segments, uint64_t last_sequence, int64_t now_us);

/* One that could not be opened when it was listed can be now: takes in what its file tells of it.
 * Returns false when it is not this journal's, or still can't be looked at. */
bool segments_look_again(struct segments *segments, struct segment *segment, int fd);

/* Those whose files are gone take no space. */
void segments_forget_missing(struct segments *segments);

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

/*
 * How many events are gone: above `sequence`, where the database is, and below the oldest segment
 * or between two of a run. `had` is where the database was when it was heard last. Across runs the
 * number is not known, and it is the least that it can be.
 */
uint64_t segments_missing(const struct segments *segments, uint64_t sequence, uint64_t had);
