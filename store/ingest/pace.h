/*
 * When to commit. A sync costs as much as a dozen requests, so as long as every turn of the loop
 * brings more of them the commit waits, for a moment. And those who were answered together come
 * again together, each a little later than the first: the commit waits for the rest of them, a
 * fraction of what a sync takes at most. Who is alone waits for nobody. Time comes from the caller,
 * in microseconds, monotonic.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: nobody has come. */
struct pace {
    int64_t first_us; /* when the first of the group came */
    size_t seen;      /* of the group, when it was last looked at */
    size_t expected;  /* in the group: those answered last, and those who waited then already */
    int64_t began_us; /* the last commit */
    int64_t ended_us;
};

/* The first of a group has come. */
void pace_first(struct pace *pace, int64_t now_us);

/* A commit begins; and ends, `answered` were in it and `waiting` have come meanwhile. */
void pace_begin(struct pace *pace, int64_t now_us);
void pace_end(struct pace *pace, size_t answered, size_t waiting, int64_t now_us);

/* Whether the group, `waiting` so far, waits for more of them. To be asked once a turn. */
bool pace_waits(struct pace *pace, size_t waiting, int64_t now_us);
