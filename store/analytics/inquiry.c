/* A question on its way through the database. */
#include "store/analytics/inquiry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"
#include "protocol/timestamp.h"
#include "store/analytics/ask.h"
#include "store/analytics/ask_row.h"
#include "store/analytics/ask_sql.h"
#include "store/analytics/empties.h"
#include "store/analytics/inquiry_asks.h"
#include "store/analytics/names.h"
#include "store/analytics/plan.h"

/* In this order; but where there is no more to be done than to count, that is the last. */
enum inquiry_phase {
    PHASE_SUMS,
    PHASE_EMPTIES,  /* what came to nothing is asked for once more */
    PHASE_NAMES,    /* of placements */
    PHASE_COUNTING, /* the answer is too large: which groups there are */
};

/* In the first, second and last phase `asks` of each lane are asked, lane by lane. */
struct inquiry {
    struct analytics_query query;
    struct analytics_buckets buckets;
    struct inquiry_asks asks;
    struct analytics_state state;
    struct analytics_report *report; /* owned, being filled */
    size_t lane;                     /* the next statement's */
    size_t next;                     /* the next statement's ask */
    struct plan plan;                /* of the present statement */
    struct inquiry_ask present;
    size_t rows_taken; /* of the present statement */
    enum inquiry_phase phase;
    struct empties empties;
    struct names *names;
};

struct inquiry *inquiry_new(const struct analytics_query *query, struct error *error)
{
    struct analytics_buckets buckets;
    if (analytics_buckets_make(query, &buckets, error) != RESULT_OK)
        return NULL;
    struct inquiry *inquiry = memory_zeroed(sizeof *inquiry);
    inquiry->query = *query;
    inquiry->buckets = buckets;
    inquiry_asks_make(&inquiry->asks, query);
    return inquiry;
}

void inquiry_free(struct inquiry *inquiry)
{
    if (inquiry == NULL)
        return;
    analytics_buckets_clear(&inquiry->buckets);
    analytics_report_release(inquiry->report);
    plan_clear(&inquiry->plan);
    empties_clear(&inquiry->empties);
    names_free(inquiry->names);
    free(inquiry);
}

const struct analytics_query *inquiry_query(const struct inquiry *inquiry)
{
    return &inquiry->query;
}

uint64_t inquiry_stored_sequence(const struct inquiry *inquiry)
{
    return inquiry->state.stored_sequence;
}

static bool has_rows(const struct analytics_query *query)
{
    return query->group != GROUP_NONE || query->bucket != GROUP_NONE;
}

static struct analytics_report *new_report(const struct inquiry *inquiry)
{
    const struct analytics_query *query = &inquiry->query;
    struct analytics_report *report = analytics_report_new(query);
    report->as_of_us = inquiry->state.as_of_us;
    if (has_rows(query))
        report->table = analytics_table_new(inquiry->buckets.count, query->group != GROUP_NONE);
    return report;
}

/* Minutes of the other dimensions are kept for two days. */
static enum result check_minutes(const struct inquiry *inquiry, struct error *error)
{
    const struct analytics_query *query = &inquiry->query;
    int64_t from_us = INT64_MIN;
    char text[TIMESTAMP_TEXT_SIZE];
    for (size_t i = 0; i < inquiry->state.lane_count; i++) {
        int64_t lane_us = inquiry->state.lanes[i].marks[MARK_MINUTES_FROM];
        from_us = lane_us > from_us ? lane_us : from_us;
    }
    if (query->bucket != GROUP_MINUTE || analytics_query_is_of_all(query) ||
        query->window.start_us >= from_us)
        return RESULT_OK;
    timestamp_format(from_us, text);
    return error_set(error, RESULT_MALFORMED,
                     "group_by=minute with a filter, or by something else than kind and verdict, "
                     "reaches back to %s: begin there, or group by hour",
                     text);
}

static void begin_phase(struct inquiry *inquiry, enum inquiry_phase phase)
{
    inquiry->phase = phase;
    inquiry->lane = 0;
    inquiry->next = 0;
}

