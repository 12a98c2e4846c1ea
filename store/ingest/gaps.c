/* Sequences of a journal that are nowhere in it. */
#include "store/ingest/gaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/journal/format.h"

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void take_out(struct gaps *gaps, size_t from, size_t count)
{
    memmove(gaps->items + from, gaps->items + from + count,
            (gaps->count - from - count) * sizeof gaps->items[0]);
    gaps->count -= count;
}

/* Those that it meets become one with it. */
static void add(struct gaps *gaps, struct gap gap)
{
    size_t at = gaps->count;
    while (at > 0 && gaps->items[at - 1].last >= gap.first)
        at--;
    size_t met = 0;
    for (; at + met < gaps->count && gaps->items[at + met].first <= gap.last; met++) {
        gap.first = smaller(gap.first, gaps->items[at + met].first);
        gap.last = larger(gap.last, gaps->items[at + met].last);
    }
    take_out(gaps, at, met);
    if (gaps->count == GAPS_MAX && at == 0)
        return;
    if (gaps->count == GAPS_MAX) {
        take_out(gaps, 0, 1);
        at--;
    }
    memmove(gaps->items + at + 1, gaps->items + at, (gaps->count - at) * sizeof gaps->items[0]);
    gaps->items[at] = gap;
    gaps->count++;
}

void gaps_note(struct gaps *gaps, uint64_t before, uint64_t sequence)
{
    uint64_t run_begins = sequence >> JOURNAL_RUN_SHIFT << JOURNAL_RUN_SHIFT;
    uint64_t first = larger(before, run_begins) + 1;
    if (first < sequence)
        add(gaps, (struct gap){first, sequence - 1});
}

void gaps_drop(struct gaps *gaps, uint64_t sequence)
{
    size_t count = 0;
    while (count < gaps->count && gaps->items[count].last <= sequence)
        count++;
    take_out(gaps, 0, count);
}

void gaps_write(const struct gaps *gaps, uint64_t after, uint64_t upto,
                char text[static GAPS_TEXT_SIZE])
{
    uint64_t from = larger(after, upto >> JOURNAL_RUN_SHIFT << JOURNAL_RUN_SHIFT) + 1;
    size_t length = 0;
    for (size_t i = 0; i < gaps->count; i++) {
        uint64_t first = larger(gaps->items[i].first, from);
        uint64_t last = smaller(gaps->items[i].last, upto);
        if (first <= last)
            length += (size_t)snprintf(text + length, GAPS_TEXT_SIZE - length,
                                       "%c[%" PRIu64 ",%" PRIu64 "]", length == 0 ? '{' : ',',
                                       first, last);
    }
    (void)snprintf(text + length, GAPS_TEXT_SIZE - length, "%s", length == 0 ? "{}" : "}");
}
