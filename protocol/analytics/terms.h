/* The words of GET /ads/analytics: what may be grouped by, whose events count, what is told of
 * them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "protocol/event.h"

/* In the order in which a row has them: what an event is of, then its time. */
enum analytics_group {
    GROUP_NONE,
    GROUP_AD,
    GROUP_PLACEMENT,
    GROUP_KIND,
    GROUP_ERROR_CODE,
    GROUP_NOFILL_REASON,
    GROUP_VERDICT,
    GROUP_MINUTE,
    GROUP_HOUR,
    GROUP_DAY,
    GROUP_WEEK, /* from Monday on (ISO 8601) */
    GROUP_MONTH,
    ANALYTICS_GROUPS,
};

/* Whose events count. Tests are in neither gross nor net. */
enum analytics_traffic {
    TRAFFIC_GROSS, /* of every other verdict */
    TRAFFIC_NET,   /* valid ones alone */
    TRAFFIC_TEST,  /* tests alone */
    ANALYTICS_TRAFFICS,
};

enum analytics_format { FORMAT_JSON, FORMAT_CSV, FORMAT_NDJSON, ANALYTICS_FORMATS };

/* The kinds of events that the metrics are made of, in the order of their sums. */
enum analytics_cell {
    CELL_REQUEST,
    CELL_FILL,
    CELL_NOFILL,
    CELL_IMPRESSION,
    CELL_CLICK,
    CELL_START,
    CELL_FIRST_QUARTILE,
    CELL_MIDPOINT,
    CELL_THIRD_QUARTILE,
    CELL_COMPLETE,
    CELL_SKIP,
    CELL_ERROR,
    CELL_VIEWABLE,
    CELL_NOT_VIEWABLE,
    ANALYTICS_CELLS,
};

/* As an answer has them. */
enum analytics_metric {
    METRIC_REQUESTS,
    METRIC_FILLS,
    METRIC_FILL_RATE,
    METRIC_NOFILLS,
    METRIC_IMPRESSIONS,
    METRIC_CLICKS,
    METRIC_CLICK_RATE,
    METRIC_STARTS,
    METRIC_FIRST_QUARTILES,
    METRIC_MIDPOINTS,
    METRIC_THIRD_QUARTILES,
    METRIC_COMPLETES,
    METRIC_COMPLETION_RATE,
    METRIC_SKIPS,
    METRIC_SKIP_RATE,
    METRIC_ERRORS,
    METRIC_ERROR_RATE,
    METRIC_VIEWABLES,
    METRIC_NOT_VIEWABLES,
    METRIC_VIEWABLE_RATE,
    METRIC_AVERAGE_PLAYBACK_TIME,
    METRIC_INVALID,
    METRIC_EVENTS, /* of every kind; not unless it is asked for, or the rows are of kinds */
    ANALYTICS_METRICS,
};

/* The word in group_by, and what its column is called in rows: the same but for "ad", whose column
 * is "ad_id". */
const char *analytics_group_name(enum analytics_group group);
const char *analytics_group_column(enum analytics_group group);
bool analytics_group_is_time(enum analytics_group group);

const char *analytics_traffic_name(enum analytics_traffic traffic);
const char *analytics_format_name(enum analytics_format format);
const char *analytics_metric_name(enum analytics_metric metric);
enum event_kind analytics_cell_kind(enum analytics_cell cell);

/* What verdicts and reasons of no fill are called in rows ("valid", "declared_bot" ...;
 * "no_ads", "none_available", "weight_zero", "no_form"). NULL = a number that this version does not
 * know. */
const char *analytics_verdict_name(int verdict);
const char *analytics_nofill_name(int reason);
