/* When to commit. */
#include "store/ingest/pace.h"

enum {
    TURNS_MAX_US = 2000,
    SYNC_PARTS = 2,           /* a half of what a commit takes */
    COMMITS_BEFORE_LOOK = 100 /* without a group that was gathered */
};

void pace_first(struct pace *pace, int64_t now_us)
{
    pace->first_us = now_us;
    pace->seen = 0;
}

/* What the loop takes for each, now that the commit has waited for all that were expected: they
 * came one after the other since the last was answered. Where some have not come it was more; one
 * moment in which the machine did something else says little. */
static int64_t measure_each(const struct pace *pace, size_t waiting, int64_t now_us)
{
    int64_t most = pace->each_ns == 0 ? INT64_MAX : 2 * pace->each_ns;
    int64_t each;
    if (waiting < pace->expected)
        each = (pace->ended_us - pace->began_us) * 1000;
    else if (pace->expected == pace->early)
        each = pace->each_ns;
    else
        each = (now_us - pace->ended_us) * 1000 / (int64_t)(pace->expected - pace->early) + 1;
    return each < most ? each : most;
}

void pace_begin(struct pace *pace, size_t waiting, int64_t now_us)
{
    if (pace->is_apart && pace->gathers) {
        pace->each_ns = measure_each(pace, waiting, now_us);
        pace->commits = 0;
    }
    pace->is_apart = false;
    pace->began_us = now_us;
}

void pace_leave(struct pace *pace)
{
    pace->is_apart = true;
}

void pace_end(struct pace *pace, size_t answered, size_t waiting, int64_t now_us)
{
    int64_t took_ns = (now_us - pace->began_us) * 1000;
    pace->ended_us = now_us;
    pace->expected = answered + waiting;
    pace->early = waiting;
    pace->gathers = pace->each_ns < took_ns / (int64_t)(pace->expected + 1) ||
                    ++pace->commits >= COMMITS_BEFORE_LOOK;
}

static int64_t wait_inline(const struct pace *pace, size_t waiting, bool is_quiet, int64_t now_us)
{
    int64_t took_us = pace->ended_us - pace->began_us;
    if (!is_quiet && now_us - pace->first_us < TURNS_MAX_US)
        return PACE_TURN;
    return waiting < pace->expected && now_us - pace->ended_us < took_us / SYNC_PARTS ? PACE_TURN
                                                                                      : 0;
}

int64_t pace_wait(struct pace *pace, size_t waiting, int64_t now_us)
{
    bool is_quiet = waiting == pace->seen;
    pace->seen = waiting;
    if (!pace->is_apart)
        return wait_inline(pace, waiting, is_quiet, now_us);
    int64_t left_us = pace->ended_us + (pace->ended_us - pace->began_us) - now_us;
    return pace->gathers && waiting < pace->expected && left_us > 0 ? left_us + PACE_TURN : 0;
}

bool pace_is_complete(const struct pace *pace, size_t waiting)
{
    return pace->is_apart && waiting >= pace->expected;
}
