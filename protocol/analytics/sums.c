/* What a row of an answer is made of. */
#include "protocol/analytics/sums.h"

#include <math.h>
#include <string.h>

enum { NO_CELL = -1 };

/* The cell that a count is. */
static const signed char counted[ANALYTICS_METRICS] = {
    [METRIC_REQUESTS] = CELL_REQUEST,
    [METRIC_FILLS] = CELL_FILL,
    [METRIC_FILL_RATE] = NO_CELL,
    [METRIC_NOFILLS] = CELL_NOFILL,
    [METRIC_IMPRESSIONS] = CELL_IMPRESSION,
    [METRIC_CLICKS] = CELL_CLICK,
    [METRIC_CLICK_RATE] = NO_CELL,
    [METRIC_STARTS] = CELL_START,
    [METRIC_FIRST_QUARTILES] = CELL_FIRST_QUARTILE,
    [METRIC_MIDPOINTS] = CELL_MIDPOINT,
    [METRIC_THIRD_QUARTILES] = CELL_THIRD_QUARTILE,
    [METRIC_COMPLETES] = CELL_COMPLETE,
    [METRIC_COMPLETION_RATE] = NO_CELL,
    [METRIC_SKIPS] = CELL_SKIP,
    [METRIC_SKIP_RATE] = NO_CELL,
    [METRIC_ERRORS] = CELL_ERROR,
    [METRIC_ERROR_RATE] = NO_CELL,
    [METRIC_VIEWABLES] = CELL_VIEWABLE,
    [METRIC_NOT_VIEWABLES] = CELL_NOT_VIEWABLE,
    [METRIC_VIEWABLE_RATE] = NO_CELL,
    [METRIC_AVERAGE_PLAYBACK_TIME] = NO_CELL,
    [METRIC_INVALID] = NO_CELL,
    [METRIC_EVENTS] = NO_CELL,
};

void analytics_sums_add(struct analytics_sums *sums, const struct analytics_sums *more, int times)
{
    sums->events += times * more->events;
    sums->invalid += times * more->invalid;
    sums->playback_ms += times * more->playback_ms;
    for (int i = 0; i < ANALYTICS_CELLS; i++)
        sums->cells[i] += times * more->cells[i];
}

bool analytics_sums_are_zero(const struct analytics_sums *sums)
{
    static const struct analytics_sums zero;
    return memcmp(sums, &zero, sizeof zero) == 0;
}

bool analytics_metric_is_count(enum analytics_metric metric)
{
    return counted[metric] != NO_CELL || metric == METRIC_INVALID || metric == METRIC_EVENTS;
}

int64_t analytics_sums_count(const struct analytics_sums *sums, enum analytics_metric metric)
{
    if (metric == METRIC_EVENTS)
        return sums->events;
    return metric == METRIC_INVALID ? sums->invalid : sums->cells[counted[metric]];
}

/* To so many steps of one as people read it by. */
static double rounded(double exact, double steps)
{
    const double largest = 1e15;
    if (!(fabs(exact * steps) < largest))
        return exact;
    return (double)(int64_t)(exact * steps + 0.5) / steps;
}

static double share(int64_t part, int64_t whole)
{
    return whole == 0 ? (double)NAN : rounded((double)part / (double)whole, 1e6);
}

static double mean(double dividend, int64_t divisor)
{
    return divisor == 0 ? 0.0 : rounded(dividend / (double)divisor, 1e4);
}

double analytics_sums_metric(const struct analytics_sums *sums, enum analytics_metric metric)
{
    const int64_t *cells = sums->cells;
    if (analytics_metric_is_count(metric))
        return (double)analytics_sums_count(sums, metric);
    switch ((int)metric) {
    case METRIC_FILL_RATE:
        return share(cells[CELL_FILL], cells[CELL_REQUEST]);
    case METRIC_CLICK_RATE:
        return mean(100.0 * (double)cells[CELL_CLICK], cells[CELL_IMPRESSION]);
    case METRIC_COMPLETION_RATE:
        return share(cells[CELL_COMPLETE], cells[CELL_START]);
    case METRIC_SKIP_RATE:
        return share(cells[CELL_SKIP], cells[CELL_START]);
    case METRIC_ERROR_RATE:
        return share(cells[CELL_ERROR], cells[CELL_ERROR] + cells[CELL_IMPRESSION]);
    case METRIC_VIEWABLE_RATE:
        return share(cells[CELL_VIEWABLE], cells[CELL_VIEWABLE] + cells[CELL_NOT_VIEWABLE]);
    default: /* METRIC_AVERAGE_PLAYBACK_TIME, the last that is no count */
        return mean((double)sums->playback_ms / 1000.0, cells[CELL_CLICK]);
    }
}
