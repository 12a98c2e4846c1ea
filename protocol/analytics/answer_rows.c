/* The rows of an answer. */
#include "protocol/analytics/answer_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"

enum { CHUNK_ROWS = 2048, MERGED_ROWS = 4096, PREFIX_BYTES = 6 };

struct analytics_group_key answer_rows_key(const struct answer_rows *rows,
                                           const struct answer_row *row)
{
    return analytics_table_key(rows->parts->report->table, row->group);
}

const struct analytics_sums *answer_rows_sums(const struct answer_rows *rows,
                                              const struct answer_row *row)
{
    return analytics_table_sums(rows->parts->report->table, row->group, row->bucket);
}

/* The first bytes of a text as a number, which a double holds exactly and a cursor can carry. */
static double prefix_of(const char *text)
{
    uint64_t number = 0;
    for (int i = 0; i < PREFIX_BYTES; i++)
        number = number << 8 | (*text != '\0' ? (unsigned char)*text++ : 0);
    return (double)number;
}

/* What a row is ordered by when that is a column. */
static void read_column(struct answer_row *row, const struct answer_parts *parts,
                        struct analytics_group_key key, size_t bucket)
{
    const struct analytics_view *view = &parts->question.view;
    struct answer_cell cell;
    row->text = NULL;
    row->value = (double)bucket;
    if (analytics_group_is_time(view->order_group))
        return;
    answer_cell_read(&cell, parts, view->order_group, key, bucket);
    if (cell.kind == ANSWER_CELL_NULL)
        row->value = (double)NAN;
    else if (cell.kind == ANSWER_CELL_NUMBER)
        row->value = (double)cell.number;
    else
        row->value = prefix_of(cell.text);
    /* Of digits the prefix is enough, or else the key: they are no words. */
    if (cell.kind == ANSWER_CELL_TEXT && cell.text != cell.digits)
        row->text = cell.text;
}

static void read_row(const struct answer_rows *rows, size_t cell, struct answer_row *row)
{
    const struct analytics_view *view = &rows->parts->question.view;
    size_t buckets = analytics_table_buckets(rows->parts->report->table);
    *row = (struct answer_row){.group = (uint32_t)(cell / buckets),
                               .bucket = (uint32_t)(cell % buckets)};
    if (view->is_ordered_by_metric)
        row->value = analytics_sums_metric(answer_rows_sums(rows, row), view->order_metric);
    else
        read_column(row, rows->parts, answer_rows_key(rows, row), row->bucket);
}

/* Those without a value come last, whatever the direction. */
static int compare_values(const struct answer_row *one, const struct answer_row *other,
                          bool is_descending)
{
    int order = 0;
    if (isnan(one->value) || isnan(other->value))
        return (isnan(one->value) ? 1 : 0) - (isnan(other->value) ? 1 : 0);
    if (one->value != other->value)
        order = one->value < other->value ? -1 : 1;
    else if (one->text != NULL && other->text != NULL && one->text != other->text)
        order = strcmp(one->text, other->text);
    return is_descending ? -order : order;
}

static int compare_keys(struct analytics_group_key one, struct analytics_group_key other)
{
    if (one.key != other.key)
        return one.key < other.key ? -1 : 1;
    return (one.second > other.second) - (one.second < other.second);
}

/* For qsort_r(). The order is total: no two rows have a group and a bucket in common. */
static int compare_rows(const void *one_row, const void *other_row, void *arg)
{
    const struct answer_rows *rows = arg;
    const struct answer_row *one = one_row;
    const struct answer_row *other = other_row;
    int order = compare_values(one, other, rows->parts->question.view.is_descending);
    if (order == 0 && one->group != other->group)
        order = compare_keys(answer_rows_key(rows, one), answer_rows_key(rows, other));
    return order != 0 ? order : (one->bucket > other->bucket) - (one->bucket < other->bucket);
}

static bool is_behind_cursor(const struct answer_rows *rows, const struct answer_row *row)
{
    const struct analytics_view *view = &rows->parts->question.view;
    if (!view->has_position)
        return true;
    int order = compare_values(row, &rows->behind, view->is_descending);
    if (order == 0)
        order = compare_keys(answer_rows_key(rows, row), rows->behind_key);
    int64_t edge_us = rows->parts->report->buckets.edges[row->bucket];
    return order != 0 ? order > 0 : edge_us > view->position.bucket_us;
}

