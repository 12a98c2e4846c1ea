/* Until when everything that was accepted is stored, where only a sequence is known up to which it
 * is: as a standby shows it, which may be hours behind. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PROGRESS_NOTES = 4096 };

/* What was accepted by `at_us` (microseconds since 1970) has sequences up to `sequence`. */
struct progress_note {
    uint64_t sequence;
    int64_t at_us;
};

/* Ascending. All zero: nothing is known. */
struct progress {
    struct progress_note notes[PROGRESS_NOTES];
    size_t count;
};

/* To be called now and then. Older notes get fewer: what was hours ago is known to
 * some minutes. */
void progress_note(struct progress *progress, uint64_t sequence, int64_t at_us);

/* All that was accepted before the time that is returned has sequences up to `stored`. INT64_MIN =
 * not known. */
int64_t progress_complete_until(const struct progress *progress, uint64_t stored);
