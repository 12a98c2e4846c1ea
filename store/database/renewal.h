/*
 * When a session whose work fails is opened anew: what fails may be the session's own, since it has
 * its role's settings as they were when it was opened. Not at each failure, and less often the
 * longer it goes on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { RENEWAL_FIRST_MS = 5000, RENEWAL_CEILING_MS = 20000 };

/* All zero: it works. */
struct renewal {
    int64_t since_us; /* monotonic: the first failure, or the last renewal; 0 = nothing fails */
    uint32_t times;   /* that this has not helped */
};

/*
 * The work has failed at `now_us` (over 0). Returns whether the session is to be opened anew, which
 * then counts as done: RENEWAL_FIRST_MS after the first failure, from then on after twice as long
 * each time, up to RENEWAL_CEILING_MS.
 */
bool renewal_failed(struct renewal *renewal, int64_t now_us);

void renewal_worked(struct renewal *renewal);
