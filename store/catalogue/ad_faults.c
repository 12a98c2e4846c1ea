/* Which rows of the table were left out. */
#include "store/catalogue/ad_faults.h"

#include <stdbool.h>
#include <string.h>

#include "metrics/log.h"

static bool is_same(const struct ad_row_fault *fault, const struct ad_row_fault *other)
{
    return strcmp(fault->id, other->id) == 0 && strcmp(fault->column, other->column) == 0 &&
           strcmp(fault->reason, other->reason) == 0;
}

static bool is_named(const struct ad_faults *faults, const struct ad_row_fault *fault)
{
    for (size_t i = 0; i < faults->named_count; i++)
        if (is_same(&faults->named[i], fault))
            return true;
    return false;
}

void ad_faults_add(struct ad_faults *faults, const struct ad_row_fault *fault)
{
    size_t named = faults->named_count;
    faults->count++;
    if (named == AD_FAULTS_NAMED || (named > 0 && is_same(&faults->named[named - 1], fault)))
        return;
    faults->named[faults->named_count++] = *fault;
}

void ad_faults_log(const struct ad_faults *faults, const struct ad_faults *before, struct log *log)
{
    for (size_t i = 0; i < faults->named_count; i++) {
        const struct ad_row_fault *fault = &faults->named[i];
        if (!is_named(before, fault))
            log_write(log, LOG_WARNING, "store", "ad left out id=%s column=%s: %s", fault->id,
                      fault->column, fault->reason);
    }
    if (faults->count > AD_FAULTS_NAMED && faults->count != before->count)
        log_write(log, LOG_WARNING, "store", "rows of ads left out, the first named count=%zu",
                  faults->count);
}
