/* When a question is about. */
#include "protocol/analytics/windows.h"

#include <string.h>

#include "protocol/analytics/parameters.h"
#include "protocol/timestamp.h"

static const int64_t minute_us = 60000000;
/* No text of ours, and no time of PostgreSQL's that is far from it, is before the year 0. */
static const int64_t year_0_us = -62167219200000000;

/* A period's first day and the one after its last, counted from today or from the first of this
 * month, and how far back the one before lies. */
static const struct period {
    const char *name;
    bool is_of_months;
    int first, next, back;
} periods[ANALYTICS_PERIODS] = {
    [PERIOD_NONE] = {"", false, 0, 0, 0},
    [PERIOD_TODAY] = {"today", false, 0, 1, 1},
    [PERIOD_YESTERDAY] = {"yesterday", false, -1, 0, 1},
    [PERIOD_7D] = {"7d", false, -6, 1, 7},
    [PERIOD_30D] = {"30d", false, -29, 1, 30},
    [PERIOD_MONTH] = {"month", true, 0, 1, 1},
    [PERIOD_LAST_MONTH] = {"last_month", true, -1, 0, 1},
};

static const char *name_of(int index)
{
    return periods[index].name;
}

static enum result parse_time(const char *query_string, enum analytics_parameter parameter,
                              int64_t *time_us, bool *cut, struct error *error)
{
    struct parameter_value value;
    const char *name = analytics_parameter_name(parameter);
    analytics_parameter_read(query_string, parameter, &value);
    if (!value.is_given)
        return error_set(error, RESULT_MALFORMED, "%s is missing: give start and end, or period",
                         name);
    if (value.is_broken || timestamp_parse(value.text, value.bytes, time_us, cut) != RESULT_OK)
        return error_set(error, RESULT_MALFORMED,
                         "%s is not an RFC 3339 time such as 2025-04-20T00:00:00Z", name);
    return RESULT_OK;
}

static enum result parse_start_and_end(const char *query_string, struct analytics_window *window,
                                       struct error *error)
{
    bool cut = false;
    enum result result = parse_time(query_string, PARAMETER_START, &window->start_us, &cut, error);
    if (result != RESULT_OK)
        return result;
    window->start_us += cut;
    result = parse_time(query_string, PARAMETER_END, &window->end_us, NULL, error);
    if (result == RESULT_OK && window->end_us < window->start_us)
        return error_set(error, RESULT_MALFORMED, "end is before start");
    return result;
}

static struct zone_date shifted(struct zone_date date, const struct period *period, int by)
{
    if (period->is_of_months)
        date.month += by;
    else
        date.day += by;
    return date;
}

/* Today, or the first of this month. */
static struct zone_date base_of(struct zone_date now, const struct period *period)
{
    return (struct zone_date){
        .year = now.year, .month = now.month, .day = period->is_of_months ? 1 : now.day};
}

static struct analytics_window window_of(struct zone *zone, const struct period *period,
                                         int64_t now_us)
{
    struct zone_date base = base_of(zone_date_of(zone, now_us, NULL, NULL), period);
    return (struct analytics_window){
        .start_us = zone_time_of(zone, shifted(base, period, period->first)),
        .end_us = zone_time_of(zone, shifted(base, period, period->next)) - 1,
    };
}

static struct analytics_window window_before(struct zone *zone, const struct period *period,
                                             const struct analytics_window *window, int64_t now_us)
{
    struct zone_date now = zone_date_of(zone, now_us, NULL, NULL);
    struct zone_date base = base_of(now, period);
    struct analytics_window before = {
        .start_us = zone_time_of(zone, shifted(base, period, period->first - period->back)),
        .end_us = window->start_us - 1,
    };
    if (now_us > window->end_us)
        return before;
    /* On the 31st the month before may have no such day: it is carried beyond that month's end. */
    int64_t reached_us = zone_time_of(zone, shifted(now, period, -period->back));
    if (reached_us < before.start_us + minute_us)
        reached_us = before.start_us + minute_us;
    if (reached_us <= before.end_us)
        before.end_us = reached_us - 1;
    return before;
}

static enum result parse_compare(const char *query_string, bool *is_wanted, struct error *error)
{
    struct parameter_value value;
    analytics_parameter_read(query_string, PARAMETER_COMPARE, &value);
    *is_wanted = value.is_given;
    if (value.is_given && strcmp(value.text, "previous") != 0)
        return error_set(error, RESULT_MALFORMED, "compare must be previous");
    return RESULT_OK;
}

static enum result parse_free(const char *query_string, struct analytics_query *query,
                              struct error *error)
{
    enum result result = parse_start_and_end(query_string, &query->window, error);
    if (result != RESULT_OK || !query->has_previous)
        return result;
    int64_t length_us = query->window.end_us - query->window.start_us + 1;
    query->previous.start_us = query->window.start_us - length_us;
    query->previous.end_us = query->window.start_us - 1;
    if (query->previous.start_us < year_0_us)
        return error_set(error, RESULT_MALFORMED,
                         "compare=previous would reach back before the year 0");
    return RESULT_OK;
}

static bool is_given(const char *query_string, enum analytics_parameter parameter)
{
    struct parameter_value value;
    analytics_parameter_read(query_string, parameter, &value);
    return value.is_given;
}

static enum result parse_period(const char *query_string, struct zone *zone, int64_t now_us,
                                struct analytics_question *question, struct error *error)
{
    struct analytics_query *query = &question->query;
    struct parameter_value value;
    analytics_parameter_read(query_string, PARAMETER_PERIOD, &value);
    int period = analytics_find_word(value.text, ANALYTICS_PERIODS, name_of);
    if (period == PERIOD_NONE || period == ANALYTICS_PERIODS)
        return error_set(error, RESULT_MALFORMED,
                         "period must be today, yesterday, 7d, 30d, month or last_month");
    if (is_given(query_string, PARAMETER_START) || is_given(query_string, PARAMETER_END))
        return error_set(error, RESULT_MALFORMED,
                         "period can't be given together with start or end");
    question->view.period = (enum analytics_period)period;
    query->window = window_of(zone, &periods[period], now_us);
    if (query->has_previous)
        query->previous = window_before(zone, &periods[period], &query->window, now_us);
    return RESULT_OK;
}

static struct zone *open_zone(const char *query_string, char name[static ZONE_NAME_SIZE],
                              struct error *error)
{
    struct parameter_value value;
    analytics_parameter_read(query_string, PARAMETER_TZ, &value);
    const char *wanted = value.is_given ? value.text : "UTC";
    struct zone *zone = zone_open(wanted, error);
    if (zone != NULL)
        memcpy(name, wanted, strlen(wanted) + 1);
    return zone;
}

enum result analytics_windows_parse(const char *query_string, int64_t now_us,
                                    struct analytics_question *question, struct error *error)
{
    struct analytics_query *query = &question->query;
    enum result result = parse_compare(query_string, &query->has_previous, error);
    if (result != RESULT_OK)
        return result;
    struct zone *zone = open_zone(query_string, query->zone, error);
    if (zone == NULL)
        return RESULT_MALFORMED;
    if (is_given(query_string, PARAMETER_PERIOD))
        result = parse_period(query_string, zone, now_us, question, error);
    else
        result = parse_free(query_string, query, error);
    zone_close(zone);
    return result;
}
