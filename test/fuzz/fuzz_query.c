/* Query strings from any bytes, alone and as the question for analytics. */
#include <stdlib.h>
#include <string.h>

#include "protocol/analytics/buckets.h"
#include "protocol/analytics/question.h"
#include "protocol/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_found(const char *query, const char *name, size_t value_size)
{
    char *value = malloc(value_size + (value_size == 0));
    size_t value_bytes = 0;
    if (value == NULL)
        abort();
    if (query_find(query, name, value, value_size, &value_bytes) == RESULT_OK &&
        (value_bytes >= value_size || strlen(value) != value_bytes))
        abort();
    free(value);
}

/* What is understood can be asked: its windows are some, and so are its buckets. */
static void check_question(const char *query)
{
    static const int64_t now_us = INT64_C(1767225600000000);
    struct analytics_question question;
    struct analytics_buckets buckets;
    struct error error;
    if (analytics_question_parse(query, query, now_us, &question, &error) != RESULT_OK)
        return;
    const struct analytics_query *asked = &question.query;
    if (asked->window.end_us < asked->window.start_us ||
        (unsigned)asked->traffic >= ANALYTICS_TRAFFICS ||
        (asked->ad_count > 0 && asked->placement_count > 0))
        abort();
    if (analytics_buckets_make(asked, &buckets, &error) != RESULT_OK)
        return;
    for (size_t i = 0; i < buckets.count; i++) {
        if (buckets.edges[i] >= buckets.edges[i + 1])
            abort();
    }
    analytics_buckets_clear(&buckets);
    const struct analytics_position position = {.value = 1};
    free(analytics_cursor_write(&question, &position));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *query = malloc(size + 1);
    if (query == NULL)
        abort();
    if (size > 0)
        memcpy(query, data, size);
    query[size] = '\0';
    for (size_t value_size = 0; value_size < 4; value_size++)
        check_found(query, "start", value_size);
    check_found(query, "start", 128);
    check_found(query, "", 128);
    check_question(query);
    free(query);
    return 0;
}
