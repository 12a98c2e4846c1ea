/* Questions with reports that tests make up. */
#include "test/unit/protocol/analytics/asked.h"

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

void asked_init(struct asked *asked, enum analytics_group group, enum analytics_group second,
                enum analytics_group bucket, size_t buckets)
{
    memset(asked, 0, sizeof *asked);
    struct analytics_query *query = &asked->question.query;
    struct analytics_view *view = &asked->question.view;
    query->window.start_us = APRIL_20_US;
    query->window.end_us = APRIL_20_US + (int64_t)buckets * DAY_US - 1;
    query->group = group;
    query->second = second;
    query->bucket = bucket;
    strcpy(query->zone, "UTC");
    strcpy(view->identity, "0123456789abcdef");
    view->metrics = METRIC_BIT(METRIC_REQUESTS) | METRIC_BIT(METRIC_CLICKS);
    view->order_group = group != GROUP_NONE ? group : bucket;
    asked->report = analytics_report_new(query);
    make_buckets(&asked->report->buckets, buckets);
    if (group != GROUP_NONE || bucket != GROUP_NONE)
        asked->report->table = analytics_table_new(buckets, group != GROUP_NONE);
}

void asked_parse(struct asked *asked, const char *query_string)
{
    struct error error = {""};
    const struct analytics_query *query = &asked->question.query;
    enum result result = analytics_question_parse(query_string, NULL, APRIL_20_US + DAY_US / 2,
                                                  &asked->question, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", query_string, error.text);
    asked->report = analytics_report_new(query);
    result = analytics_buckets_make(query, &asked->report->buckets, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", query_string, error.text);
    if (query->group != GROUP_NONE || query->bucket != GROUP_NONE)
        asked->report->table =
            analytics_table_new(asked->report->buckets.count, query->group != GROUP_NONE);
}

void asked_clear(struct asked *asked)
{
    analytics_report_release(asked->report);
}

void asked_add(struct asked *asked, struct analytics_group_key key, size_t bucket,
               enum analytics_cell cell, int64_t events)
{
    struct analytics_sums sums = {.events = events};
    sums.cells[cell] = events;
    analytics_sums_add(&asked->report->total, &sums, 1);
    if (asked->report->table != NULL)
        ck_assert(analytics_table_add(asked->report->table, key, bucket, &sums, 1));
}

void asked_name(struct asked *asked, int64_t placement, const char *name)
{
    analytics_table_name(asked->report->table, placement, name, strlen(name));
}

char *asked_text(const struct asked *asked, char *etag)
{
    struct render_text text = {0};
    size_t length;
    struct analytics_answer *answer = analytics_answer_new(&asked->question, asked->report);
    while (analytics_answer_prepare(answer))
        ;
    if (etag != NULL)
        strcpy(etag, analytics_answer_etag(answer));
    while (analytics_answer_write(answer, &text))
        ;
    analytics_answer_free(answer);
    return render_take(&text, &length);
}

void assert_text(const struct asked *asked, const char *expected)
{
    char *text = asked_text(asked, NULL);
    ck_assert_str_eq(text, expected);
    free(text);
}

void assert_text_before_meta(const struct asked *asked, const char *expected)
{
    char *text = asked_text(asked, NULL);
    char *meta = strstr(text, ",\"meta\":{");
    ck_assert_ptr_nonnull(meta);
    *meta = '\0';
    ck_assert_str_eq(text, expected);
    free(text);
}
