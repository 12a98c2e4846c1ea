/*
 * When to commit. Those who were answered together come again together, each a little later than
 * the first: whether the commit waits for the rest of them.
 *
 * - A sync that the loop makes itself costs as much as a dozen requests. So as long as every turn
 * of the loop brings more of them the commit waits, for a moment, and for the rest of those
 * answered last half of what a sync takes at most.
 * - While another makes the sync the loop goes on. If it has taken all requests before the sync is
 *   over, one large group is better than two that take turns: the commit waits for all of them, no
 *   longer than a sync takes. If it has not, waiting would only leave it idle during the next sync.
 *
 * Who is alone waits for nobody. Time comes from the caller, in microseconds, monotonic.
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
    size_t early;     /* those who waited then already */
    int64_t began_us; /* the last commit */
    int64_t ended_us;
    bool is_apart;    /* another made its sync */
    bool gathers;     /* the commit waits for all that are expected */
    int64_t each_ns;  /* what the loop takes for a request, as last seen; 0 = never */
    unsigned commits; /* since that was looked at */
};

/* The first of a group has come. */
void pace_first(struct pace *pace, int64_t now_us);

/* A commit of `waiting` begins; another makes its sync; and it ends: `answered` were in it and
 * `waiting` have come meanwhile. */
void pace_begin(struct pace *pace, size_t waiting, int64_t now_us);
void pace_leave(struct pace *pace);
void pace_end(struct pace *pace, size_t answered, size_t waiting, int64_t now_us);

/* How long the group, `waiting` so far, waits for more of them, and then is asked for again: 0, not
 * at all; PACE_TURN, one turn of the loop; else so many microseconds at most, and no longer than
 * until it is complete. */
enum { PACE_TURN = 1 };
int64_t pace_wait(struct pace *pace, size_t waiting, int64_t now_us);

/* Whether the last one has come who is waited for by time. */
bool pace_is_complete(const struct pace *pace, size_t waiting);
