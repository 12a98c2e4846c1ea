/* The snapshot of the ads on disk, for a start while the database is away. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/digest.h"
#include "protocol/result.h"

struct ad;
struct directory;

struct ad_snapshot_file {
    struct directory *directory;   /* borrowed; the file lies there */
    char digest[DIGEST_TEXT_SIZE]; /* of the file's text; "" = not known */
    bool is_current;               /* it equals the ads that were last to be saved */
};

void ad_snapshot_file_init(struct ad_snapshot_file *file, struct directory *directory);

/* Reads the ads of an earlier run, as ads_load() does. Returns RESULT_UNKNOWN when there is no file
 * that can be read, RESULT_MALFORMED when it is no snapshot. */
MUST_CHECK enum result ad_snapshot_file_load(struct ad_snapshot_file *file, struct ad **ads,
                                             size_t *count, size_t *left_out);

/*
 * Replaces the file, synced, unless it equals `ads` already. Returns RESULT_INVALID when the ads'
 * text is not UTF-8, RESULT_FAILED when the disk refuses; the file is then an older one, or gone.
 */
MUST_CHECK enum result ad_snapshot_file_save(struct ad_snapshot_file *file, const struct ad *ads,
                                             size_t count, struct error *error);

/* Whether the on-disk snapshot equals the ads given to ad_snapshot_file_save() last; asks the disk
 * whether the file is still there. */
bool ad_snapshot_file_is_current(const struct ad_snapshot_file *file);
