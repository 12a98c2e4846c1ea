/* Streams records back out of the journal, oldest first, through all its segments up to what was
 * written last. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/journal/format.h"
#include "store/journal/scan.h"

struct segments;

/* Plain state; start it with journal_reader_init(). `fd` is -1 while no segment is open. */
struct journal_reader {
    struct segments *segments; /* borrowed */
    struct journal_scan scan;
    int fd;
    uint64_t number;   /* of the segment that is open, or the last one that was */
    uint64_t after;    /* the last sequence read: what is not above it is passed over */
    bool is_reported;  /* that the disk does not give a segment */
    unsigned attempts; /* in a row that the disk did not give the next segment, or its bytes */
};

void journal_reader_init(struct journal_reader *reader, struct segments *segments);
void journal_reader_clear(struct journal_reader *reader);

/* The next record read is the first one above `after`. */
void journal_reader_seek(struct journal_reader *reader, uint64_t after);

enum read_result {
    READ_RECORD,
    READ_END,     /* nothing more was written as yet */
    READ_BLOCKED, /* the disk does not give a segment that is there: try again later */
    READ_PAUSED,  /* long enough for one call: go on in the next turn of the loop */
};

/* Gives the next event's record; its payload is valid until the next call. What the disk does not
 * give in half a minute of calls a second apart is passed over, told and counted. */
enum read_result journal_reader_next(struct journal_reader *reader, struct record *record);
