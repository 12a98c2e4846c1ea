/* Questions with reports that tests make up, and the whole text of their answers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/report.h"

#define APRIL_20_US INT64_C(1745107200000000)
#define DAY_US INT64_C(86400000000)

#define METRIC_BIT(metric) (1U << (metric))

struct asked {
    struct analytics_question question;
    struct analytics_report *report;
};

/* From 2025-04-20T00:00:00Z on, `buckets` days without events, with the groups' columns; all
 * GROUP_NONE is a total. JSON, by requests and clicks, the rows in the order of the first column.
 */
void asked_init(struct asked *asked, enum analytics_group group, enum analytics_group second,
                enum analytics_group bucket, size_t buckets);
/* As a client asks it, at noon of 2025-04-20 in UTC; without events. */
void asked_parse(struct asked *asked, const char *query_string);

void asked_clear(struct asked *asked);

/* Adds events to a cell. */
void asked_add(struct asked *asked, struct analytics_group_key key, size_t bucket,
               enum analytics_cell cell, int64_t events);

void asked_name(struct asked *asked, int64_t placement, const char *name);

/* The whole text, terminated, to be freed with free(); the ETag, where that is not NULL. */
char *asked_text(const struct asked *asked, char *etag);

/* Compares and frees. */
void assert_text(const struct asked *asked, const char *expected);

/* All but meta, which the text has to have. */
void assert_text_before_meta(const struct asked *asked, const char *expected);
