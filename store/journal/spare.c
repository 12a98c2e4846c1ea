/* Fills the segment that comes next ahead of need. */
#include "store/journal/spare.h"

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/journal/flight.h"
#include "store/journal/rotation.h"
#include "store/journal/state.h"

enum {
    LOOK_MS = 500,   /* whether there is something to fill */
    PAUSE_MS = 5,    /* between two slices at least */
    PAUSE_TIMES = 9, /* of what a slice takes, so that most of the time is left to others */
    PAUSE_MAX_MS = 1000,
};

static void drop(struct journal *journal)
{
    journal_file_discard(&journal->spare);
    timer_arm(journal->spare_timer, LOOK_MS);
}

static void on_slice_synced(struct journal *journal, int reason)
{
    int64_t took_ms = (clock_monotonic_us() - journal->flight.began_us) / 1000;
    if (reason != 0) {
        drop(journal);
        return;
    }
    int64_t pause_ms = PAUSE_MS + took_ms * PAUSE_TIMES;
    timer_arm(journal->spare_timer, (uint32_t)(pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS));
}

/* "Nobody waits": neither for a sync nor for a segment, nor is there anything to be appended. */
static bool is_idle(const struct journal *journal)
{
    return !journal->is_committing && !flight_is_on(journal) && journal->next.used == 0 &&
           journal->refusal == REFUSAL_NONE && journal->file.fd >= 0 && !journal->must_rewrite;
}

static bool is_filled(const struct journal *journal)
{
    return journal->spare.fd >= 0 && journal->spare.filled == journal->spare.size;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct journal *journal = arg;
    if (!is_filled(journal) && !is_idle(journal))
        timer_arm(journal->spare_timer, PAUSE_MS);
    else if (is_filled(journal) || !rotation_prepare_next(journal))
        timer_arm(journal->spare_timer, LOOK_MS);
    else if (journal_file_fill(&journal->spare) != 0)
        drop(journal);
    else
        flight_sync_file(journal, journal->spare.fd, on_slice_synced);
}

void spare_init(struct journal *journal, struct event_base *base)
{
    journal->spare.fd = -1;
    journal->spare_timer = memory_required(event_new(base, -1, 0, on_timer, journal));
}

void spare_start(struct journal *journal)
{
    timer_arm(journal->spare_timer, LOOK_MS);
}

void spare_clear(struct journal *journal)
{
    event_free(journal->spare_timer);
    journal_file_discard(&journal->spare);
}
