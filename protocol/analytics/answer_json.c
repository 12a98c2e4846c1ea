/* An answer as JSON. */
#include "protocol/analytics/answer_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/analytics/question.h"
#include "protocol/timestamp.h"

static void write_text(struct render_text *text, const char *string)
{
    render_bytes(text, string, strlen(string));
}

static void member_string(struct render_text *text, char before, const char *name,
                          const char *string)
{
    render_key(text, before, name);
    render_string(text, string);
}

static void member_metric(struct render_text *text, const struct analytics_sums *sums,
                          enum analytics_metric metric)
{
    render_key(text, ',', analytics_metric_name(metric));
    answer_metric_write(text, sums, metric, "null");
}

static void member_utc(struct render_text *text, char before, const char *name, int64_t time_us)
{
    char utc[TIMESTAMP_TEXT_SIZE];
    timestamp_format(time_us, utc);
    member_string(text, before, name, utc);
}

static void member_count(struct render_text *text, const char *name, int64_t count)
{
    render_key(text, ',', name);
    render_integer(text, count);
}

/* One as it is, as the original had it; several as an array. */
static void filters(struct render_text *text, const struct analytics_query *query)
{
    if (query->ad_count > 0)
        render_key(text, ',', analytics_group_column(GROUP_AD));
    for (size_t i = 0; i < query->ad_count; i++) {
        if (query->ad_count > 1)
            write_text(text, i == 0 ? "[" : ",");
        render_integer(text, query->ad_ids[i]);
    }
    if (query->ad_count > 1)
        write_text(text, "]");
    if (query->placement_count > 0)
        render_key(text, ',', analytics_group_column(GROUP_PLACEMENT));
    for (size_t i = 0; i < query->placement_count; i++) {
        if (query->placement_count > 1)
            write_text(text, i == 0 ? "[" : ",");
        render_string(text, query->placements[i]);
    }
    if (query->placement_count > 1)
        write_text(text, "]");
}

/* The original's members, as it had them: clients of it know no others. */
static void original_members(struct render_text *text, const struct answer_parts *parts,
                             bool has_pending)
{
    const struct analytics_query *query = &parts->question.query;
    const struct analytics_sums *total = &parts->report->total;
    member_utc(text, '{', "start", query->window.start_us);
    member_utc(text, ',', "end", query->window.end_us);
    filters(text, query);
    if (query->traffic != TRAFFIC_GROSS)
        member_string(text, ',', "traffic", analytics_traffic_name(query->traffic));
    member_count(text, "total_clicks", total->cells[CELL_CLICK]);
    member_count(text, "total_impressions", total->cells[CELL_IMPRESSION]);
    member_metric(text, total, METRIC_CLICK_RATE);
    member_metric(text, total, METRIC_AVERAGE_PLAYBACK_TIME);
    if (has_pending)
        member_count(text, "pending_events", (int64_t)parts->report->pending_events);
}

static void metrics(struct render_text *text, const struct answer_parts *parts,
                    const struct analytics_sums *sums)
{
    for (size_t i = 0; i < parts->metric_count; i++)
        member_metric(text, sums, parts->metrics[i]);
}

void answer_json_head(struct render_text *text, const struct answer_parts *parts, bool has_pending)
{
    const struct analytics_query *query = &parts->question.query;
    original_members(text, parts, has_pending);
    for (size_t i = 0; i < parts->metric_count; i++) {
        enum analytics_metric metric = parts->metrics[i];
        if (metric != METRIC_CLICK_RATE && metric != METRIC_AVERAGE_PLAYBACK_TIME)
            member_metric(text, &parts->report->total, metric);
    }
    if (query->has_previous) {
        render_key(text, ',', "previous");
        member_utc(text, '{', "start", query->previous.start_us);
        member_utc(text, ',', "end", query->previous.end_us);
        metrics(text, parts, &parts->report->previous);
        write_text(text, "}");
    }
    if (parts->column_count > 0) {
        render_key(text, ',', "rows");
        write_text(text, "[");
    }
}

