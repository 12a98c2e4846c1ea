/*
 * Finds the row that makes a batch fail, by halving: after a failure the next batch is half of the
 * one that failed, until a single row fails by itself. 1,000 rows with one bad one take 11
 * statements.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { ISOLATION_ALIKE_MAX = 10 };

/* isolation_init() is the start: nothing suspected. */
struct isolation {
    uint32_t max_rows; /* of any batch */
    uint32_t suspects; /* rows from the queue's head on among which one is bad; 0 = none known */
    uint32_t alike; /* single rows in a row that failed with the same state, none stored between */
    char sqlstate[6]; /* theirs */
};

enum isolation_step {
    ISOLATION_HALVE,  /* send the next, smaller batch */
    ISOLATION_REJECT, /* this one row is bad: put it aside */
    ISOLATION_HOLD,   /* too many fail alike: it is the schema that is at fault */
};

void isolation_init(struct isolation *isolation, uint32_t max_rows);

/* How many rows the next batch may have. */
uint32_t isolation_limit(const struct isolation *isolation);

/* A batch of `rows` from the queue's head failed with `sqlstate`. */
enum isolation_step isolation_failed(struct isolation *isolation, uint32_t rows,
                                     const char *sqlstate);

/* A batch of `rows` is out of the way: stored, or (`rejected`) put aside. */
void isolation_passed(struct isolation *isolation, uint32_t rows, bool rejected);

/* Of the first `rows` one may be bad, for a reason that is no error of the database. */
void isolation_suspect(struct isolation *isolation, uint32_t rows);
