/* The segments of a journal, oldest first: what is in each, and which may go. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/uuid.h"

struct counter;
struct directory;
struct log;
struct quarantine;

/* Whether the database has all of a segment. */
enum segment_storage {
    SEGMENT_WAITS,          /* it has not, or that is not known */
    SEGMENT_THOUGHT_STORED, /* by the checkpoint: it goes only where its space is needed */
    SEGMENT_STORED,         /* it goes, too, when its time is over */
};

struct segment {
    uint64_t number;         /* in its file's name; ascends */
    uint64_t first_sequence; /* no record is below */
    uint64_t last_sequence;  /* of its last record; first_sequence - 1 when it has none */
    uint64_t records;
    uint64_t bytes;            /* of the file that hold records, the header included */
    uint64_t disk_bytes;       /* that the file takes, ahead of the records too */
    uint64_t reported_to;      /* damage up to here was reported when it was read */
    uint64_t void_after;       /* its records above this are void; 0 = none are */
    uint64_t accepted_through; /* from the header: what is void in segments before; 0 = not known */
    enum segment_storage storage;
    int64_t stored_us;         /* monotonic, since when it is SEGMENT_STORED */
    uint32_t run;              /* that made it; 0 = not known */
    uint8_t nonce[UUID_BYTES]; /* of that run */
    uint32_t salt;             /* 0 = its header is damaged */
    bool is_unread;            /* the disk did not give all of it: `last_sequence` may be too low */
    bool is_open; /* its records end somewhere before `bytes`, with nothing behind them */
};

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

void segments_clear(struct segments *segments);

/* Where what of them is no records goes. */
struct quarantine segments_quarantine(const struct segments *segments);

/*
 * Notes what is void in each, once all are listed: what a failed segment has behind what was
 * acknowledged from it was written again to the next one or refused. A part of it may be on disk,
 * with holes, and must not be taken for the whole.
 */
void segments_void_unaccepted(struct segments *segments);

/* Gives the nonce of a run that has made one of them. Returns false when no header tells. */
bool segments_find_nonce(const struct segments *segments, uint32_t run,
                         uint8_t nonce[static UUID_BYTES]);

/* Appends a segment, zeroed but for `number`, and returns it; valid until the next one is added or
 * removed. */
struct segment *segments_add(struct segments *segments, uint64_t number);

/*
 * Notes which segments the database has: up to `last_sequence`, since `now_us` (monotonic) if that
 * is news. Below a former one: those it has no more. The same of what it is thought to have.
 */
void segments_stored(struct segments *segments, uint64_t last_sequence, int64_t now_us);
void segments_thought_stored(struct segments *segments, uint64_t last_sequence);

/* Those whose files are gone take no space. */
void segments_forget_missing(struct segments *segments);

/* Deletes the oldest segment for its space, if it is stored, or thought to be, and not one of the
 * last `keep`. Returns whether it went. */
bool segments_evict_oldest(struct segments *segments, size_t keep);

/* Deletes the oldest segments, at most `max`, that were stored at `before_us` (monotonic), and are
 * not of the last `keep`. Returns how many went. */
size_t segments_evict_expired(struct segments *segments, int64_t before_us, size_t keep,
                              size_t max);

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
