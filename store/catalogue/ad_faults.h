/* Which rows of the table, or parts of them, were left out, named in the log once. */
#pragma once

#include <stddef.h>

#include "store/catalogue/ad_rows.h"

struct ad;
struct log;

enum { AD_FAULTS_NAMED = 20 };

/* Of one reading of the table. All zero: none. */
struct ad_faults {
    size_t count;
    size_t named_count;
    struct ad_row_fault named[AD_FAULTS_NAMED]; /* the first */
};

/* Counts one more. Several in a row with the same id and reason are named once. */
void ad_faults_add(struct ad_faults *faults, const struct ad_row_fault *fault);

/* Adds what is noted in the creative of `ad`. */
void ad_faults_add_parts(struct ad_faults *faults, const struct ad *ad);

/* What a fault comes to. */
enum ad_faults_kind {
    AD_FAULTS_ROWS,  /* the row is left out */
    AD_FAULTS_PARTS, /* a part of the ad is passed over */
};

/* Writes what `before`, the reading before, did not have. */
void ad_faults_log(const struct ad_faults *faults, const struct ad_faults *before,
                   enum ad_faults_kind kind, struct log *log);
