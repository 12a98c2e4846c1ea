/* An answer as CSV. */
#include "protocol/analytics/answer_csv.h"

#include <string.h>

#include "protocol/csv.h"

static void write_text(struct render_text *text, const char *string)
{
    render_bytes(text, string, strlen(string));
}

/* Without the separator before the first of a line. */
static void separate(struct render_text *text, size_t column)
{
    if (column > 0)
        write_text(text, ",");
}

static void metrics(struct render_text *text, const struct answer_parts *parts,
                    const struct analytics_sums *sums)
{
    for (size_t i = 0; i < parts->metric_count; i++) {
        write_text(text, ",");
        answer_metric_write(text, sums, parts->metrics[i], "");
    }
    write_text(text, "\r\n");
}

void answer_csv_head(struct render_text *text, const struct answer_parts *parts)
{
    if (parts->column_count == 0)
        write_text(text, "start,end");
    for (size_t i = 0; i < parts->column_count; i++) {
        separate(text, i);
        write_text(text, analytics_group_column(parts->columns[i]));
    }
    for (size_t i = 0; i < parts->metric_count; i++) {
        write_text(text, ",");
        write_text(text, analytics_metric_name(parts->metrics[i]));
    }
    write_text(text, "\r\n");
}

void answer_csv_row(struct render_text *text, const struct answer_rows *rows,
                    const struct answer_row *row)
{
    const struct answer_parts *parts = rows->parts;
    struct analytics_group_key key = answer_rows_key(rows, row);
    for (size_t i = 0; i < parts->column_count; i++) {
        struct answer_cell cell;
        separate(text, i);
        answer_cell_read(&cell, parts, parts->columns[i], key, row->bucket);
        if (cell.kind == ANSWER_CELL_NUMBER)
            render_integer(text, cell.number);
        else if (cell.kind == ANSWER_CELL_TEXT)
            csv_cell(text, cell.text);
    }
    metrics(text, parts, answer_rows_sums(rows, row));
}

void answer_csv_total(struct render_text *text, const struct answer_parts *parts)
{
    const struct analytics_window *window = &parts->question.query.window;
    char start[ZONE_TIME_TEXT_SIZE];
    char end[ZONE_TIME_TEXT_SIZE];
    answer_time_write(parts, window->start_us, start);
    answer_time_write(parts, window->end_us, end);
    write_text(text, start);
    write_text(text, ",");
    write_text(text, end);
    metrics(text, parts, &parts->report->total);
}
