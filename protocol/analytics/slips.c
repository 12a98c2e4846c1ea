/* Parameters that are most likely a slip. */
#include "protocol/analytics/slips.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "protocol/analytics/parameters.h"
#include "protocol/near.h"
#include "protocol/query.h"
#include "protocol/text.h"

/* Of a name of ours that is shorter one edit makes too many others. */
enum { LENGTH_MIN = 5 };

/* What is longer is nobody's, nor a slip. */
enum { NAME_SIZE = 64 };

#define WINDOW "start and end, or period"
#define FILTER "ad_id, placement or traffic"

/* What other services call it, by what it is called here. */
static const struct {
    const char *meant;
    const char *slips[40]; /* NULL ends them */
} slips[] = {
    {"start", {"from",       "since",      "after",     "begin",      "begins",     "beginning",
               "start_date", "start-date", "startdate", "start_time", "start-time", "starttime",
               "start_at",   "startat",    "starts_at", "date_from",  "date-from",  "datefrom",
               "from_date",  "fromdate",   "time_from", "from_time",  "date_start", "datestart",
               "min_date",   "time_min",   "timemin"}},
    {"end",
     {"to",      "until",    "till",     "before",     "ends",     "ended",    "ending",  "stop",
      "finish",  "end_date", "end-date", "enddate",    "end_time", "end-time", "endtime", "end_at",
      "endat",   "ends_at",  "date_to",  "date-to",    "dateto",   "to_date",  "todate",  "time_to",
      "to_time", "date_end", "dateend",  "date_until", "max_date", "time_max", "timemax"}},
    {WINDOW, {"date", "dates", "today", "yesterday", "year", "years", "days"}},
    {"period",
     {"range", "ranges", "window", "date_range", "date-range", "daterange", "date_preset",
      "time_range", "timerange", "timeframe", "time_frame", "timespan", "last", "preset",
      "lookback"}},
    {"tz",
     {"timezone", "time_zone", "time-zone", "time.zone", "zone", "zoneinfo", "tzid", "tz_name",
      "tzname", "utc_offset", "utcoffset", "tz_offset", "timezone_offset"}},
    {"group_by",
     {"group",      "groups",    "grouped_by", "grouping",     "groupings", "dimension",
      "dimensions", "breakdown", "breakdowns", "break_down",   "interval",  "granularity",
      "resolution", "unit",      "units",      "time_unit",    "timeunit",  "by",
      "split",      "split_by",  "splitby",    "segment",      "segments",  "segment_by",
      "bucket",     "buckets",   "aggregate",  "aggregate_by", "rollup",    "time_grain",
      "grain",      "step",      "kind",       "kinds"}},
    {"group_by",
     {"minute", "hour", "day", "week", "month", "verdict", "error_code", "nofill_reason"}},
    {"ad_id",
     {"ad", "ads", "adid", "adids", "ad-id", "ad.id", "ad_ids", "ads_id", "ads_ids", "ad_id[]",
      "ad[]", "ads[]", "creative_id"}},
    {"placement",
     {"placement_id", "placement-id", "placementid", "placement_ids", "placement_name",
      "placement[]", "placements[]", "slot", "slots", "slot_id", "ad_slot", "ad_unit"}},
    {FILTER, {"filter", "filters", "where", "segment_filter"}},
    {"metrics",
     {"metrics[]", "measure", "measures", "field", "fields", "column", "columns", "select"}},
    {"order_by",
     {"sort", "sorts", "sort_by", "sort-by", "sortby", "sorting", "sort_order", "sortorder",
      "order", "orders", "ordering", "sort_direction", "direction", "asc", "desc"}},
    {"limit",
     {"per_page", "per-page", "perpage", "page_size", "page-size", "pagesize", "page_limit", "top",
      "max_results", "maxresults", "max_rows", "row_limit", "rows", "count", "page[size]"}},
    {"cursor",
     {"page", "pages", "page_token", "page-token", "pagetoken", "page_number", "next", "next_page",
      "next_cursor", "next_token", "offset", "skip", "start_index", "continuation",
      "page[number]"}},
    {"compare",
     {"compare_to", "compare-to", "compareto", "compare_with", "comparison", "previous",
      "previous_period", "compare_period"}},
    {"format",
     {"output", "output_format", "response_format", "accept", "export", "filetype", "csv"}},
};

static bool is_listed(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count && list[i] != NULL; i++) {
        if (strcasecmp(name, list[i]) == 0)
            return true;
    }
    return false;
}

const char *analytics_slip_of(const char *name)
{
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        if (is_listed(name, slips[i].slips, sizeof slips[i].slips / sizeof slips[i].slips[0]))
            return slips[i].meant;
    }
    for (int i = 0; i < ANALYTICS_PARAMETERS; i++) {
        const char *ours = analytics_parameter_name((enum analytics_parameter)i);
        if (strcasecmp(name, ours) == 0 || (strlen(ours) >= LENGTH_MIN && near_is(name, ours)))
            return ours;
    }
    return NULL;
}

static enum result check_stranger(const char *name, size_t bytes, struct error *error)
{
    const char *meant = analytics_slip_of(name);
    if (meant == NULL)
        return RESULT_OK;
    if (!text_is_printable(name, bytes))
        return error_set(error, RESULT_MALFORMED, "unknown parameter: did you mean %s?", meant);
    return error_set(error, RESULT_MALFORMED, "unknown parameter %s: did you mean %s?", name,
                     meant);
}

enum result analytics_slips_check(const char *query, struct error *error)
{
    struct query_part part;
    bool is_seen[ANALYTICS_PARAMETERS] = {false};
    enum result result = RESULT_OK;
    while (result == RESULT_OK && query_next(&query, &part)) {
        char name[NAME_SIZE];
        size_t bytes = 0;
        if (query_decode(part.name, part.name_bytes, name, sizeof name, &bytes) != RESULT_OK)
            continue;
        int at = analytics_parameter_find(name);
        if (at == ANALYTICS_PARAMETERS) {
            result = check_stranger(name, bytes, error);
            continue;
        }
        int habits = analytics_parameter_habits((enum analytics_parameter)at);
        if (part.value == NULL && (habits & PARAMETER_WITH_VALUE) == 0)
            result = error_set(error, RESULT_MALFORMED, "%s has no value", name);
        else if (is_seen[at] && (habits & (PARAMETER_REPEATED | PARAMETER_FIRST)) == 0)
            result = error_set(error, RESULT_MALFORMED, "%s is given twice", name);
        is_seen[at] = true;
    }
    return result;
}
