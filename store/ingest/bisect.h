/*
 * Finds the row that makes a batch fail, by halving: after a failure the next batch is half of the
 * one that failed, until a single row fails by itself. 1,000 rows with one bad one take 11
 * statements.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { BISECT_ALIKE_MAX = 10 };

/* bisect_init() is the start: nothing suspected. */
struct bisect {
    uint32_t max_rows; /* of any batch */
    uint32_t suspects; /* rows from the queue's head on among which one is bad; 0 = none known */
    uint32_t alike; /* single rows in a row that failed with the same state, none stored between */
    char sqlstate[6]; /* theirs */
};

enum bisect_step {
    BISECT_HALVE,  /* send the next, smaller batch */
    BISECT_REJECT, /* this one row is bad: put it aside */
    BISECT_HOLD,   /* too many fail alike: it is the schema that is at fault */
};

void bisect_init(struct bisect *bisect, uint32_t max_rows);

/* How many rows the next batch may have. */
uint32_t bisect_limit(const struct bisect *bisect);

/* A batch of `rows` from the queue's head failed with `sqlstate`. */
enum bisect_step bisect_failed(struct bisect *bisect, uint32_t rows, const char *sqlstate);

/* A batch of `rows` is out of the way: stored, or (`rejected`) put aside. */
void bisect_passed(struct bisect *bisect, uint32_t rows, bool rejected);

/* Of the first `rows` one may be bad, for a reason that is no error of the database. */
void bisect_suspect(struct bisect *bisect, uint32_t rows);
