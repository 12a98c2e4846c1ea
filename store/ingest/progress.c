/* Until when everything that was accepted is stored. */
#include "store/ingest/progress.h"

#include <stdbool.h>

/* How many notes there are of the time since a moment, for each time that this doubles. */
enum { PROGRESS_FINENESS = 128 };

/* Of those that lie closer to one another than a part of their age one stays. */
static void thin(struct progress *progress, int64_t now_us)
{
    struct progress_note *notes = progress->notes;
    size_t kept = 1;
    for (size_t i = 1; i < progress->count; i++) {
        bool is_last = i + 1 == progress->count;
        int64_t apart_us = is_last ? 0 : notes[i + 1].at_us - notes[kept - 1].at_us;
        if (is_last || apart_us > (now_us - notes[i].at_us) / PROGRESS_FINENESS)
            notes[kept++] = notes[i];
    }
    if (kept == PROGRESS_NOTES) /* a clock that runs wild */
        kept /= 2;
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
        thin(progress, at_us);
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
