/* What the ETag of an answer is made of. */
#include "protocol/analytics/answer_digest.h"

#include <string.h>

#include "protocol/analytics/answer_csv.h"
#include "protocol/analytics/answer_json.h"

/* Each with its terminator, so that no two lists of texts run into the same bytes. */
static void add_text(struct digest *digest, const char *text)
{
    digest_add(digest, text, strlen(text) + 1);
}

static void add_number(struct digest *digest, int64_t number)
{
    digest_add(digest, &number, sizeof number);
}

/* Where the page begins and how long it may be: the identity is without those. */
static void add_page(struct digest *digest, const struct analytics_view *view)
{
    add_number(digest, view->limit);
    add_number(digest, view->has_position);
    if (!view->has_position)
        return;
    digest_add(digest, &view->position.value, sizeof view->position.value);
    add_number(digest, view->position.key);
    add_number(digest, view->position.second);
    add_number(digest, view->position.bucket_us);
}

static void add_question(struct digest *digest, const struct analytics_question *question)
{
    const struct analytics_query *query = &question->query;
    const struct analytics_view *view = &question->view;
    add_text(digest, view->identity);
    add_text(digest, query->zone);
    add_number(digest, query->window.start_us);
    add_number(digest, query->window.end_us);
    add_number(digest, query->previous.start_us);
    add_number(digest, query->previous.end_us);
    add_number(digest, view->format);
    add_number(digest, view->metrics);
    add_number(digest,
               view->is_ordered_by_metric ? (int)view->order_metric : -1 - (int)view->order_group);
    add_number(digest, view->is_descending);
    add_page(digest, view);
}

void answer_digest_head(struct digest *digest, const struct answer_parts *parts)
{
    struct render_text text = {0};
    add_question(digest, &parts->question);
    if (parts->question.view.format == FORMAT_JSON)
        answer_json_head(&text, parts, false);
    else
        answer_csv_head(&text, parts);
    if (parts->column_count == 0)
        answer_csv_total(&text, parts);
    digest_add(digest, text.bytes, text.length);
    render_clear(&text);
}

static void add_cell(struct digest *digest, const struct answer_cell *cell)
{
    add_number(digest, cell->kind);
    if (cell->kind == ANSWER_CELL_NUMBER)
        add_number(digest, cell->number);
    else if (cell->kind == ANSWER_CELL_TEXT)
        add_text(digest, cell->text);
}

static void add_row(struct digest *digest, const struct answer_rows *rows,
                    const struct answer_row *row)
{
    const struct answer_parts *parts = rows->parts;
    const struct analytics_sums *sums = answer_rows_sums(rows, row);
    struct analytics_group_key key = answer_rows_key(rows, row);
    double values[ANALYTICS_METRICS];
    for (size_t i = 0; i < parts->column_count; i++) {
        struct answer_cell cell;
        answer_cell_read(&cell, parts, parts->columns[i], key, row->bucket);
        add_cell(digest, &cell);
    }
    for (size_t i = 0; i < parts->metric_count; i++)
        values[i] = analytics_sums_metric(sums, parts->metrics[i]);
    digest_add(digest, values, parts->metric_count * sizeof values[0]);
}

void answer_digest_rows(struct digest *digest, const struct answer_rows *rows, size_t first,
                        size_t end)
{
    for (size_t i = first; i < end; i++)
        add_row(digest, rows, &rows->page[i]);
}
