/* Which way urgent syncs go. */
#include "store/disk/sync_way.h"

static bool change(struct sync_way *way, bool is_apart, int64_t now_us)
{
    *way = (struct sync_way){.is_apart = is_apart, .since_us = now_us};
    return true;
}

bool sync_way_note(struct sync_way *way, int64_t took_us, int64_t now_us)
{
    if (!way->is_apart)
        return took_us > SYNC_WAY_SLOW_US && change(way, true, now_us);
    way->quick = took_us < SYNC_WAY_QUICK_US ? way->quick + 1 : 0;
    return way->quick >= SYNC_WAY_QUICK_SYNCS && now_us - way->since_us >= SYNC_WAY_APART_US &&
           change(way, false, now_us);
}
