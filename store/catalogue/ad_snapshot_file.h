/* The snapshot of the ads on disk, for a start while the database is away. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/digest.h"
#include "protocol/result.h"
#include "store/base/directory.h"

struct ad;

/* So much is written and synced at a time. */
enum { AD_SNAPSHOT_SLICE_BYTES = 256 * 1024 };

/* A text that is to be the file's. */
struct ad_snapshot {
    char *text; /* owned; NULL = none */
    size_t text_bytes;
    char digest[DIGEST_TEXT_SIZE];
};

/*
 * At most one text is being written and one waits: the latest, so that changes which come faster
 * than the disk takes them cost no more than that. What the disk holds meanwhile is an older
 * snapshot, whole.
 */
struct ad_snapshot_file {
    struct directory *directory;   /* borrowed; the file lies there */
    char digest[DIGEST_TEXT_SIZE]; /* of the file's text; "" = not known */
    bool is_current;               /* it equals what was last to be saved, or will shortly */
    struct ad_snapshot waiting;
    struct ad_snapshot writing;
    size_t written_bytes; /* of `writing` */
    struct directory_file file;
    bool is_renamed; /* it has its name */
    int unsynced_fd; /* that is to be synced before the next step; -1 = none */
};

void ad_snapshot_file_init(struct ad_snapshot_file *file, struct directory *directory);
void ad_snapshot_file_clear(struct ad_snapshot_file *file);

/* Reads the ads of an earlier run, as ads_load() does. Returns RESULT_UNKNOWN when there is no file
 * that can be read, RESULT_MALFORMED when it is no snapshot. */
MUST_CHECK enum result ad_snapshot_file_load(struct ad_snapshot_file *file, struct ad **ads,
                                             size_t *count, size_t *left_out);

/* Takes ownership of a snapshot's text and lets ad_snapshot_file_step() replace the file by it. */
void ad_snapshot_file_save(struct ad_snapshot_file *file, const struct ad_snapshot *snapshot);

/*
 * Does a slice of what is to be saved; nothing is written where the file equals it already. Returns
 * RESULT_BUSY while there is more, RESULT_OK when all is synced, RESULT_FAILED when the disk
 * refuses: that snapshot is given up, the file is an older one, or gone. When it sets
 * `unsynced_fd`, somebody syncs that, with fsync(), and tells before the next step.
 */
MUST_CHECK enum result ad_snapshot_file_step(struct ad_snapshot_file *file, struct error *error);

/* What became of that sync, 0 or errno. Returns as ad_snapshot_file_step() does. */
MUST_CHECK enum result ad_snapshot_file_synced(struct ad_snapshot_file *file, int reason,
                                               struct error *error);

/* Begins again what is being saved, in a new file: a sync of this one was asked, and nobody knows.
 */
void ad_snapshot_file_restart(struct ad_snapshot_file *file);

/* Whether the on-disk snapshot equals what was last to be saved, or will when it has been written;
 * asks the disk whether the file is still there. */
bool ad_snapshot_file_is_current(const struct ad_snapshot_file *file);
