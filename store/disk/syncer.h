/*
 * Syncs files without keeping the loop. A sync is asked of the sync worker, a process of its own,
 * and its answer is an event of the loop. On a disk that answers in a fraction of a millisecond the
 * way to the worker and back costs more than the wait: there urgent syncs are done at once, inline,
 * as long as none is asked. One sync is in flight at a time; urgent ones go before others. One slow
 * sync sends those that follow through the worker; while it answers at once it is waited for, for
 * half a millisecond at most.
 *
 * A sync that was asked and not answered has failed: the worker is gone, was stopped, or answers
 * something else. The error of a file is told once, and may have been told to it: whoever asked
 * must never believe another sync of that file.
 */
#pragma once

#include <stdbool.h>
#include <sys/queue.h>

struct event_base;
struct log;
struct metrics;
struct syncer;

/* `reason` is 0, or errno. */
typedef void (*sync_done_fn)(void *arg, int reason);

/* What syncer_sync() returns for a sync that goes on; no errno. */
enum { SYNC_ASKED = -1 };

/* One that somebody wants, where it stays in place until it is done or forgotten. All zero is none;
 * the first five are set by whoever asks. */
struct sync_job {
    int fd; /* may be closed once it is asked */
    bool is_data;
    bool is_urgent; /* a client waits for it */
    sync_done_fn done;
    void *arg;
    bool is_asked;
    STAILQ_ENTRY(sync_job) others;
};

/* Until syncer_start() everything is inline. The rest is borrowed. */
struct syncer *syncer_new(struct event_base *base, struct metrics *metrics, struct log *log);

/* What is in flight is forgotten. */
void syncer_free(struct syncer *syncer);

/* Starts the worker: the loop runs from now on. */
void syncer_start(struct syncer *syncer);

/*
 * Syncs a file. Returns 0 or errno when that is done: `done` is not called. SYNC_ASKED: `done` runs
 * once, later, from the event loop.
 */
int syncer_sync(struct syncer *syncer, struct sync_job *job);

/*
 * Looks whether the sync in flight is over: then `done` runs as soon as the loop has returned from
 * whatever it does, before all else that is ready. To be called now and then in a long turn.
 */
void syncer_look(struct syncer *syncer);

/* `done` is not called any more. */
void syncer_forget(struct syncer *syncer, struct sync_job *job);