enum result inquiry_begin(struct inquiry *inquiry, const struct analytics_state *state,
                          struct error *error)
{
    inquiry->state = *state;
    analytics_report_release(inquiry->report);
    inquiry->report = new_report(inquiry);
    empties_clear(&inquiry->empties);
    names_free(inquiry->names);
    inquiry->names = NULL;
    begin_phase(inquiry, PHASE_SUMS);
    return check_minutes(inquiry, error);
}

static void make_plan(struct inquiry *inquiry)
{
    const struct inquiry_ask *ask = &inquiry->present;
    const int64_t *marks = inquiry->state.lanes[inquiry->lane].marks;
    bool is_all = ask->ask.dimension == DIMENSION_ALL;
    plan_clear(&inquiry->plan);
    if (ask->target == TARGET_ROWS && inquiry->phase == PHASE_SUMS) {
        plan_make(&inquiry->plan, marks, inquiry->buckets.edges, inquiry->buckets.count, is_all);
    } else {
        const struct analytics_window *window =
            ask->target == TARGET_PREVIOUS ? &inquiry->query.previous : &inquiry->query.window;
        const int64_t edges[] = {window->start_us, window->end_us + 1};
        plan_make(&inquiry->plan, marks, edges, 1, is_all);
    }
    if (!inquiry->plan.is_rounded)
        return;
    inquiry->report->warnings |= 1U << WARNING_ROUNDED;
    inquiry->report->events_from_us = marks[MARK_EVENTS_FROM];
}

/* The next ask of the phase; false when that was the last one. */
static bool next_ask(struct inquiry *inquiry)
{
    const struct inquiry_asks *asks = &inquiry->asks;
    for (; inquiry->lane < inquiry->state.lane_count; inquiry->lane++, inquiry->next = 0) {
        while (inquiry->next < asks->count) {
            const struct inquiry_ask *ask = &asks->asks[inquiry->next++];
            inquiry->present = *ask;
            if (inquiry->phase == PHASE_SUMS ||
                (inquiry->phase == PHASE_COUNTING && ask->target == TARGET_ROWS &&
                 !ask->is_of_all) ||
                (inquiry->phase == PHASE_EMPTIES &&
                 empties_ask(&inquiry->empties, &inquiry->query, ask, &inquiry->present)))
                return true;
        }
    }
    return false;
}

/* Which groups there are is known now: the next phase that has something to ask. */
static void leave_phase(struct inquiry *inquiry)
{
    struct analytics_table *table = inquiry->report->table;
    if (inquiry->phase == PHASE_SUMS && table != NULL &&
        empties_find(&inquiry->empties, &inquiry->query, table)) {
        begin_phase(inquiry, PHASE_EMPTIES);
        return;
    }
    if (table != NULL)
        empties_drop(&inquiry->empties, &inquiry->query, table);
    if (inquiry->query.group == GROUP_PLACEMENT)
        inquiry->names = names_new(table);
    inquiry->phase = PHASE_NAMES;
}

char *inquiry_statement(struct inquiry *inquiry)
{
    while (inquiry->phase != PHASE_NAMES) {
        if (next_ask(inquiry)) {
            inquiry->rows_taken = 0;
            make_plan(inquiry);
            return ask_sql(&inquiry->present.ask, &inquiry->plan,
                           inquiry->state.lanes[inquiry->lane].lane);
        }
        if (inquiry->phase == PHASE_COUNTING)
            return NULL;
        leave_phase(inquiry);
    }
    return inquiry->names == NULL ? NULL : names_statement(inquiry->names);
}

/* From the first lane on, the groups are counted in a bucket alone. */
static void begin_counting(struct inquiry *inquiry)
{
    analytics_table_free(inquiry->report->table);
    inquiry->report->table = analytics_table_new(1, true);
    begin_phase(inquiry, PHASE_COUNTING);
}

/* False when the answer was found to be too large: in the phase that begins then, all of its
 * buckets are one, and what is left of the row is nothing to it. */
