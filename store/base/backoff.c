/* How long to wait before the next try. */
#include "store/base/backoff.h"

uint32_t backoff_next(struct backoff *backoff, uint32_t random)
{
    uint32_t full_ms = BACKOFF_CEILING_MS;
    if (backoff->failures < 6)
        full_ms = (uint32_t)BACKOFF_FIRST_MS << backoff->failures;
    if (full_ms > BACKOFF_CEILING_MS)
        full_ms = BACKOFF_CEILING_MS;
    backoff->failures++;
    uint32_t half_ms = full_ms / 2;
    return half_ms + (uint32_t)(((uint64_t)half_ms * random) >> 32) + 1;
}

void backoff_reset(struct backoff *backoff)
{
    backoff->failures = 0;
}
