/*
 * Which way urgent syncs go: inline, or through the worker, once one has taken long. Time comes
 * from the caller.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
    SYNC_WAY_SLOW_US = 1000,
    SYNC_WAY_QUICK_US = 300,
    SYNC_WAY_QUICK_SYNCS = 1000, /* in a row, until they go inline again */
    SYNC_WAY_APART_US = 10000000 /* at least */
};

/* All zero: inline. */
struct sync_way {
    bool is_apart;
    unsigned quick; /* in a row */
    int64_t since_us;
};

/* Notes that one took `took_us` of the disk. Returns whether the way has changed. */
bool sync_way_note(struct sync_way *way, int64_t took_us, int64_t now_us);
