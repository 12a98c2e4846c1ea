/*
 * Sequences of a journal that are nowhere in it: never used, damaged, or no events. Of several
 * lanes each gets sequences of its own alone, so that only these are told of, and not what lies in
 * between.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { GAPS_MAX = 1000 };

/* As a range of int8multirange in text each, and the braces; terminated. */
enum { GAPS_TEXT_SIZE = GAPS_MAX * 48 + 8 };

struct gap {
    uint64_t first;
    uint64_t last;
};

/* Ascending, apart, each within a run. Of more than there is room for the oldest are forgotten. All
 * zero: there are none. */
struct gaps {
    struct gap items[GAPS_MAX];
    size_t count;
};

/* Nothing lies between `before`, the last sequence that was read (of whatever run; 0 = none), and
 * `sequence`. */
void gaps_note(struct gaps *gaps, uint64_t before, uint64_t sequence);

/* Forgets those that lie wholly up to `sequence`. */
void gaps_drop(struct gaps *gaps, uint64_t sequence);

/* Writes those above `after` up to `upto`, of its run alone, as "{[3,4],[9,9]}". */
void gaps_write(const struct gaps *gaps, uint64_t after, uint64_t upto,
                char text[static GAPS_TEXT_SIZE]);
