/* How an answer is to be shown. */
#include "protocol/analytics/view.h"

#include <stdio.h>
#include <string.h>

#include "protocol/analytics/accept.h"
#include "protocol/analytics/parameters.h"
#include "protocol/digits.h"

enum { LIMIT_MAX_DIGITS = 10 };

#define BIT(metric) (UINT32_C(1) << (metric))

static const char *metric_name(int index)
{
    return analytics_metric_name((enum analytics_metric)index);
}

static const char *format_name(int index)
{
    return analytics_format_name((enum analytics_format)index);
}

/* Whether rows are of what has events of any kind: their number says more than that of the
 * impressions, which most lack. */
static bool is_of_any_kind(enum analytics_group group)
{
    return group == GROUP_KIND || group == GROUP_ERROR_CODE || group == GROUP_NOFILL_REASON ||
           group == GROUP_VERDICT;
}

static bool has_rows_of_any_kind(const struct analytics_query *query)
{
    return is_of_any_kind(query->group) || is_of_any_kind(query->second);
}

static enum result refuse_metrics(struct error *error)
{
    char names[sizeof error->text] = "";
    size_t length = 0;
    for (int i = 0; i < ANALYTICS_METRICS && length < sizeof names; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   i == 0 ? "" : ", ", metric_name(i));
    return error_set(error, RESULT_MALFORMED, "metrics must be some of %s", names);
}

static enum result parse_metrics(const char *query_string, struct analytics_question *question,
                                 struct error *error)
{
    struct parameter_words words;
    uint32_t metrics = 0;
    analytics_words_begin(&words, query_string, PARAMETER_METRICS, true);
    const char *word;
    while ((word = analytics_words_next(&words)) != NULL) {
        int metric = analytics_find_word(word, ANALYTICS_METRICS, metric_name);
        if (metric == ANALYTICS_METRICS)
            return refuse_metrics(error);
        metrics |= BIT(metric);
    }
    if (metrics == 0) {
        metrics = BIT(ANALYTICS_METRICS) - 1;
        if (!has_rows_of_any_kind(&question->query))
            metrics &= ~BIT(METRIC_EVENTS);
    }
    question->view.metrics = metrics;
    return RESULT_OK;
}

/* Times come in their order, also below a group; groups by how much there is of them. */
static void order_as_usual(struct analytics_question *question)
{
    const struct analytics_query *query = &question->query;
    struct analytics_view *view = &question->view;
    view->is_ordered_by_metric = query->group != GROUP_NONE && query->bucket == GROUP_NONE;
    view->is_descending = view->is_ordered_by_metric;
    if (view->is_ordered_by_metric)
        view->order_metric = has_rows_of_any_kind(query) ? METRIC_EVENTS : METRIC_IMPRESSIONS;
    else
        view->order_group = query->group != GROUP_NONE ? query->group : query->bucket;
}

static bool is_column(const char *word, enum analytics_group group)
{
    return group != GROUP_NONE && (strcmp(word, analytics_group_column(group)) == 0 ||
                                   strcmp(word, analytics_group_name(group)) == 0);
}

/* Whether `word` is a column of the rows, which it orders by then. */
static bool order_by(const char *word, struct analytics_question *question)
{
    const struct analytics_query *query = &question->query;
    const enum analytics_group groups[] = {query->group, query->second, query->bucket};
    struct analytics_view *view = &question->view;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (is_column(word, groups[i])) {
            view->order_group = groups[i];
            return true;
        }
    }
    int metric = analytics_find_word(word, ANALYTICS_METRICS, metric_name);
    if (metric == ANALYTICS_METRICS || (view->metrics & BIT(metric)) == 0)
        return false;
    view->is_ordered_by_metric = true;
    view->order_metric = (enum analytics_metric)metric;
    return true;
}

static enum result parse_order(const char *query_string, struct analytics_question *question,
                               struct error *error)
{
    struct parameter_value value;
    analytics_parameter_read(query_string, PARAMETER_ORDER_BY, &value);
    if (!value.is_given) {
        order_as_usual(question);
        return RESULT_OK;
    }
    if (question->query.group == GROUP_NONE && question->query.bucket == GROUP_NONE)
        return error_set(error, RESULT_MALFORMED,
                         "order_by needs group_by: without it there are no rows");
    question->view.is_descending = value.text[0] == '-';
    if (!order_by(value.text + question->view.is_descending, question))
        return error_set(error, RESULT_MALFORMED,
                         "order_by must be a metric or a column that the rows have, such as "
                         "-impressions");
    return RESULT_OK;
}

static enum result parse_limit(const char *query_string, struct analytics_view *view,
                               struct error *error)
{
    struct parameter_value value;
    uint64_t limit = 0;
    analytics_parameter_read(query_string, PARAMETER_LIMIT, &value);
    view->limit = view->format == FORMAT_JSON ? ANALYTICS_LIMIT : 0;
    if (!value.is_given)
        return RESULT_OK;
    if (!digits_read(value.text, value.bytes, LIMIT_MAX_DIGITS, &limit) || limit < 1 ||
        limit > ANALYTICS_LIMIT_MAX)
        return error_set(error, RESULT_MALFORMED, "limit must be a whole number from 1 to %d",
                         ANALYTICS_LIMIT_MAX);
    view->limit = (uint32_t)limit;
    return RESULT_OK;
}

static enum result parse_format(const char *query_string, const char *accept,
                                struct analytics_view *view, struct error *error)
{
    struct parameter_value value;
    analytics_parameter_read(query_string, PARAMETER_FORMAT, &value);
    if (!value.is_given) {
        view->format = analytics_format_accepted(accept, true);
        return RESULT_OK;
    }
    int format = analytics_find_word(value.text, ANALYTICS_FORMATS, format_name);
    if (format == ANALYTICS_FORMATS)
        return error_set(error, RESULT_MALFORMED, "format must be json, csv or ndjson");
    view->format = (enum analytics_format)format;
    return RESULT_OK;
}

/* What has to be read beyond the usual. */
static void note_needs(struct analytics_question *question)
{
    const struct analytics_view *view = &question->view;
    uint32_t needed = view->metrics;
    if (view->is_ordered_by_metric)
        needed |= BIT(view->order_metric);
    question->query.has_events = (needed & BIT(METRIC_EVENTS)) != 0;
    question->query.has_invalid = (needed & BIT(METRIC_INVALID)) != 0;
}

enum result analytics_view_parse(const char *query_string, const char *accept,
                                 struct analytics_question *question, struct error *error)
{
    enum result result = parse_format(query_string, accept, &question->view, error);
    if (result == RESULT_OK)
        result = parse_metrics(query_string, question, error);
    if (result == RESULT_OK)
        result = parse_order(query_string, question, error);
    if (result == RESULT_OK)
        result = parse_limit(query_string, &question->view, error);
    note_needs(question);
    return result;
}
