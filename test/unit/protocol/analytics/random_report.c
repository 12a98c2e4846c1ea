/* Random reports. */
#include "test/unit/protocol/analytics/random_report.h"

#include <stdio.h>
#include <string.h>

#include <check.h>

#include "test/unit/protocol/random_object.h"

static const enum analytics_group shapes[][3] = {
    {GROUP_AD, GROUP_NONE, GROUP_NONE},
    {GROUP_PLACEMENT, GROUP_NONE, GROUP_NONE},
    {GROUP_KIND, GROUP_NONE, GROUP_NONE},
    {GROUP_ERROR_CODE, GROUP_NONE, GROUP_NONE},
    {GROUP_NOFILL_REASON, GROUP_NONE, GROUP_NONE},
    {GROUP_VERDICT, GROUP_NONE, GROUP_NONE},
    {GROUP_NONE, GROUP_NONE, GROUP_DAY},
    {GROUP_AD, GROUP_NONE, GROUP_DAY},
    {GROUP_PLACEMENT, GROUP_NONE, GROUP_DAY},
    {GROUP_KIND, GROUP_NONE, GROUP_DAY},
    {GROUP_AD, GROUP_KIND, GROUP_NONE},
    {GROUP_AD, GROUP_ERROR_CODE, GROUP_NONE},
    {GROUP_AD, GROUP_VERDICT, GROUP_NONE},
    {GROUP_PLACEMENT, GROUP_KIND, GROUP_NONE},
    {GROUP_PLACEMENT, GROUP_NOFILL_REASON, GROUP_NONE},
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

/* Each beginning with one of a few beginnings, longer and shorter than what a cursor carries. */
static void name_placements(struct asked *asked)
{
    static const char *const beginnings[] = {"",     "home.page.", "home-", "=1+", "a,\"b\"",
                                             "\r\n", "\xc3\xa4",   "@",     "-",   "home.page"};
    for (int i = 1; i <= 60; i++) {
        char name[64];
        const char *beginning = beginnings[random_below(sizeof beginnings / sizeof beginnings[0])];
        ck_assert_int_gt(snprintf(name, sizeof name, "%s%d", beginning, 90 - i), 0);
        asked_name(asked, i, name);
    }
}

static void add_events(struct asked *asked, unsigned keys)
{
    const struct analytics_query *query = &asked->question.query;
    struct analytics_sums sums = {0};
    struct analytics_group_key key = {0};
    if (query->group != GROUP_NONE)
        key.key = random_below(keys);
    if (query->second != GROUP_NONE)
        key.second = (int32_t)random_below(6);
    sums.events = random_below(4);
    sums.invalid = random_below(2);
    sums.playback_ms = random_below(5000);
    for (int i = 0; i < ANALYTICS_CELLS; i++)
        sums.cells[i] = random_below(4) == 0 ? random_below(4) : 0;
    if (random_below(50) == 0)
        sums.cells[random_below(ANALYTICS_CELLS)] = random_below(1u << 30);
    size_t bucket = random_below((unsigned)asked->report->buckets.count);
    analytics_sums_add(&asked->report->total, &sums, 1);
    ck_assert(analytics_table_add(asked->report->table, key, bucket, &sums, 1));
}

void random_events(struct asked *asked)
{
    unsigned keys = 1 + random_below(asked->question.query.group == GROUP_PLACEMENT ? 60 : 40);
    name_placements(asked);
    for (unsigned left = random_below(4) == 0 ? 0 : random_below(200); left > 0; left--)
        add_events(asked, keys);
}

void random_report(struct asked *asked)
{
    const enum analytics_group *shape = shapes[random_below(SHAPES)];
    size_t buckets = shape[2] == GROUP_NONE ? 1 : 1 + random_below(12);
    asked_init(asked, shape[0], shape[1], shape[2], buckets);
    asked->question.view.metrics = METRIC_BIT(ANALYTICS_METRICS) - 1;
    random_events(asked);
}

bool next_order(struct asked *asked, int order)
{
    struct analytics_view *view = &asked->question.view;
    const struct analytics_query *query = &asked->question.query;
    const enum analytics_group columns[] = {query->group, query->second, query->bucket};
    int which = order / 2;
    view->is_descending = order % 2 == 1;
    view->is_ordered_by_metric = which < ANALYTICS_METRICS;
    if (view->is_ordered_by_metric) {
        view->order_metric = (enum analytics_metric)which;
        return true;
    }
    which -= ANALYTICS_METRICS;
    for (int i = 0; i < 3; i++) {
        if (columns[i] != GROUP_NONE && which-- == 0) {
            view->order_group = columns[i];
            return true;
        }
    }
    return false;
}
