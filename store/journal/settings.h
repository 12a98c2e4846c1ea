/* What the operator decides about the journal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum journal_sync {
    JOURNAL_SYNC_ALWAYS,   /* durable when answered: survives a power loss */
    JOURNAL_SYNC_INTERVAL, /* synced twice a second: a power loss costs a second at most */
    JOURNAL_SYNC_OFF,      /* the system writes when it likes: survives the end of the process */
    JOURNAL_SYNC_MODES,
};

/* As in JOURNAL_SYNC. */
const char *journal_sync_name(enum journal_sync sync);

/* Finds the mode of that name. Returns false when there is none. */
bool journal_sync_find(const char *name, enum journal_sync *sync);

struct journal_settings {
    const char *directory;
    enum journal_sync sync;
    uint64_t max_bytes; /* of disk space */
    uint32_t keep_s;    /* seconds that stored segments stay */
    uint32_t close_s;   /* seconds for which a segment with events is written to, so that what is
                           stored of it does not stay until it is full; 0 = as long as it has room */
};
