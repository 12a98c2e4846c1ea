/* When a session whose work fails is opened anew. */
#include "store/database/renewal.h"

static int64_t wait_us(const struct renewal *renewal)
{
    int64_t wait_ms = RENEWAL_FIRST_MS;
    for (uint32_t i = 0; i < renewal->times && wait_ms < RENEWAL_CEILING_MS; i++)
        wait_ms *= 2;
    return (wait_ms < RENEWAL_CEILING_MS ? wait_ms : RENEWAL_CEILING_MS) * 1000;
}

bool renewal_failed(struct renewal *renewal, int64_t now_us)
{
    if (renewal->since_us == 0) {
        renewal->since_us = now_us;
        return false;
    }
    if (now_us - renewal->since_us < wait_us(renewal))
        return false;
    renewal->since_us = now_us;
    renewal->times++;
    return true;
}

void renewal_worked(struct renewal *renewal)
{
    *renewal = (struct renewal){0};
}
