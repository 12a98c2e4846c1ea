/* One of the statements that a question takes: rows of one dimension of the counts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/terms.h"

/* Of the counts, by its number there. */
enum count_dimension {
    DIMENSION_ALL,
    DIMENSION_AD,
    DIMENSION_PLACEMENT,
    DIMENSION_ERROR,  /* the ad and the code */
    DIMENSION_NOFILL, /* the placement and the reason */
};

struct ask {
    enum count_dimension dimension;
    const int64_t *keys; /* of these alone; borrowed */
    size_t key_count;    /* 0 = of all */
    bool is_by_key;
    bool is_by_detail;
    bool is_by_verdict;
    bool has_every_kind; /* else those of the cells */
    bool has_invalid;
    enum analytics_traffic traffic;
};

/* The columns of its rows, all in binary form. */
enum ask_column {
    ASK_STRIP,       /* integer, of the plan; -1 = late counts */
    ASK_AT,          /* bigint, of those: the minute since 1970 that they are of */
    ASK_KEY,         /* bigint, as the next two 0 where it is not asked for */
    ASK_DETAIL,      /* integer */
    ASK_VERDICT,     /* smallint */
    ASK_PLAYBACK_MS, /* bigint, may be null as the next */
    ASK_INVALID,
    ASK_CELLS, /* bigint[]: of every kind by its number, or of the cells */
    ASK_COLUMNS,
};
