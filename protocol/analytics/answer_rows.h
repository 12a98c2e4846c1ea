/* The rows of an answer: which there are on its page, and in which order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/answer_parts.h"

/* A cell of the table, with what it is ordered by. */
struct answer_row {
    double value;     /* NaN = none; of a text its first bytes */
    const char *text; /* decides between equal values; NULL = those are all */
    uint32_t group;
    uint32_t bucket;
};

/* Rows that lie sorted in `found`, `at` the next of them. */
struct answer_run {
    size_t at;
    size_t end;
};

/*
 * The table's cells are read a chunk at a time, and each chunk is sorted: a run. The page is merged
 * out of the runs, as far as it goes.
 */
struct answer_rows {
    const struct answer_parts *parts; /* borrowed */
    struct answer_row *found;         /* those behind the cursor, in runs; owned */
    size_t found_count;
    size_t cells_read;
    struct answer_run *runs; /* owned; a heap by their next rows once all cells are read */
    size_t run_count;
    struct answer_row *page;  /* owned */
    size_t page_count;        /* so far */
    size_t page_rows;         /* when it is complete */
    struct answer_row behind; /* what the cursor says, where there is one */
    struct analytics_group_key behind_key;
    bool is_read;
};

void answer_rows_init(struct answer_rows *rows, const struct answer_parts *parts);
void answer_rows_clear(struct answer_rows *rows);

/* Takes a step of a millisecond or two; returns whether there is more to do. */
bool answer_rows_step(struct answer_rows *rows);

/* Whether there are rows behind the page. */
bool answer_rows_are_left(const struct answer_rows *rows);

/* Of the page's last row, which there is. */
struct analytics_position answer_rows_position(const struct answer_rows *rows);

struct analytics_group_key answer_rows_key(const struct answer_rows *rows,
                                           const struct answer_row *row);
const struct analytics_sums *answer_rows_sums(const struct answer_rows *rows,
                                              const struct answer_row *row);