void answer_json_row(struct render_text *text, const struct answer_rows *rows,
                     const struct answer_row *row)
{
    const struct answer_parts *parts = rows->parts;
    struct analytics_group_key key = answer_rows_key(rows, row);
    for (size_t i = 0; i < parts->column_count; i++) {
        struct answer_cell cell;
        answer_cell_read(&cell, parts, parts->columns[i], key, row->bucket);
        render_key(text, i == 0 ? '{' : ',', analytics_group_column(parts->columns[i]));
        if (cell.kind == ANSWER_CELL_NULL)
            render_null(text);
        else if (cell.kind == ANSWER_CELL_NUMBER)
            render_integer(text, cell.number);
        else
            render_string(text, cell.text);
    }
    metrics(text, parts, answer_rows_sums(rows, row));
    write_text(text, "}");
}

static void member_zone_time(struct render_text *text, char before, const char *name,
                             const struct answer_parts *parts, int64_t time_us)
{
    char local[ZONE_TIME_TEXT_SIZE];
    answer_time_write(parts, time_us, local);
    member_string(text, before, name, local);
}

void answer_json_total(struct render_text *text, const struct answer_parts *parts)
{
    const struct analytics_window *window = &parts->question.query.window;
    member_zone_time(text, '{', "start", parts, window->start_us);
    member_zone_time(text, ',', "end", parts, window->end_us);
    metrics(text, parts, &parts->report->total);
    write_text(text, "}");
}

/* INT64_MIN is not known. */
static void member_moment(struct render_text *text, const char *name, int64_t time_us)
{
    if (time_us != INT64_MIN) {
        member_utc(text, ',', name, time_us);
        return;
    }
    render_key(text, ',', name);
    render_null(text);
}

static void warnings(struct render_text *text, const struct answer_parts *parts)
{
    static const char other[] = "placements beyond the first 10,000 new ones of a day are counted "
                                "together, under \"" EVENT_PLACEMENT_OTHER "\"";
    unsigned bits = parts->report->warnings;
    const char *separator = "";
    render_key(text, ',', "warnings");
    write_text(text, "[");
    if ((bits & 1U << WARNING_ROUNDED) != 0) {
        char from[TIMESTAMP_TEXT_SIZE];
        char sentence[160];
        timestamp_format(parts->report->events_from_us, from);
        (void)snprintf(
            sentence, sizeof sentence,
            "events before %s are not kept any more: the window is exact to the %s", from,
            analytics_query_is_of_all(&parts->question.query) ? "minute" : "quarter hour");
        render_string(text, sentence);
        separator = ",";
    }
    if ((bits & 1U << WARNING_OTHER_PLACEMENTS) != 0) {
        write_text(text, separator);
        render_string(text, other);
    }
    write_text(text, "]");
}

static void cursor(struct render_text *text, const struct answer_parts *parts,
                   const struct answer_rows *rows)
{
    struct analytics_position position = answer_rows_position(rows);
    char *next = analytics_cursor_write(&parts->question, &position);
    member_string(text, ',', "next", next);
    free(next);
}

void answer_json_tail(struct render_text *text, const struct answer_parts *parts,
                      const struct answer_rows *rows)
{
    const struct analytics_query *query = &parts->question.query;
    const struct analytics_report *report = parts->report;
    if (parts->column_count > 0)
        write_text(text, "]");
    render_key(text, ',', "meta");
    member_zone_time(text, '{', "start", parts, query->window.start_us);
    member_zone_time(text, ',', "end", parts, query->window.end_us);
    member_string(text, ',', "tz", query->zone);
    member_moment(text, "as_of", report->as_of_us);
    member_count(text, "pending_events", (int64_t)report->pending_events);
    member_moment(text, "complete_until", report->complete_until_us);
    if (answer_rows_are_left(rows))
        cursor(text, parts, rows);
    warnings(text, parts);
    write_text(text, "}}");
}
