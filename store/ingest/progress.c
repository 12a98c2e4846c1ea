/* Until when everything that was accepted is stored. */
#include "store/ingest/progress.h"

/* The last one stays. */
static void thin(struct progress *progress)
{
    size_t kept = 0;
    for (size_t i = 1; i < progress->count; i += 2)
        progress->notes[kept++] = progress->notes[i];
    progress->count = kept;
}

/* Where nothing came since the last note but one, the last one tells more: only its time moves. A
 * clock that was set back says nothing until it has caught up. */
void progress_note(struct progress *progress, uint64_t sequence, int64_t at_us)
{
    struct progress_note *notes = progress->notes;
    size_t count = progress->count;
    if (count > 0 && at_us <= notes[count - 1].at_us)
        return;
    if (count > 0 && notes[count - 1].sequence == sequence) {
        notes[count - 1].at_us = at_us;
        return;
    }
    if (count == PROGRESS_NOTES)
        thin(progress);
    notes[progress->count++] = (struct progress_note){sequence, at_us};
}

int64_t progress_complete_until(const struct progress *progress, uint64_t stored)
{
    for (size_t i = progress->count; i > 0; i--) {
        if (progress->notes[i - 1].sequence <= stored)
            return progress->notes[i - 1].at_us;
    }
    return INT64_MIN;
}
