/* Which statements a query takes, and where their rows go. */
#include "store/analytics/inquiry_asks.h"

#include <string.h>

#include "protocol/event_key.h"

bool inquiry_asks_has_group(const struct analytics_query *query, enum analytics_group group)
{
    return query->group == group || query->second == group;
}

static void read_keys(struct inquiry_asks *asks, const struct analytics_query *query)
{
    for (size_t i = 0; i < query->ad_count; i++)
        asks->keys[asks->key_count++] = query->ad_ids[i];
    for (size_t i = 0; i < query->placement_count; i++)
        asks->keys[asks->key_count++] =
            placement_id(query->placements[i], strlen(query->placements[i]));
}

/* Of the filter alone. */
static enum count_dimension plain_dimension(const struct analytics_query *query)
{
    if (query->ad_count > 0)
        return DIMENSION_AD;
    return query->placement_count > 0 ? DIMENSION_PLACEMENT : DIMENSION_ALL;
}

static enum count_dimension rows_dimension(const struct analytics_query *query)
{
    if (inquiry_asks_has_group(query, GROUP_ERROR_CODE))
        return DIMENSION_ERROR;
    if (inquiry_asks_has_group(query, GROUP_NOFILL_REASON))
        return DIMENSION_NOFILL;
    if (query->group == GROUP_AD)
        return DIMENSION_AD;
    return query->group == GROUP_PLACEMENT ? DIMENSION_PLACEMENT : plain_dimension(query);
}

static struct ask plain_ask(const struct inquiry_asks *asks, const struct analytics_query *query)
{
    return (struct ask){.dimension = plain_dimension(query),
                        .keys = asks->keys,
                        .key_count = asks->key_count,
                        .has_every_kind = query->has_events,
                        .has_invalid = query->has_invalid && query->traffic == TRAFFIC_GROSS,
                        .traffic = query->traffic};
}

static void add_ask(struct inquiry_asks *asks, enum ask_target target, struct ask ask)
{
    asks->asks[asks->count++] = (struct inquiry_ask){.ask = ask, .target = target};
}

/* Rows of kinds tell the invalid ones of each by the verdict. */
static struct ask rows_ask(const struct inquiry_asks *asks, const struct analytics_query *query)
{
    struct ask ask = plain_ask(asks, query);
    bool is_of_kinds = inquiry_asks_has_group(query, GROUP_KIND);
    ask.dimension = rows_dimension(query);
    ask.is_by_key = query->group == GROUP_AD || query->group == GROUP_PLACEMENT;
    ask.is_by_detail = inquiry_asks_has_group(query, GROUP_ERROR_CODE) ||
                       inquiry_asks_has_group(query, GROUP_NOFILL_REASON);
    ask.is_by_verdict =
        inquiry_asks_has_group(query, GROUP_VERDICT) || (is_of_kinds && ask.has_invalid);
    ask.has_every_kind = ask.has_every_kind || is_of_kinds;
    return ask;
}

/* What has no ad, or no placement, is counted under no key: it is what the others leave of all. */
static void add_rows(struct inquiry_asks *asks, const struct analytics_query *query)
{
    struct ask ask = rows_ask(asks, query);
    bool has_rest = ask.is_by_key && !ask.is_by_detail && ask.key_count == 0;
    add_ask(asks, TARGET_ROWS, ask);
    asks->asks[asks->count - 1].has_rest = has_rest;
    if (!has_rest)
        return;
    ask.dimension = DIMENSION_ALL;
    ask.is_by_key = false;
    add_ask(asks, TARGET_ROWS, ask);
    asks->asks[asks->count - 1].is_of_all = true;
}

void inquiry_asks_make(struct inquiry_asks *asks, const struct analytics_query *query)
{
    *asks = (struct inquiry_asks){0};
    read_keys(asks, query);
    add_ask(asks, TARGET_TOTAL, plain_ask(asks, query));
    if (query->has_previous)
        add_ask(asks, TARGET_PREVIOUS, plain_ask(asks, query));
    if (query->group != GROUP_NONE || query->bucket != GROUP_NONE)
        add_rows(asks, query);
}

static int64_t number_of(enum analytics_group group, const struct ask_row *row, int kind)
{
    switch (group) {
    case GROUP_AD:
    case GROUP_PLACEMENT:
        return row->key;
    case GROUP_KIND:
        return kind;
    case GROUP_ERROR_CODE:
    case GROUP_NOFILL_REASON:
        return row->detail;
    case GROUP_VERDICT:
        return row->verdict;
    default:
        return 0;
    }
}

/* To its own group, and off that of none. */
static bool add_sums(const struct inquiry_ask *ask, struct analytics_group_key key, size_t bucket,
                     const struct analytics_sums *sums, int times, struct analytics_table *table)
{
    const struct analytics_group_key none = {.key = 0, .second = key.second};
    if (ask->is_of_all)
        return analytics_table_add(table, none, bucket, sums, times);
    return analytics_table_add(table, key, bucket, sums, times) &&
           (!ask->has_rest || analytics_table_add(table, none, bucket, sums, -times));
}

/* What a row tells of one kind. */
static struct analytics_sums sums_of_kind(const struct ask_row *row, int kind)
{
    struct analytics_sums sums = {.events = row->kinds[kind]};
    if (row->verdict != VERDICT_VALID && row->verdict != VERDICT_TEST)
        sums.invalid = row->kinds[kind];
    if (kind == EVENT_CLICK)
        sums.playback_ms = row->sums.playback_ms;
    for (int cell = 0; cell < ANALYTICS_CELLS; cell++) {
        if ((int)analytics_cell_kind((enum analytics_cell)cell) == kind)
            sums.cells[cell] = row->kinds[kind];
    }
    return sums;
}

static bool add_kinds(const struct inquiry_ask *ask, const struct analytics_query *query,
                      const struct ask_row *row, size_t bucket, int times,
                      struct analytics_table *table)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        const struct analytics_group_key key = {.key = number_of(query->group, row, kind),
                                                .second =
                                                    (int32_t)number_of(query->second, row, kind)};
        const struct analytics_sums sums = sums_of_kind(row, kind);
        if (row->kinds[kind] != 0 && !add_sums(ask, key, bucket, &sums, times, table))
            return false;
    }
    return true;
}

bool inquiry_asks_add(const struct inquiry_ask *ask, const struct analytics_query *query,
                      const struct ask_row *row, size_t bucket, int times,
                      struct analytics_table *table)
{
    if (inquiry_asks_has_group(query, GROUP_KIND))
        return add_kinds(ask, query, row, bucket, times, table);
    const struct analytics_group_key key = {.key = number_of(query->group, row, 0),
                                            .second = (int32_t)number_of(query->second, row, 0)};
    return add_sums(ask, key, bucket, &row->sums, times, table);
}