static bool add_row(struct inquiry *inquiry, const struct ask_row *row, size_t bucket, int times)
{
    struct analytics_report *report = inquiry->report;
    const struct inquiry_ask *ask = &inquiry->present;
    struct analytics_table *table =
        inquiry->phase == PHASE_EMPTIES ? inquiry->empties.events : report->table;
    if (ask->target == TARGET_TOTAL)
        analytics_sums_add(&report->total, &row->sums, times);
    else if (ask->target == TARGET_PREVIOUS)
        analytics_sums_add(&report->previous, &row->sums, times);
    else if (!inquiry_asks_add(ask, &inquiry->query, row, bucket, times, table) &&
             inquiry->phase == PHASE_SUMS) {
        begin_counting(inquiry);
        return false;
    }
    return true;
}

/* Late counts of a minute in which events are read belong where its other counts do. */
static void add_ragged(struct inquiry *inquiry, const struct ask_row *row, int64_t minute_us)
{
    const struct plan *plan = &inquiry->plan;
    bool has_room = true;
    for (int32_t bucket = plan_next_late(plan, minute_us, -1); has_room && bucket >= 0;
         bucket = plan_next_late(plan, minute_us, bucket)) {
        int weight = plan_late_weight(plan, minute_us, bucket);
        if (weight != 0)
            has_room = add_row(inquiry, row, (size_t)bucket, weight);
    }
}

static void add_strip_row(struct inquiry *inquiry, const struct ask_row *row)
{
    const struct strip *strip = &inquiry->plan.strips[row->strip];
    bool has_room = strip->plus < 0 || add_row(inquiry, row, (size_t)strip->plus, 1);
    if (has_room && strip->minus >= 0)
        (void)add_row(inquiry, row, (size_t)strip->minus, -1);
}

static bool take_row(struct inquiry *inquiry, const PGresult *rows, int number)
{
    struct ask_row row;
    if (!ask_row_read(&row, &inquiry->present.ask, rows, number) ||
        row.strip >= (int64_t)inquiry->plan.count)
        return false;
    if (row.strip >= 0)
        add_strip_row(inquiry, &row);
    else if (plan_is_ragged(&inquiry->plan, row.at_us))
        add_ragged(inquiry, &row, row.at_us);
    else
        (void)add_row(inquiry, &row, plan_bucket_of(&inquiry->plan, row.at_us), 1);
    return true;
}

static bool take_rows(struct inquiry *inquiry, const PGresult *rows)
{
    enum inquiry_phase phase = inquiry->phase;
    for (int i = 0; i < PQntuples(rows); i++) {
        if (!take_row(inquiry, rows, i))
            return false;
        if (inquiry->phase != phase)
            return true; /* the rest does not matter */
    }
    inquiry->rows_taken += (size_t)PQntuples(rows);
    if (inquiry->rows_taken >= ASK_ROWS_MAX && phase == PHASE_SUMS)
        begin_counting(inquiry);
    return true;
}

bool inquiry_take(struct inquiry *inquiry, const PGresult *rows, bool *has_enough)
{
    enum inquiry_phase phase = inquiry->phase;
    *has_enough = false;
    if (phase == PHASE_NAMES) {
        inquiry->report->warnings |=
            names_take(inquiry->names, rows) ? 1U << WARNING_OTHER_PLACEMENTS : 0;
        return PQnfields(rows) == NAMES_COLUMNS;
    }
    if (PQnfields(rows) != ASK_COLUMNS || !take_rows(inquiry, rows))
        return false;
    *has_enough = inquiry->phase != phase;
    return true;
}

static void fail_too_large(const struct inquiry *inquiry, struct error *error)
{
    size_t groups = analytics_table_groups(inquiry->report->table);
    (void)error_set(error, RESULT_MALFORMED,
                    "the answer would have %zu cells, %zu rows times %zu buckets, of at most %d: "
                    "narrow the window, group by longer times, or ask for one ad_id or placement",
                    groups * inquiry->buckets.count, groups, inquiry->buckets.count,
                    ANALYTICS_CELLS_MAX);
}

struct analytics_report *inquiry_finish(struct inquiry *inquiry, struct error *error)
{
    struct analytics_report *report = inquiry->report;
    if (inquiry->phase == PHASE_COUNTING) {
        fail_too_large(inquiry, error);
        return NULL;
    }
    report->buckets = inquiry->buckets;
    inquiry->buckets = (struct analytics_buckets){0};
    inquiry->report = NULL;
    return report;
}
