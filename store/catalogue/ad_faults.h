/* Which rows of the table were left out, named in the log once. */
#pragma once

#include <stddef.h>

#include "store/catalogue/ad_rows.h"

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

/* Writes what `before`, the reading before, did not have. */
void ad_faults_log(const struct ad_faults *faults, const struct ad_faults *before, struct log *log);
