/* What the database has answered: shared by all who asked the same at the same time, read only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/analytics/buckets.h"
#include "protocol/analytics/question.h"
#include "protocol/analytics/sums.h"
#include "protocol/analytics/table.h"

/* Why an answer is not what it seems. */
enum analytics_warning {
    WARNING_ROUNDED, /* beyond the retention of events, to whole minutes or quarter hours */
    WARNING_OTHER_PLACEMENTS, /* some are counted together, under "(other)" */
    ANALYTICS_WARNINGS,
};

struct analytics_report {
    struct analytics_query query;
    struct analytics_buckets buckets;
    struct analytics_table *table;  /* owned; NULL without groups */
    struct analytics_sums total;    /* of the window */
    struct analytics_sums previous; /* of the window before, where it was asked for */
    int64_t as_of_us;               /* INT64_MIN = not known */
    int64_t complete_until_us;      /* INT64_MIN = not known */
    uint64_t pending_events;
    unsigned warnings;      /* bits by enum analytics_warning */
    int64_t events_from_us; /* with WARNING_ROUNDED: no events are kept from before */
    uint32_t references;
};

/* One without sums, whose times are not known and that has one reference. The query is copied. */
struct analytics_report *analytics_report_new(const struct analytics_query *query);

/* Takes another reference, and gives one back: with the last one it is freed. */
struct analytics_report *analytics_report_share(struct analytics_report *report);
void analytics_report_release(struct analytics_report *report);
