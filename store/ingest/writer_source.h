/* What the writer sends from, when, and who hears of it. */
#pragma once

#include <stdint.h>

struct event_queue;
struct gaps;

/*
 * A batch is sent when so many events wait for it, or the first has waited so long. What comes in
 * meanwhile is made into the next one, WRITER_READY_ROWS in a turn of the event loop, up to
 * BATCH_ROWS_MAX. So it grows with what comes in while the one before is stored, and is small where
 * little comes. A connection of several lanes makes each batch as it is sent, whole.
 */
enum { WRITER_READY_ROWS = 2000, WRITER_BATCH_DELAY_MS = 10 };

enum { WRITER_PATIENCE_MS = 1800 };

/* What it sends from; the queues are borrowed until set_lanes() runs again. */
struct writer_source {
    /* There are so many lanes: before this is told, one. */
    void (*set_lanes)(void *arg, unsigned lanes);
    struct event_queue *(*queue)(void *arg, unsigned lane);
    /* backlog_reach() and backlog_gaps() */
    uint64_t (*reach)(void *arg, unsigned lane);
    const struct gaps *(*gaps)(void *arg);
    void *arg;
};

struct writer_listener {
    /* The journal is this run's. */
    void (*claimed)(void *arg);
    /* The database has everything of the lane up to `sequence` and nothing above: its queue may
     * forget it. */
    void (*stored)(void *arg, unsigned lane, uint64_t sequence);
    /* A batch has had no answer for `times` WRITER_PATIENCE_MS: see writer_give_up(). */
    void (*waiting)(void *arg, unsigned times);
    void *arg;
};
