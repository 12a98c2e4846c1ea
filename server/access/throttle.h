/*
 * How long who guesses tokens has to wait. Failed attempts are counted by address, IPv6 by /64,
 * since that is what one household has; in a table of one size, in which of those that meet in a
 * row the one goes that failed least, and longest ago. Right tokens never come here.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/address.h"

enum {
    THROTTLE_FIRST_MS = 100, /* twice as long with each attempt more */
    THROTTLE_MAX_MS = 5000,
    THROTTLE_FORGET_S = 600, /* since the last failed attempt */
    THROTTLE_ADDRESSES_MAX = 1024,
};

struct throttle;

struct throttle *throttle_new(void);
void throttle_free(struct throttle *throttle);

/* Counts a failed attempt at the monotonic time `now_us`. Returns for how many milliseconds its
 * answer is to be held. */
int64_t throttle_fail(struct throttle *throttle, const struct address *address, int64_t now_us);
