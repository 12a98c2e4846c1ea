/* Writes the statements of questions. */
#include "store/analytics/ask_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/event.h"
#include "protocol/memory.h"
#include "store/analytics/ask_events.h"
#include "store/analytics/ask_parts.h"
#include "store/analytics/levels.h"
#include "store/analytics/plan.h"

static const char *const steps[] = {
    [STRIP_MINUTES_OF_ALL] = "1 minute",
    [STRIP_QUARTERS] = "15 minutes",
    [STRIP_HOURS] = "1 hour",
    [STRIP_DAYS] = "24 hours",
    [STRIP_MONTHS] = "1 month",
    [STRIP_MINUTES] = "1 minute",
};

/* What the counts are summed up into, and out of which columns. */
static void write_sums(FILE *out, const struct ask *ask)
{
    ask_write_group_columns(out, ask, "key", "detail");
    (void)fputs(", cell_total(playback_ms) AS playback_ms, ", out);
    if (ask->has_invalid) {
        (void)fputs("cell_total(CASE WHEN verdict IN (" ASK_INVALID_VERDICTS ") THEN ", out);
        for (int kind = 0; kind < EVENT_KINDS; kind++)
            (void)fprintf(out, "%scoalesce(k%d, 0)", kind == 0 ? "" : " + ", kind);
        (void)fputs(" END) AS invalid, ARRAY[", out);
    } else {
        (void)fputs("NULL::bigint AS invalid, ARRAY[", out);
    }
    size_t cells = ask_cell_count(ask);
    for (size_t i = 0; i < cells; i++)
        (void)fprintf(out, "%scell_total(k%d)", i == 0 ? "" : ", ", (int)ask_cell_kind(ask, i));
    (void)fputs("] AS cells", out);
}

static void write_condition(FILE *out, const struct ask *ask, int lane)
{
    (void)fprintf(out, " WHERE lane = %d AND dimension = %d", lane, (int)ask->dimension);
    if (ask->dimension == DIMENSION_ALL)
        (void)fputs(" AND key = 0", out);
    else if (ask->key_count > 0)
        ask_write_keys(out, ask, "key");
    (void)fprintf(out, " AND %s", ask_traffic_condition(ask->traffic));
}

static bool is_of_one_bucket(const struct strip *strip)
{
    int64_t width_us = strip_width_us(strip->source);
    return width_us != 0 && strip->past_us - strip->first_us == width_us;
}

/* Strips of a source that are equally long and follow one another without a gap. */
static size_t run_length(const struct strip *strips, size_t count)
{
    size_t length = 1;
    int64_t width_us = strips[0].past_us - strips[0].first_us;
    while (length < count && strips[length].first_us == strips[length - 1].past_us &&
           strips[length].past_us - strips[length].first_us == width_us)
        length++;
    return length;
}

static void write_run_column(FILE *out, const struct plan *plan, enum strip_source source,
                             int64_t (*value)(const struct strip *strip, size_t number,
                                              size_t length))
{
    size_t past = plan->first_of[source + 1];
    (void)fputs("'{", out);
    for (size_t i = plan->first_of[source], length; i < past; i += length) {
        length = run_length(&plan->strips[i], past - i);
        (void)fprintf(out, "%s%" PRId64, i == plan->first_of[source] ? "" : ",",
                      value(&plan->strips[i], i, length));
    }
    (void)fputs("}'", out);
}

static int64_t run_number(const struct strip *strip, size_t number, size_t length)
{
    (void)strip;
    (void)length;
    return (int64_t)number;
}

static int64_t run_times(const struct strip *strip, size_t number, size_t length)
{
    (void)strip;
    (void)number;
    return (int64_t)length;
}

static int64_t run_first(const struct strip *strip, size_t number, size_t length)
{
    (void)number;
    (void)length;
    return strip->first_us / strip_width_us(STRIP_MINUTES);
}

static int64_t run_width(const struct strip *strip, size_t number, size_t length)
{
    (void)number;
    (void)length;
    return (strip->past_us - strip->first_us) / strip_width_us(STRIP_MINUTES);
}

/* The strips of a source as rows (n, first, past): in runs, since there may be many thousands. */
static void write_strips(FILE *out, const struct plan *plan, enum strip_source source)
{
    (void)fputs("(SELECT r.n + i AS n, to_timestamp((r.first + i * r.width) * 60.0) AS first, "
                "to_timestamp((r.first + (i + 1) * r.width) * 60.0) AS past FROM unnest(",
                out);
    write_run_column(out, plan, source, run_number);
    (void)fputs("::integer[], ", out);
    write_run_column(out, plan, source, run_times);
    (void)fputs("::integer[], ", out);
    write_run_column(out, plan, source, run_first);
    (void)fputs("::bigint[], ", out);
    write_run_column(out, plan, source, run_width);
    (void)fputs("::bigint[]) AS r (n, times, first, width), generate_series(0, r.times - 1) AS i) "
                "AS s",
                out);
}

/* Bucket by bucket: the rows of the other dimensions lie between. The bounds are for the planner.
 */
