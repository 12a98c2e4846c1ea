/* A journal of whole segments, and a reader of it. */
#pragma once

#include <stdint.h>

#include "store/journal/reader.h"
#include "test/unit/store/journal/journal_files.h"

enum { JOURNAL_READING_RECORDS = 100 }; /* of each segment */

struct journal_reading {
    struct journal_files files;
    struct journal_reader reader;
};

void journal_reading_open(struct journal_reading *reading);
void journal_reading_close(struct journal_reading *reading);

/* A segment with the records from `first` to `last`, not saved. */
struct segment_image journal_reading_segment(uint64_t number, uint64_t first, uint64_t last);

/* Saves closed segments, from number 1 and sequence 1 on. */
void journal_reading_make(struct journal_reading *reading, uint64_t count);

/* Reads on and asserts what comes. */
void journal_reading_expect_records(struct journal_reading *reading, uint64_t first, uint64_t last);
void journal_reading_expect(struct journal_reading *reading, enum read_result expected);
