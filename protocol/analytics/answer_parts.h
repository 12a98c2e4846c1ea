/* What every form of an answer is made of: its columns, its metrics, and what stands in a cell. */
#pragma once

#include <stdint.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/report.h"
#include "protocol/render.h"

enum { ANSWER_COLUMNS_MAX = 3 };

struct answer_parts {
    struct analytics_question question;
    struct analytics_report *report; /* a reference */
    enum analytics_group columns[ANSWER_COLUMNS_MAX];
    size_t column_count; /* 0 = there are no rows */
    enum analytics_metric metrics[ANALYTICS_METRICS];
    size_t metric_count;
};

void answer_parts_init(struct answer_parts *parts, const struct analytics_question *question,
                       struct analytics_report *report);
void answer_parts_clear(struct answer_parts *parts);

enum answer_cell_kind { ANSWER_CELL_NULL, ANSWER_CELL_NUMBER, ANSWER_CELL_TEXT };

/* What stands in a column of a group. */
struct answer_cell {
    enum answer_cell_kind kind;
    int64_t number;
    const char *text; /* borrowed from the report, or `digits` */
    char digits[24];  /* a number that this version has no word for */
};

void answer_cell_read(struct answer_cell *cell, const struct answer_parts *parts,
                      enum analytics_group column, struct analytics_group_key key, size_t bucket);

/* Writes the value of a metric, or `nothing` where it has none. Shares and means always have a
 * point, so that a column's values are of one type. */
void answer_metric_write(struct render_text *text, const struct analytics_sums *sums,
                         enum analytics_metric metric, const char *nothing);

/* `time_us` in the zone that was asked for. */
void answer_time_write(const struct answer_parts *parts, int64_t time_us,
                       char text[static ZONE_TIME_TEXT_SIZE]);