/* The text that the rows are ordered by is no part of a cursor: its key tells it. */
static void read_cursor(struct answer_rows *rows)
{
    const struct analytics_view *view = &rows->parts->question.view;
    rows->behind_key =
        (struct analytics_group_key){.key = view->position.key, .second = view->position.second};
    if (!view->is_ordered_by_metric)
        read_column(&rows->behind, rows->parts, rows->behind_key, 0);
    rows->behind.value = view->position.value;
}

static size_t cells_of(const struct answer_parts *parts)
{
    const struct analytics_table *table = parts->report->table;
    if (table == NULL || parts->column_count == 0)
        return 0;
    return analytics_table_groups(table) * analytics_table_buckets(table);
}

void answer_rows_init(struct answer_rows *rows, const struct answer_parts *parts)
{
    size_t cells = cells_of(parts);
    *rows = (struct answer_rows){.parts = parts, .is_read = cells == 0};
    if (cells == 0)
        return;
    rows->found = memory_zeroed_array(cells, sizeof *rows->found);
    rows->runs = memory_zeroed_array(cells / CHUNK_ROWS + 1, sizeof *rows->runs);
    if (parts->question.view.has_position)
        read_cursor(rows);
}

void answer_rows_clear(struct answer_rows *rows)
{
    free(rows->found);
    free(rows->runs);
    free(rows->page);
    *rows = (struct answer_rows){0};
}

static void read_chunk(struct answer_rows *rows)
{
    struct answer_run run = {.at = rows->found_count};
    size_t cells = cells_of(rows->parts);
    size_t end = rows->cells_read + CHUNK_ROWS < cells ? rows->cells_read + CHUNK_ROWS : cells;
    for (; rows->cells_read < end; rows->cells_read++) {
        read_row(rows, rows->cells_read, &rows->found[rows->found_count]);
        if (is_behind_cursor(rows, &rows->found[rows->found_count]))
            rows->found_count++;
    }
    run.end = rows->found_count;
    qsort_r(rows->found + run.at, run.end - run.at, sizeof *rows->found, compare_rows, rows);
    if (run.at < run.end)
        rows->runs[rows->run_count++] = run;
    rows->is_read = end == cells;
}

static bool is_earlier(struct answer_rows *rows, size_t one, size_t other)
{
    return compare_rows(&rows->found[rows->runs[one].at], &rows->found[rows->runs[other].at],
                        rows) < 0;
}

static void sift_down(struct answer_rows *rows, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < rows->run_count; child++) {
            if (is_earlier(rows, child, least))
                least = child;
        }
        if (least == at)
            return;
        struct answer_run run = rows->runs[at];
        rows->runs[at] = rows->runs[least];
        rows->runs[least] = run;
        at = least;
    }
}

static void begin_page(struct answer_rows *rows)
{
    size_t limit = rows->parts->question.view.limit;
    rows->page_rows = limit != 0 && limit < rows->found_count ? limit : rows->found_count;
    if (rows->page_rows > 0)
        rows->page = memory_zeroed_array(rows->page_rows, sizeof *rows->page);
    for (size_t i = rows->run_count / 2; i > 0; i--)
        sift_down(rows, i - 1);
}

static void merge_some(struct answer_rows *rows)
{
    for (int i = 0; i < MERGED_ROWS && rows->page_count < rows->page_rows; i++) {
        struct answer_run *first = &rows->runs[0];
        rows->page[rows->page_count++] = rows->found[first->at++];
        if (first->at == first->end)
            *first = rows->runs[--rows->run_count];
        sift_down(rows, 0);
    }
}

/* What is not on the page need not be kept while a slow client reads. */
static void drop_found(struct answer_rows *rows)
{
    free(rows->found);
    free(rows->runs);
    rows->found = NULL;
    rows->runs = NULL;
}

bool answer_rows_step(struct answer_rows *rows)
{
    if (!rows->is_read) {
        read_chunk(rows);
        if (!rows->is_read)
            return true;
        begin_page(rows);
    } else {
        merge_some(rows);
    }
    if (rows->page_count < rows->page_rows)
        return true;
    drop_found(rows);
    return false;
}

bool answer_rows_are_left(const struct answer_rows *rows)
{
    return rows->page_rows < rows->found_count;
}

struct analytics_position answer_rows_position(const struct answer_rows *rows)
{
    const struct answer_row *last = &rows->page[rows->page_rows - 1];
    struct analytics_group_key key = answer_rows_key(rows, last);
    return (struct analytics_position){
        .value = last->value,
        .key = key.key,
        .second = key.second,
        .bucket_us = rows->parts->report->buckets.edges[last->bucket],
    };
}