static void write_bucket_condition(FILE *out, const struct plan *plan, enum strip_source source)
{
    size_t first = plan->first_of[source];
    size_t past = plan->first_of[source + 1];
    bool is_single = true;
    int64_t past_us = 0;
    for (size_t i = first; i < past; i++) {
        is_single = is_single && is_of_one_bucket(&plan->strips[i]);
        if (i == first || plan->strips[i].past_us > past_us)
            past_us = plan->strips[i].past_us;
    }
    if (is_single)
        (void)fputs(" AND bucket = s.first", out);
    else
        (void)fprintf(out,
                      " AND bucket >= s.first AND bucket < s.past AND bucket = ANY (ARRAY(SELECT "
                      "generate_series(s.first, s.past - interval '%s', interval '%s')))",
                      steps[source], steps[source]);
    (void)fputs(" AND bucket >= ", out);
    ask_write_time(out, plan->strips[first].first_us);
    (void)fputs(" AND bucket < ", out);
    ask_write_time(out, past_us);
}

/* The rows of a source, summed up by strip. */
static void write_source(FILE *out, const struct ask *ask, const struct plan *plan,
                         enum strip_source source, int lane)
{
    (void)fputs("SELECT s.n, 0::bigint, c.* FROM ", out);
    write_strips(out, plan, source);
    (void)fputs(", LATERAL (SELECT ", out);
    write_sums(out, ask);
    (void)fprintf(out, " FROM %s", source == STRIP_MINUTES ? "counts_minute" : "counts");
    write_condition(out, ask, lane);
    if (source != STRIP_MINUTES)
        (void)fprintf(out, " AND level = %d", (int)source);
    write_bucket_condition(out, plan, source);
    (void)fputs(" GROUP BY 1, 2, 3) AS c", out);
}

/* By the minute in quarter hours of which events are read, else by the grain of the plan. */
static void write_late_time(FILE *out, const struct plan *plan)
{
    int minutes = (int)(plan->late_grain_us / strip_width_us(STRIP_MINUTES));
    (void)fputs("CASE WHEN false", out);
    for (size_t i = plan->first_of[STRIP_EVENTS]; i < plan->count; i++) {
        (void)fputs(" OR bucket >= ", out);
        ask_write_time(out, level_floor(STRIP_QUARTERS, plan->strips[i].first_us));
        (void)fputs(" AND bucket < ", out);
        ask_write_time(out, level_ceiling(STRIP_QUARTERS, plan->strips[i].past_us));
    }
    (void)fprintf(out,
                  " THEN bucket ELSE date_bin('%d minutes', bucket, "
                  "timestamptz '0001-01-01 00:00:00+00') END",
                  minutes);
}

static void write_minutes(FILE *out, const char *before, int64_t first_us, int64_t past_us)
{
    (void)fprintf(out, "%sbucket >= ", before);
    ask_write_time(out, level_floor(STRIP_MINUTES_OF_ALL, first_us));
    (void)fputs(" AND bucket < ", out);
    ask_write_time(out, past_us);
}

/* The window's minutes, and those in which events are read, also outside of it: what they have of a
 * day is taken off. The bounds of all are for the index. */
static void write_late_bounds(FILE *out, const struct plan *plan)
{
    int64_t first_us = plan->edges[0];
    int64_t past_us = plan->edges[plan->bucket_count];
    write_minutes(out, " AND (", first_us, past_us);
    for (size_t i = plan->first_of[STRIP_EVENTS]; i < plan->count; i++) {
        const struct strip *strip = &plan->strips[i];
        write_minutes(out, " OR ", strip->first_us, strip->past_us);
        first_us = strip->first_us < first_us ? strip->first_us : first_us;
        past_us = strip->past_us > past_us ? strip->past_us : past_us;
    }
    write_minutes(out, ") AND ", first_us, past_us);
}

/* Late counts lie apart until they are folded, and belong to whatever their minute belongs to. */
static void write_late(FILE *out, const struct ask *ask, const struct plan *plan, int lane)
{
    (void)fputs("SELECT -1, (extract(epoch FROM c.at) / 60)::bigint, c.key, c.detail, c.verdict, "
                "c.playback_ms, c.invalid, c.cells FROM (SELECT ",
                out);
    write_late_time(out, plan);
    (void)fputs(" AS at, ", out);
    write_sums(out, ask);
    (void)fputs(" FROM counts_late", out);
    write_condition(out, ask, lane);
    write_late_bounds(out, plan);
    (void)fputs(" GROUP BY 1, 2, 3, 4) AS c", out);
}

char *ask_sql(const struct ask *ask, const struct plan *plan, int lane)
{
    char *sql = NULL;
    size_t sql_bytes;
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    write_late(out, ask, plan, lane);
    for (int source = 0; source < STRIP_EVENTS; source++) {
        if (plan->first_of[source] == plan->first_of[source + 1])
            continue;
        (void)fputs(" UNION ALL ", out);
        write_source(out, ask, plan, (enum strip_source)source, lane);
    }
    for (size_t i = plan->first_of[STRIP_EVENTS]; i < plan->count; i++) {
        (void)fputs(" UNION ALL ", out);
        ask_write_events(out, ask, &plan->strips[i], i, lane);
    }
    (void)fprintf(out, " LIMIT %d", ASK_ROWS_MAX);
    if (fclose(out) != 0)
        memory_exhausted(0);
    return sql;
}
