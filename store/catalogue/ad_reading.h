/*
 * Rows of the table on their way to be the ads that are served. They are compared with those that
 * are: most readings end there. If they differ they are read from the first on, each ad rendered
 * into the list and into the snapshot. All of it in slices, with nothing changed meanwhile that
 * anybody sees.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "store/catalogue/ad_faults.h"
#include "store/catalogue/ad_set.h"
#include "store/catalogue/ad_snapshot_file.h"

struct ad_listing;
struct ad_reading;

/* What became of the rows. What is taken out of it is set to zero there. */
struct ad_reading_result {
    bool is_changed;            /* if not, there are only the faults */
    struct ad_set ads;          /* one for each id: the first row of it that can be read */
    struct ad_listing *listing; /* of those available when they began to be read */
    struct ad_snapshot snapshot;
    size_t list_bytes;       /* what a list of all these ads takes, or a little more */
    struct ad_faults faults; /* the rows that were left out */
    struct ad_faults parts;  /* what of the ads is passed over */
};

/* Takes ownership of `rows`, which are those of ad_rows_select() and fit. They are compared with
 * `before`, the ads there are, borrowed until the end, whose creatives are shared by those that are
 * still the same; NULL = there are none. `is_stale`: the rows are read in any case. */
struct ad_reading *ad_reading_new(PGresult *rows, const struct ad_set *before, bool is_stale);

/* Frees it with all that was not taken out of its result. */
void ad_reading_free(struct ad_reading *reading);

/* Does a slice. Returns whether it was the last. */
bool ad_reading_step(struct ad_reading *reading);

/* The result, once the last slice is done; before that only its ads: those read so far. */
struct ad_reading_result *ad_reading_result(struct ad_reading *reading);
