/*
 * The journal's state: what rotation.c (the segment that is written to), commit.c (from an appended
 * record to a durable one) and journal.c (the rest) work on. Nobody else knows it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/base/directory.h"
#include "store/base/refusals.h"
#include "store/disk/syncer.h"
#include "store/journal/checkpoint.h"
#include "store/journal/format.h"
#include "store/journal/identity.h"
#include "store/journal/listener.h"
#include "store/journal/metrics.h"
#include "store/journal/segment_file.h"
#include "store/journal/segments.h"

struct event;
struct journal;
struct journal_settings;
struct log;

/* None is on while `landed` is NULL. */
struct flight {
    struct sync_job job;
    void (*landed)(struct journal *journal, int reason);
    int64_t began_us; /* monotonic */
};

/* Records, one behind the other, in their final bytes but for the salt, which they get when it is
 * clear which segment takes them. */
struct records {
    uint8_t *bytes; /* owned */
    size_t used;
    size_t capacity;
};

struct journal {
    const struct journal_settings *settings; /* borrowed */
    struct log *log;                         /* borrowed */
    struct journal_listener listener;
    struct syncer *syncer; /* borrowed */
    struct flight flight;
    void (*go_on)(struct journal *journal); /* with what waited for a flight */
    struct journal_metrics metrics;
    struct event *tick;

    struct directory directory;
    struct journal_identity identity;
    struct sync_job claim_sync; /* of its file */
    struct checkpoint checkpoint;
    struct segments segments;

    /* The segment that is written to: the last of `segments` while `file` is open. */
    struct journal_file file;
    int64_t opened_us; /* monotonic: when that was */
    uint32_t salt;
    /* The one that comes next: filled ahead, then opened. Closed while there is none. */
    struct journal_file spare;
    struct event *spare_timer;
    struct segment_header header; /* of the one that is being opened */
    uint64_t next_number;         /* of a segment; none is used twice, not even after a failure */
    bool is_gone;                 /* the directory has to be opened anew */
    enum refusal refusal;         /* why no more events are taken; REFUSAL_NONE = they are */

    /* What was appended for the next commit, and the group that is being committed: records up to
     * `group_at` are as durable as asked, those up to `group_written` lie in the open segment. */
    struct records next;
    struct records group;
    size_t group_at;
    size_t group_written;
    unsigned group_failures;
    bool is_committing;
    size_t reserved; /* bytes that are still to be appended, and have room */

    /* Sequences. */
    uint64_t first_sequence; /* of this run */
    uint64_t next_sequence;
    uint64_t last;   /* that was written */
    uint64_t synced; /* up to here it is durable */
    uint64_t stored; /* that the database has, as last heard; before that, by the checkpoint */

    /* What the disk may have lost of records that were answered: all above `rewrite_after`;
     * UINT64_MAX = nothing. `must_rewrite`: the next commit begins with them. */
    bool must_rewrite;
    uint64_t rewrite_after;
};
