/* What the database has answered. */
#include "protocol/analytics/report.h"

#include <stdlib.h>

#include "protocol/memory.h"

struct analytics_report *analytics_report_new(const struct analytics_query *query)
{
    struct analytics_report *report = memory_zeroed(sizeof *report);
    report->query = *query;
    report->as_of_us = INT64_MIN;
    report->complete_until_us = INT64_MIN;
    report->references = 1;
    return report;
}

struct analytics_report *analytics_report_share(struct analytics_report *report)
{
    report->references++;
    return report;
}

void analytics_report_release(struct analytics_report *report)
{
    if (report == NULL || --report->references > 0)
        return;
    analytics_table_free(report->table);
    analytics_buckets_clear(&report->buckets);
    free(report);
}
