/* Cuts windows into strips. */
#include "store/analytics/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"
#include "store/analytics/levels.h"

enum { LEVELS = STRIP_MONTHS + 1 };

/* A part of a bucket, and where its counts go. */
struct part {
    int64_t first_us;
    int64_t past_us;
    int32_t plus;
    int32_t minus;
};

/* What one bucket list is planned by. */
struct planner {
    struct plan *plan;
    const int64_t *marks;
    bool is_all;
};

/* Nothing was counted before the oldest, nor behind the newest. Nor are there events before the
 * minute of the oldest: the edges of hours that a zone had then may be tens of thousands. */
static struct part cut(const struct planner *planner, enum strip_source source, struct part part)
{
    bool is_of_minutes = source == STRIP_MINUTES || source == STRIP_EVENTS;
    int level = is_of_minutes ? STRIP_MINUTES_OF_ALL : (int)source;
    int64_t oldest_us = planner->marks[MARK_OLDEST];
    int64_t newest_us = planner->marks[MARK_NEWEST];
    if (part.first_us < oldest_us)
        part.first_us = oldest_us < part.past_us ? level_floor(level, oldest_us) : part.past_us;
    if (source == STRIP_MINUTES && part.past_us > newest_us)
        part.past_us = newest_us;
    return part;
}

static void add_strip(const struct planner *planner, enum strip_source source, struct part whole)
{
    struct plan *plan = planner->plan;
    const struct part part = cut(planner, source, whole);
    if (part.first_us >= part.past_us)
        return;
    if (plan->count == plan->size) {
        plan->size = plan->size == 0 ? 32 : 2 * plan->size;
        plan->strips = memory_resized(plan->strips, plan->size * sizeof *plan->strips);
    }
    plan->strips[plan->count++] = (struct strip){.first_us = part.first_us,
                                                 .past_us = part.past_us,
                                                 .source = source,
                                                 .plus = part.plus,
                                                 .minus = part.minus};
}

/* Whole minutes: those of all are in `counts` before the mark of the quarter hours, those of the
 * others nowhere before minutes_from. */
static void add_minutes(const struct planner *planner, const struct part *part)
{
    int64_t turn_us = planner->marks[planner->is_all ? MARK_QUARTERS : MARK_MINUTES_FROM];
    struct part before = *part;
    struct part behind = *part;
    if (before.past_us > turn_us)
        before.past_us = turn_us;
    if (behind.first_us < turn_us)
        behind.first_us = turn_us;
    add_strip(planner, planner->is_all ? STRIP_MINUTES_OF_ALL : STRIP_EVENTS, before);
    add_strip(planner, STRIP_MINUTES, behind);
}

static void add_part(const struct planner *planner, int level, const struct part *like,
                     int64_t first_us, int64_t past_us)
{
    const struct part part = {first_us, past_us, like->plus, like->minus};
    if (level < 0)
        add_strip(planner, STRIP_EVENTS, part);
    else if (level == STRIP_MINUTES_OF_ALL)
        add_minutes(planner, &part);
    else
        add_strip(planner, (enum strip_source)level, part);
}

/* Levels nest: of each, what lies in its whole buckets before its mark, less what the next has.
 * What no level has, at both ends, is read from the events. */
static void add_nested(const struct planner *planner, const struct part *part)
{
    int64_t low_us = part->first_us;
    int64_t high_us = part->past_us;
    if (low_us >= high_us || high_us <= planner->marks[MARK_OLDEST])
        return;
    for (int level = 0; level < LEVELS; level++) {
        int64_t first_us = level_ceiling(level, low_us);
        int64_t past_us = level_floor(level, high_us);
        if (level > 0 && past_us > planner->marks[level])
            past_us = planner->marks[level];
        if (first_us >= past_us) {
            add_part(planner, level - 1, part, low_us, high_us);
            return;
        }
        add_part(planner, level - 1, part, low_us, first_us);
        add_part(planner, level - 1, part, past_us, high_us);
        low_us = first_us;
        high_us = past_us;
    }
    add_part(planner, STRIP_MONTHS, part, low_us, high_us);
}

