/* The journal's state, shared by journal.c (segments, trouble, time) and journal_commit.c
 * (appending). */
#pragma once

#include "store/journal/journal.h"
#include "store/base/directory.h"
#include "store/journal/checkpoint.h"
#include "store/journal/identity.h"
#include "store/journal/segment_file.h"
#include "store/journal/segments.h"
#include "store/journal/settings.h"

struct counter;
struct histogram;

/*
 * `file` is the last of `segments` while open. `buffer` holds the records appended since the last
 * commit, in their final bytes but for the salt, which they get when it is clear which segment
 * takes them. `synced` and `last` are sequences: what is durable, and what is written.
 */
struct journal {
    const struct journal_settings *settings;
    struct log *log;
    struct directory directory;
    struct journal_identity identity;
    struct checkpoint checkpoint;
    struct segments segments;
    struct journal_file file;
    uint32_t salt;
    uint8_t *buffer;
    size_t buffer_used;
    size_t buffer_capacity;
    uint64_t first_sequence;
    uint64_t next_sequence;
    uint64_t next_number; /* of a segment; none is used twice, not even after a failure */
    uint64_t last;
    uint64_t synced;
    uint64_t stored; /* that the database has, as last heard; before that, by the checkpoint */
    enum refusal refusal;
    bool is_gone;        /* the directory has to be opened anew */
    bool is_lost;        /* records above `lost_after` have to be appended again */
    uint64_t lost_after; /* UINT64_MAX = none have to */
    struct event *tick;
    struct journal_listener listener;
    struct histogram *sync_seconds;
    struct counter *failures;
};

/* The segment that is written to; only while `file` is open. */
struct segment *journal_active(struct journal *journal);

/* Opens the next segment; false, with a refusal set, when there can be none now. */
bool journal_open_next(struct journal *journal);

/* Closes the open segment for good: it is full. */
void journal_finish_file(struct journal *journal);

/* What a failed write or sync leaves on the disk is unknown: the segment is never touched again. */
void journal_fail_file(struct journal *journal, const char *what);

/* Makes what was written durable; counts the time. Returns 0, or -1 with errno. */
int journal_sync_file(struct journal *journal);

/* Takes no more events, until the tick finds that it can. The first reason is logged. */
void journal_refuse(struct journal *journal, enum refusal refusal, const char *reason);

/* Adds the journal's series, once. */
void journal_add_metrics(struct journal *journal, struct metrics *metrics);
