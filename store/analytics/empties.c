/* Groups that came to nothing. */
#include "store/analytics/empties.h"

/* Whether the sums tell of every event that a group may have. Without an ad there are requests, no
 * fills and errors alone. */
static bool tells_all(const struct analytics_query *query, struct analytics_group_key key)
{
    return query->has_events || inquiry_asks_has_group(query, GROUP_KIND) ||
           inquiry_asks_has_group(query, GROUP_ERROR_CODE) ||
           inquiry_asks_has_group(query, GROUP_NOFILL_REASON) ||
           (query->group == GROUP_AD && key.key == 0);
}

static bool is_empty(const struct analytics_table *table, size_t group)
{
    for (size_t i = 0; i < analytics_table_buckets(table); i++) {
        if (!analytics_sums_are_zero(analytics_table_sums(table, group, i)))
            return false;
    }
    return true;
}

static bool is_of_keys(const struct analytics_query *query)
{
    return query->group == GROUP_AD || query->group == GROUP_PLACEMENT;
}

bool empties_find(struct empties *empties, const struct analytics_query *query,
                  const struct analytics_table *table)
{
    *empties = (struct empties){0};
    for (size_t i = 0; query->group != GROUP_NONE && i < analytics_table_groups(table); i++) {
        const struct analytics_group_key key = analytics_table_key(table, i);
        if (tells_all(query, key) || !is_empty(table, i))
            continue;
        if (empties->count < EMPTIES_KEYS_MAX)
            empties->keys[empties->count] = key.key;
        empties->count++;
        empties->has_none = empties->has_none || (is_of_keys(query) && key.key == 0);
    }
    if (empties->count > 0)
        empties->events = analytics_table_new(1, true);
    return empties->count > 0;
}

void empties_clear(struct empties *empties)
{
    analytics_table_free(empties->events);
    *empties = (struct empties){0};
}

/* Those without a placement are what the others leave: then all are read. */
bool empties_ask(const struct empties *empties, const struct analytics_query *query,
                 const struct inquiry_ask *ask, struct inquiry_ask *once_more)
{
    bool has_keys = is_of_keys(query) && !empties->has_none && empties->count <= EMPTIES_KEYS_MAX;
    if (ask->target != TARGET_ROWS || (has_keys && ask->is_of_all))
        return false;
    *once_more = *ask;
    once_more->ask.has_every_kind = true;
    once_more->ask.has_invalid = false;
    if (!has_keys)
        return true;
    once_more->ask.keys = empties->keys;
    once_more->ask.key_count = empties->count;
    once_more->has_rest = false;
    return true;
}

static bool has_events(const struct empties *empties, struct analytics_group_key key)
{
    const struct analytics_sums *sums =
        empties->events == NULL ? NULL : analytics_table_find(empties->events, key, 0);
    return sums != NULL && sums->events != 0;
}

/* From behind: the last group takes the place of one that is dropped. */
void empties_drop(const struct empties *empties, const struct analytics_query *query,
                  struct analytics_table *table)
{
    for (size_t i = analytics_table_groups(table); query->group != GROUP_NONE && i > 0; i--) {
        const struct analytics_group_key key = analytics_table_key(table, i - 1);
        if (tells_all(query, key) || !has_events(empties, key))
            analytics_table_drop_empty(table, key);
    }
}
