/* Questions with reports that tests make up. */
#include "test/unit/protocol/analytics/answer_subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/analytics/answer.h"
#include "protocol/memory.h"

static void make_buckets(struct analytics_buckets *buckets, size_t count)
{
    buckets->count = count;
    buckets->edges = memory_zeroed_array(count + 1, sizeof *buckets->edges);
    buckets->labels = memory_zeroed_array(count, sizeof *buckets->labels);
    for (size_t i = 0; i <= count; i++)
        buckets->edges[i] = APRIL_20_US + (int64_t)i * DAY_US;
    for (size_t i = 0; i < count; i++) {
        int length = snprintf(buckets->labels[i], sizeof *buckets->labels, "day %zu", i);
        ck_assert_int_gt(length, 0);
    }
}

void subject_init(struct subject *subject, enum analytics_group group, enum analytics_group second,
                  enum analytics_group bucket, size_t buckets)
{
    memset(subject, 0, sizeof *subject);
    struct analytics_query *query = &subject->question.query;
    struct analytics_view *view = &subject->question.view;
    query->window.start_us = APRIL_20_US;
    query->window.end_us = APRIL_20_US + (int64_t)buckets * DAY_US - 1;
    query->group = group;
    query->second = second;
    query->bucket = bucket;
    strcpy(query->zone, "UTC");
    strcpy(view->identity, "0123456789abcdef");
    view->metrics = METRIC_BIT(METRIC_REQUESTS) | METRIC_BIT(METRIC_CLICKS);
    view->order_group = group != GROUP_NONE ? group : bucket;
    subject->report = analytics_report_new(query);
    make_buckets(&subject->report->buckets, buckets);
    if (group != GROUP_NONE || bucket != GROUP_NONE)
        subject->report->table = analytics_table_new(buckets, group != GROUP_NONE);
}

void subject_clear(struct subject *subject)
{
    analytics_report_release(subject->report);
}

void subject_add(struct subject *subject, struct analytics_group_key key, size_t bucket,
                 enum analytics_cell cell, int64_t events)
{
    struct analytics_sums sums = {.events = events};
    sums.cells[cell] = events;
    analytics_sums_add(&subject->report->total, &sums, 1);
    if (subject->report->table != NULL)
        ck_assert(analytics_table_add(subject->report->table, key, bucket, &sums, 1));
}

void subject_name(struct subject *subject, int64_t placement, const char *name)
{
    analytics_table_name(subject->report->table, placement, name, strlen(name));
}

char *subject_text(const struct subject *subject, char *etag)
{
    struct render_text text = {0};
    size_t length;
    struct analytics_answer *answer = analytics_answer_new(&subject->question, subject->report);
    while (analytics_answer_prepare(answer))
        ;
    if (etag != NULL)
        strcpy(etag, analytics_answer_etag(answer));
    while (analytics_answer_write(answer, &text))
        ;
    analytics_answer_free(answer);
    return render_take(&text, &length);
}

void assert_text(const struct subject *subject, const char *expected)
{
    char *text = subject_text(subject, NULL);
    ck_assert_str_eq(text, expected);
    free(text);
}

void assert_text_before_meta(const struct subject *subject, const char *expected)
{
    char *text = subject_text(subject, NULL);
    char *meta = strstr(text, ",\"meta\":{");
    ck_assert_ptr_nonnull(meta);
    *meta = '\0';
    ck_assert_str_eq(text, expected);
    free(text);
}
