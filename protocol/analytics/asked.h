/* A question of GET /ads/analytics as it was understood: what is asked of the database, and how it
 * is to be shown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/terms.h"
#include "protocol/analytics/zone.h"
#include "protocol/event.h"
#include "protocol/result.h"

enum {
    ANALYTICS_FILTER_MAX = 100,
    ANALYTICS_CELLS_MAX = 100000, /* rows times buckets */
    ANALYTICS_LIMIT = 100,
    ANALYTICS_LIMIT_MAX = 10000,
    ANALYTICS_IDENTITY_SIZE = 17,
};

/* Microseconds since 1970; both ends inside. */
struct analytics_window {
    int64_t start_us;
    int64_t end_us;
};

/* What the database is asked; two that are equal byte for byte (memcmp) have the same answer. */
struct analytics_query {
    struct analytics_window window;
    struct analytics_window previous; /* to compare with; both 0 = none */
    bool has_previous;
    enum analytics_traffic traffic;
    enum analytics_group group;  /* not of time; GROUP_NONE = the rows are of times alone */
    enum analytics_group second; /* not of time, beside `group`: see analytics_question_parse() */
    enum analytics_group bucket; /* of time; GROUP_NONE = the window is one bucket */
    bool has_events;             /* METRIC_EVENTS is wanted: every kind has to be read */
    bool has_invalid;            /* METRIC_INVALID is wanted */
    char zone[ZONE_NAME_SIZE];   /* padded with zeros */
    size_t ad_count;             /* 0 = no such filter */
    int32_t ad_ids[ANALYTICS_FILTER_MAX]; /* ascending, each once */
    size_t placement_count;
    char placements[ANALYTICS_FILTER_MAX][EVENT_PLACEMENT_MAX_BYTES + 1]; /* ascending, each once,
                                                                            padded with zeros */
};

/* The last row of a page. */
struct analytics_position {
    double value; /* that the rows are ordered by, NaN = none */
    int64_t key;  /* of its group: group_key.h */
    int32_t second;
    int64_t bucket_us; /* the edge that its bucket begins at */
};

/* Whole days of the zone, today the last; the months are the calendar's. */
enum analytics_period {
    PERIOD_NONE, /* start and end */
    PERIOD_TODAY,
    PERIOD_YESTERDAY,
    PERIOD_7D,
    PERIOD_30D,
    PERIOD_MONTH,
    PERIOD_LAST_MONTH,
    ANALYTICS_PERIODS,
};

struct analytics_view {
    enum analytics_period period; /* that the windows come from */
    enum analytics_format format;
    uint32_t metrics;          /* bits by enum analytics_metric */
    bool is_ordered_by_metric; /* else by `order_group` */
    enum analytics_metric order_metric;
    enum analytics_group order_group;
    bool is_descending;
    uint32_t limit;    /* rows; 0 = all */
    bool has_position; /* a cursor was given: the page begins behind it */
    struct analytics_position position;
    char identity[ANALYTICS_IDENTITY_SIZE]; /* hexadecimal: of what decides the rows and their
                                               order; a cursor holds it */
};

struct analytics_question {
    struct analytics_query query;
    struct analytics_view view;
};