/* The midnight that an edge is counted from; false where its day is not rolled up. */
static bool find_anchor(const struct planner *planner, int64_t edge_us, int64_t *anchor_us)
{
    int64_t before_us = level_floor(STRIP_DAYS, edge_us);
    int64_t behind_us = level_ceiling(STRIP_DAYS, edge_us);
    *anchor_us = edge_us - before_us < behind_us - edge_us ? before_us : behind_us;
    return behind_us <= planner->marks[MARK_DAYS];
}

/* What lies between an edge and its midnight. */
static void add_edge(const struct planner *planner, int64_t edge_us, int64_t anchor_us,
                     int32_t before, int32_t behind)
{
    const struct part early = {anchor_us, edge_us, before, behind}; /* the midnight comes first */
    const struct part late = {edge_us, anchor_us, behind, before};
    add_nested(planner, anchor_us < edge_us ? &early : &late);
}

/* Buckets of days and more. */
static void add_days(const struct planner *planner, const int64_t *edges, size_t count)
{
    int64_t from_us = edges[0];
    for (size_t i = 0; i <= count; i++) {
        int64_t to_us;
        bool is_anchored = find_anchor(planner, edges[i], &to_us);
        if (!is_anchored)
            to_us = edges[i];
        else
            add_edge(planner, edges[i], to_us, i == 0 ? -1 : (int32_t)i - 1,
                     i == count ? -1 : (int32_t)i);
        const struct part part = {from_us, to_us, (int32_t)i - 1, -1};
        if (i > 0)
            add_nested(planner, &part);
        from_us = to_us;
    }
}

/* Where the buckets are of days or more, but for the first and the last, which the window cuts. */
static bool is_of_days(const int64_t *edges, size_t count)
{
    int64_t widest_us = 0;
    for (size_t i = 0; i < count && i < 3; i++) {
        if (edges[i + 1] - edges[i] > widest_us)
            widest_us = edges[i + 1] - edges[i];
    }
    return widest_us >= 23 * strip_width_us(STRIP_HOURS);
}

/* Where events are gone, edges are where the counts have some. */
static void round_edges(const struct planner *planner)
{
    struct plan *plan = planner->plan;
    const int64_t *marks = planner->marks;
    for (size_t i = 0; i <= plan->bucket_count; i++) {
        int64_t edge_us = plan->edges[i];
        bool is_fine = planner->is_all || edge_us >= marks[MARK_MINUTES_FROM];
        int level = is_fine ? STRIP_MINUTES_OF_ALL : STRIP_QUARTERS;
        if (edge_us >= marks[MARK_EVENTS_FROM] || edge_us == level_floor(level, edge_us))
            continue;
        plan->edges[i] = i < plan->bucket_count || i == 0 ? level_floor(level, edge_us)
                                                          : level_ceiling(level, edge_us);
        plan->is_rounded = true;
    }
}

static int by_source_and_time(const void *a, const void *b)
{
    const struct strip *one = a;
    const struct strip *other = b;
    if (one->source != other->source)
        return one->source < other->source ? -1 : 1;
    if (one->first_us != other->first_us)
        return one->first_us < other->first_us ? -1 : 1;
    return (one->plus > other->plus) - (one->plus < other->plus);
}

/* Those of events that touch are read at once. */
static void join_events(struct plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->count; i++) {
        struct strip *last = kept == 0 ? NULL : &plan->strips[kept - 1];
        const struct strip *strip = &plan->strips[i];
        if (last != NULL && strip->source == STRIP_EVENTS && last->source == STRIP_EVENTS &&
            last->past_us == strip->first_us && last->plus == strip->plus &&
            last->minus == strip->minus)
            last->past_us = strip->past_us;
        else
            plan->strips[kept++] = *strip;
    }
    plan->count = kept;
}

