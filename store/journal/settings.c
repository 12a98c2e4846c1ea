/* What the operator decides about the journal. */
#include "store/journal/settings.h"

#include <string.h>

static const char *const sync_names[JOURNAL_SYNC_MODES] = {
    [JOURNAL_SYNC_ALWAYS] = "always",
    [JOURNAL_SYNC_INTERVAL] = "interval",
    [JOURNAL_SYNC_OFF] = "off",
};

const char *journal_sync_name(enum journal_sync sync)
{
    return sync_names[sync];
}

bool journal_sync_find(const char *name, enum journal_sync *sync)
{
    for (int mode = 0; mode < JOURNAL_SYNC_MODES; mode++) {
        if (strcmp(name, sync_names[mode]) == 0) {
            *sync = (enum journal_sync)mode;
            return true;
        }
    }
    return false;
}
