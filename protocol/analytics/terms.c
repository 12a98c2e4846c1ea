/* The words of GET /ads/analytics. */
#include "protocol/analytics/terms.h"

#include <assert.h>

#include "protocol/nofill.h"

static const struct group_words {
    const char *name;
    const char *column;
} groups[ANALYTICS_GROUPS] = {
    [GROUP_NONE] = {"", ""},
    [GROUP_AD] = {"ad", "ad_id"},
    [GROUP_PLACEMENT] = {"placement", "placement"},
    [GROUP_KIND] = {"kind", "kind"},
    [GROUP_ERROR_CODE] = {"error_code", "error_code"},
    [GROUP_NOFILL_REASON] = {"nofill_reason", "nofill_reason"},
    [GROUP_VERDICT] = {"verdict", "verdict"},
    [GROUP_MINUTE] = {"minute", "minute"},
    [GROUP_HOUR] = {"hour", "hour"},
    [GROUP_DAY] = {"day", "day"},
    [GROUP_WEEK] = {"week", "week"},
    [GROUP_MONTH] = {"month", "month"},
};

static const char *const traffics[ANALYTICS_TRAFFICS] = {
    [TRAFFIC_GROSS] = "gross",
    [TRAFFIC_NET] = "net",
    [TRAFFIC_TEST] = "test",
};

static const char *const formats[ANALYTICS_FORMATS] = {
    [FORMAT_JSON] = "json",
    [FORMAT_CSV] = "csv",
    [FORMAT_NDJSON] = "ndjson",
};

static const char *const metrics[ANALYTICS_METRICS] = {
    [METRIC_REQUESTS] = "requests",
    [METRIC_FILLS] = "fills",
    [METRIC_FILL_RATE] = "fill_rate",
    [METRIC_NOFILLS] = "nofills",
    [METRIC_IMPRESSIONS] = "impressions",
    [METRIC_CLICKS] = "clicks",
    [METRIC_CLICK_RATE] = "click_rate",
    [METRIC_STARTS] = "starts",
    [METRIC_FIRST_QUARTILES] = "first_quartiles",
    [METRIC_MIDPOINTS] = "midpoints",
    [METRIC_THIRD_QUARTILES] = "third_quartiles",
    [METRIC_COMPLETES] = "completes",
    [METRIC_COMPLETION_RATE] = "completion_rate",
    [METRIC_SKIPS] = "skips",
    [METRIC_SKIP_RATE] = "skip_rate",
    [METRIC_ERRORS] = "errors",
    [METRIC_ERROR_RATE] = "error_rate",
    [METRIC_VIEWABLES] = "viewables",
    [METRIC_NOT_VIEWABLES] = "not_viewables",
    [METRIC_VIEWABLE_RATE] = "viewable_rate",
    [METRIC_AVERAGE_PLAYBACK_TIME] = "average_playback_time",
    [METRIC_INVALID] = "invalid",
    [METRIC_EVENTS] = "events",
};

static const enum event_kind cells[ANALYTICS_CELLS] = {
    [CELL_REQUEST] = EVENT_REQUEST,
    [CELL_FILL] = EVENT_FILL,
    [CELL_NOFILL] = EVENT_NOFILL,
    [CELL_IMPRESSION] = EVENT_IMPRESSION,
    [CELL_CLICK] = EVENT_CLICK,
    [CELL_START] = EVENT_START,
    [CELL_FIRST_QUARTILE] = EVENT_FIRST_QUARTILE,
    [CELL_MIDPOINT] = EVENT_MIDPOINT,
    [CELL_THIRD_QUARTILE] = EVENT_THIRD_QUARTILE,
    [CELL_COMPLETE] = EVENT_COMPLETE,
    [CELL_SKIP] = EVENT_SKIP,
    [CELL_ERROR] = EVENT_ERROR,
    [CELL_VIEWABLE] = EVENT_VIEWABLE,
    [CELL_NOT_VIEWABLE] = EVENT_NOT_VIEWABLE,
};

const char *analytics_group_name(enum analytics_group group)
{
    assert((unsigned)group < ANALYTICS_GROUPS);
    return groups[group].name;
}

const char *analytics_group_column(enum analytics_group group)
{
    assert((unsigned)group < ANALYTICS_GROUPS);
    return groups[group].column;
}

bool analytics_group_is_time(enum analytics_group group)
{
    return group >= GROUP_MINUTE && group <= GROUP_MONTH;
}

const char *analytics_traffic_name(enum analytics_traffic traffic)
{
    assert((unsigned)traffic < ANALYTICS_TRAFFICS);
    return traffics[traffic];
}

const char *analytics_format_name(enum analytics_format format)
{
    assert((unsigned)format < ANALYTICS_FORMATS);
    return formats[format];
}

const char *analytics_metric_name(enum analytics_metric metric)
{
    assert((unsigned)metric < ANALYTICS_METRICS);
    return metrics[metric];
}

enum event_kind analytics_cell_kind(enum analytics_cell cell)
{
    assert((unsigned)cell < ANALYTICS_CELLS);
    return cells[cell];
}

const char *analytics_verdict_name(int verdict)
{
    static const char *const names[EVENT_VERDICTS] = {
        [VERDICT_VALID] = "valid",
        [VERDICT_DECLARED_BOT] = "declared_bot",
        [VERDICT_MARKED_BY_PROXY] = "marked_by_proxy",
        [VERDICT_LATE] = "late",
        [VERDICT_TEST] = "test",
    };
    return verdict >= 0 && verdict < EVENT_VERDICTS ? names[verdict] : NULL;
}

const char *analytics_nofill_name(int reason)
{
    static const char *const names[] = {
        [NOFILL_NO_ADS] = "no_ads",
        [NOFILL_NONE_AVAILABLE] = "none_available",
        [NOFILL_WEIGHT_ZERO] = "weight_zero",
        [NOFILL_NO_FORM] = "no_form",
    };
    const int count = (int)(sizeof names / sizeof names[0]);
    return reason >= 0 && reason < count ? names[reason] : NULL;
}
