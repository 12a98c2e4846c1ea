/* What the database says first, in the transaction that answers a question. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "store/analytics/plan.h"

enum { STATE_LANES_MAX = 64 };

struct lane_state {
    int lane;
    int64_t marks[PLAN_MARKS];
};

struct analytics_state {
    struct lane_state lanes[STATE_LANES_MAX];
    size_t lane_count;
    uint64_t stored_sequence; /* of the journal that was named: all up to it is there */
    int64_t as_of_us;         /* INT64_MIN = not known */
};

/* Tables that are read, locked before the snapshot is taken: a partition that is dropped is not
 * part of one. */
extern const char analytics_lock_sql[];

/* The query for the state, of the journal with this id as text. To be freed with free(). */
char *analytics_state_sql(const char *journal);

/* Reads its rows. False when they are not such rows. */
bool analytics_state_read(struct analytics_state *state, const PGresult *rows);
