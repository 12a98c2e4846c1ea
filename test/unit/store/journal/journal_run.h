/* A journal at work, for the tests: events go in, and what was answered is compared with what a
 * restart finds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "store/disk/syncer.h"
#include "store/journal/commit.h"
#include "store/journal/journal.h"
#include "store/journal/settings.h"
#include "test/unit/store/journal/journal_files.h"

struct event_base;

enum { RUN_EVENTS_MAX = 20000 };

struct accepted {
    uint64_t sequence;
    uint32_t number; /* counts what was appended; in its payload */
};

/* One directory, and one process on it at a time. `files` serves as the place and to read back. */
struct journal_run {
    struct journal_files files;
    struct journal_settings settings;
    struct event_base *base;
    struct syncer *syncer;
    struct journal *journal;
    struct metrics *metrics;
    struct accepted accepted[RUN_EVENTS_MAX]; /* in the order in which they became durable */
    size_t accepted_count;
    uint32_t appended_count;
    size_t rewritten; /* times that records had to be appended again */
    uint64_t rewritten_after;
    size_t woken;   /* times that a commit was asked for */
    size_t commits; /* that are over */
    void (*durable)(
        struct journal_run *run); /* runs once, at the next event that becomes durable */
};

/* Those that are opened from now on sync through the worker, as on a slow disk; or inline again. */
void journal_runs_apart(void);
void journal_runs_inline(void);

/* Makes a directory and opens the journal. */
void journal_run_open(struct journal_run *run, enum journal_sync sync, uint64_t max_bytes);
void journal_run_close(struct journal_run *run);

/* Ends as kill -9 does, and begins again on what lies in the directory. */
void journal_run_kill(struct journal_run *run);

/* Appends events and commits them. Returns how many are durable; 0 when it refuses. */
size_t journal_run_commit(struct journal_run *run, size_t events);

/* The two halves of that: appends and begins to commit; lets it come to its end. */
void journal_run_begin(struct journal_run *run, size_t events);
void journal_run_settle(struct journal_run *run);

/* The length of the `number`th record. */
size_t journal_run_record_bytes(uint32_t number);

/* What the journal knows of its segments. */
struct segments *journal_run_segments(const struct journal_run *run);

/* The header in the file of a segment. */
struct segment_header journal_run_header(const struct journal_run *run, uint64_t number);

/* Ends as it should. */
void journal_run_end(struct journal_run *run);

/* Whether the segment that comes next is ready, and what the journal takes of the disk. */
bool journal_run_has_spare(const struct journal_run *run);
uint64_t journal_run_disk_bytes(const struct journal_run *run);

/* Whether the loop will let the journal do what it does every half second. */
bool journal_run_is_ticking(const struct journal_run *run);

/* What does that. */
struct event *journal_run_ticker(const struct journal_run *run);

/* Lets it do that now. */
void journal_run_tick(struct journal_run *run);

/*
 * Reads the directory as the next start would, which closes its segments: the journal must write no
 * more. Asserts that every accepted event is there, in order and once. Returns how many events
 * there are: those that were not answered may be among them.
 */
size_t journal_run_read_back(struct journal_run *run);
