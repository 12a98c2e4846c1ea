/* What every form of an answer is made of. */
#include "protocol/analytics/answer_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "protocol/event.h"
#include "protocol/timestamp.h"

static void add_column(struct answer_parts *parts, enum analytics_group column)
{
    if (column != GROUP_NONE)
        parts->columns[parts->column_count++] = column;
}

void answer_parts_init(struct answer_parts *parts, const struct analytics_question *question,
                       struct analytics_report *report)
{
    parts->question = *question;
    parts->report = analytics_report_share(report);
    parts->column_count = 0;
    add_column(parts, question->query.group);
    add_column(parts, question->query.second);
    add_column(parts, question->query.bucket);
    parts->metric_count = 0;
    for (int i = 0; i < ANALYTICS_METRICS; i++) {
        if ((question->view.metrics >> i & 1) != 0)
            parts->metrics[parts->metric_count++] = (enum analytics_metric)i;
    }
}

void answer_parts_clear(struct answer_parts *parts)
{
    analytics_report_release(parts->report);
    parts->report = NULL;
}

/* NULL = there is none. */
static const char *word_of(const struct analytics_report *report, enum analytics_group column,
                           int64_t number)
{
    if (column == GROUP_PLACEMENT)
        return analytics_table_name_of(report->table, number);
    if (number < 0 || number > INT32_MAX)
        return NULL;
    if (column == GROUP_KIND)
        return number < EVENT_KINDS ? event_kind_name((enum event_kind)number) : NULL;
    return column == GROUP_VERDICT ? analytics_verdict_name((int)number)
                                   : analytics_nofill_name((int)number);
}

static void read_word(struct answer_cell *cell, const struct analytics_report *report,
                      enum analytics_group column)
{
    cell->kind = ANSWER_CELL_TEXT;
    cell->text = word_of(report, column, cell->number);
    if (cell->text != NULL)
        return;
    (void)snprintf(cell->digits, sizeof cell->digits, "%" PRId64, cell->number);
    cell->text = cell->digits;
}

void answer_cell_read(struct answer_cell *cell, const struct answer_parts *parts,
                      enum analytics_group column, struct analytics_group_key key, size_t bucket)
{
    const struct analytics_query *query = &parts->question.query;
    if (column == query->bucket) {
        cell->kind = ANSWER_CELL_TEXT;
        cell->text = parts->report->buckets.labels[bucket];
        return;
    }
    cell->number = column == query->group ? key.key : key.second;
    if (cell->number == 0 && (column == GROUP_AD || column == GROUP_PLACEMENT))
        cell->kind = ANSWER_CELL_NULL;
    else if (column == GROUP_AD || column == GROUP_ERROR_CODE)
        cell->kind = ANSWER_CELL_NUMBER;
    else
        read_word(cell, parts->report, column);
}

/* Beyond what six decimals mean anything of in a double. */
static void write_large(struct render_text *text, double value)
{
    char digits[40];
    int length = snprintf(digits, sizeof digits, "%.15g", value);
    render_bytes(text, digits, (size_t)length);
    if (strpbrk(digits, ".e") == NULL)
        render_bytes(text, ".0", 2);
}

/* With as many of its six decimals as are not 0, one at least: by hand, since printf() would take
 * most of the time of an answer. */
static void write_fraction(struct render_text *text, double value)
{
    const double steps = 1e6;
    const double largest = 1e9;
    if (!(value >= 0 && value < largest)) {
        write_large(text, value);
        return;
    }
    uint64_t millionths = (uint64_t)(value * steps + 0.5);
    char decimals[8] = ".000000";
    int length = 2;
    render_integer(text, (int64_t)(millionths / 1000000));
    millionths %= 1000000;
    for (int i = 6; i > 0; i--, millionths /= 10) {
        decimals[i] = (char)('0' + millionths % 10);
        if (decimals[i] != '0' && i >= length)
            length = i + 1;
    }
    render_bytes(text, decimals, (size_t)length);
}

void answer_metric_write(struct render_text *text, const struct analytics_sums *sums,
                         enum analytics_metric metric, const char *nothing)
{
    if (analytics_metric_is_count(metric)) {
        render_integer(text, analytics_sums_count(sums, metric));
        return;
    }
    double value = analytics_sums_metric(sums, metric);
    if (isnan(value))
        render_bytes(text, nothing, strlen(nothing));
    else
        write_fraction(text, value);
}

void answer_time_write(const struct answer_parts *parts, int64_t time_us,
                       char text[static ZONE_TIME_TEXT_SIZE])
{
    struct error error;
    struct zone *zone = zone_open(parts->question.query.zone, &error);
    if (zone == NULL) { /* it was there when the question was read */
        timestamp_format(time_us, text);
        return;
    }
    zone_format(zone, time_us, text);
    zone_close(zone);
}
