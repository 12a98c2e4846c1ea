/* Which rows of the table were left out. */
#include "store/catalogue/ad_faults.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "metrics/log.h"
#include "protocol/ad_fields.h"
#include "protocol/creative.h"

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

void ad_faults_add_parts(struct ad_faults *faults, const struct ad *ad)
{
    const struct creative_faults *parts = ad->creative->faults;
    for (size_t i = 0; parts != NULL && i < parts->count; i++) {
        struct ad_row_fault fault = {.column = parts->faults[i].column,
                                     .reason = parts->faults[i].reason};
        (void)snprintf(fault.id, sizeof fault.id, "%" PRId32, ad->id);
        ad_faults_add(faults, &fault);
    }
}

void ad_faults_log(const struct ad_faults *faults, const struct ad_faults *before,
                   enum ad_faults_kind kind, struct log *log)
{
    bool is_rows = kind == AD_FAULTS_ROWS;
    for (size_t i = 0; i < faults->named_count; i++) {
        const struct ad_row_fault *fault = &faults->named[i];
        if (!is_named(before, fault))
            log_write(log, LOG_WARNING, "store", "%s id=%s column=%s: %s",
                      is_rows ? "ad left out" : "part of an ad passed over", fault->id,
                      fault->column, fault->reason);
    }
    if (faults->count > AD_FAULTS_NAMED && faults->count != before->count)
        log_write(log, LOG_WARNING, "store", "%s, the first named count=%zu",
                  is_rows ? "rows of ads left out" : "parts of ads passed over", faults->count);
}