static void sort_strips(struct plan *plan)
{
    if (plan->count > 0)
        qsort(plan->strips, plan->count, sizeof *plan->strips, by_source_and_time);
    join_events(plan);
    size_t at = 0;
    for (int source = 0; source <= STRIP_SOURCES; source++) {
        while (at < plan->count && (int)plan->strips[at].source < source)
            at++;
        plan->first_of[source] = at;
    }
}

/* Quarter hours are enough where every edge is one; but for the ends, which the query cuts. */
static int64_t late_grain(const struct plan *plan)
{
    for (size_t i = 1; i < plan->bucket_count; i++) {
        if (plan->edges[i] != level_floor(STRIP_QUARTERS, plan->edges[i]))
            return strip_width_us(STRIP_MINUTES);
    }
    return strip_width_us(STRIP_QUARTERS);
}

void plan_make(struct plan *plan, const int64_t marks[static PLAN_MARKS], const int64_t *edges,
               size_t count, bool is_all)
{
    *plan = (struct plan){.bucket_count = count};
    plan->edges = memory_resized(NULL, (count + 1) * sizeof *plan->edges);
    memcpy(plan->edges, edges, (count + 1) * sizeof *edges);
    const struct planner planner = {.plan = plan, .marks = marks, .is_all = is_all};
    round_edges(&planner);
    plan->late_grain_us = late_grain(plan);
    if (is_of_days(plan->edges, count)) {
        add_days(&planner, plan->edges, count);
    } else {
        for (size_t i = 0; i < count; i++) {
            const struct part part = {plan->edges[i], plan->edges[i + 1], (int32_t)i, -1};
            add_nested(&planner, &part);
        }
    }
    sort_strips(plan);
}

void plan_clear(struct plan *plan)
{
    free(plan->strips);
    free(plan->edges);
    *plan = (struct plan){0};
}

int64_t strip_width_us(enum strip_source source)
{
    return level_width_us(source == STRIP_MINUTES ? STRIP_MINUTES_OF_ALL : (int)source);
}

size_t plan_bucket_of(const struct plan *plan, int64_t at_us)
{
    size_t low = 0;
    size_t high = plan->bucket_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (plan->edges[middle] <= at_us)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Whether the minute lies in the strip, or partly. */
static bool has_minute(const struct strip *strip, int64_t minute_us)
{
    return strip->first_us < minute_us + strip_width_us(STRIP_MINUTES) &&
           minute_us < strip->past_us;
}

bool plan_is_ragged(const struct plan *plan, int64_t minute_us)
{
    for (size_t i = plan->first_of[STRIP_EVENTS]; i < plan->count; i++) {
        if (has_minute(&plan->strips[i], minute_us))
            return true;
    }
    return false;
}

static int32_t lesser_behind(int32_t least, int32_t bucket, int32_t behind)
{
    return bucket > behind && (least < 0 || bucket < least) ? bucket : least;
}

int32_t plan_next_late(const struct plan *plan, int64_t minute_us, int32_t behind)
{
    int32_t least = -1;
    for (size_t i = 0; i < plan->first_of[STRIP_EVENTS]; i++) {
        const struct strip *strip = &plan->strips[i];
        if (!has_minute(strip, minute_us))
            continue;
        least = lesser_behind(least, strip->plus, behind);
        least = lesser_behind(least, strip->minus, behind);
    }
    return least;
}

int plan_late_weight(const struct plan *plan, int64_t minute_us, int32_t bucket)
{
    int weight = 0;
    for (size_t i = 0; i < plan->first_of[STRIP_EVENTS]; i++) {
        const struct strip *strip = &plan->strips[i];
        if (has_minute(strip, minute_us))
            weight += (strip->plus == bucket) - (strip->minus == bucket);
    }
    return weight;
}
