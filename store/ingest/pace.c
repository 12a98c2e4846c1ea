/* When to commit. */
#include "store/ingest/pace.h"

enum {
    TURNS_MAX_US = 2000,
    SYNC_PARTS = 2, /* a half of what a commit takes */
};

void pace_first(struct pace *pace, int64_t now_us)
{
    pace->first_us = now_us;
    pace->seen = 0;
}

void pace_begin(struct pace *pace, int64_t now_us)
{
    pace->began_us = now_us;
}

void pace_end(struct pace *pace, size_t answered, size_t waiting, int64_t now_us)
{
    pace->ended_us = now_us;
    pace->expected = answered + waiting;
}

bool pace_waits(struct pace *pace, size_t waiting, int64_t now_us)
{
    bool is_quiet = waiting == pace->seen;
    int64_t took_us = pace->ended_us - pace->began_us;
    pace->seen = waiting;
    if (!is_quiet && now_us - pace->first_us < TURNS_MAX_US)
        return true;
    return waiting < pace->expected && now_us - pace->ended_us < took_us / SYNC_PARTS;
}
