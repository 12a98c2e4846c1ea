/* GET /ads?fields=all. */
#include "server/handlers/ad_list.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <event2/http.h>

#include "protocol/digits.h"
#include "protocol/query.h"
#include "protocol/result.h"
#include "protocol/utf8.h"
#include "server/handlers/access.h"
#include "server/handlers/ad_answers.h"
#include "server/handlers/context.h"
#include "server/http/exchange.h"
#include "store/store.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000, VALUE_SIZE = 256, IDS_SIZE = 11 * 1000 + 1 };

static const char *const states[] = {"available", "scheduled", "ended",
                                     "paused",    "archived",  "without_weight"};

/* What is asked, read. */
struct asked {
    char state[VALUE_SIZE];
    char text[VALUE_SIZE];
    char ids[IDS_SIZE];
    size_t ids_bytes;
    int32_t after; /* 0 = not given, as the next */
    int32_t limit;
    bool is_all;
};

static const char *query_of(const struct exchange *exchange)
{
    return evhttp_uri_get_query(evhttp_request_get_evhttp_uri(exchange->request));
}

bool ad_list_is_asked(const struct exchange *exchange)
{
    const char *query = query_of(exchange);
    struct query_part part;
    while (query_next(&query, &part)) {
        if (query_is_called(&part, "fields"))
            return true;
    }
    return false;
}

static enum result read_number(const char *name, const char *value, int32_t most, int32_t *number,
                               struct error *error)
{
    uint64_t read;
    if (*number != 0)
        return error_set(error, RESULT_MALFORMED, "%s is given twice", name);
    if (!digits_read(value, strlen(value), 10, &read) || read < 1 || read > (uint64_t)most)
        return error_set(error, RESULT_MALFORMED, "%s must be a number from 1 to %d", name, most);
    *number = (int32_t)read;
    return RESULT_OK;
}

static enum result read_id(struct asked *asked, const char *value, struct error *error)
{
    int32_t id = 0;
    enum result result = read_number("id", value, INT32_MAX, &id, error);
    if (result != RESULT_OK)
        return result;
    if (sizeof asked->ids - asked->ids_bytes < sizeof ",2147483647")
        return error_set(error, RESULT_MALFORMED, "there are too many ids");
    asked->ids_bytes +=
        (size_t)snprintf(asked->ids + asked->ids_bytes, sizeof asked->ids - asked->ids_bytes,
                         "%s%d", asked->ids_bytes > 0 ? "," : "", id);
    return RESULT_OK;
}

static enum result read_state(struct asked *asked, const char *value, struct error *error)
{
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(states[i], value) == 0) {
            (void)snprintf(asked->state, sizeof asked->state, "%s", value);
            return RESULT_OK;
        }
    }
    return error_set(error, RESULT_MALFORMED,
                     "state must be available, scheduled, ended, paused, archived or "
                     "without_weight");
}

static enum result read_text(struct asked *asked, const char *value, struct error *error)
{
    size_t length = strlen(value);
    for (size_t at = 0, step; at < length; at += step) {
        step = utf8_bytes(value + at, length - at);
        if (step == 0)
            return error_set(error, RESULT_MALFORMED, "q is not UTF-8");
    }
    (void)snprintf(asked->text, sizeof asked->text, "%s", value);
    return RESULT_OK;
}

static enum result read_value(struct asked *asked, const char *name, const char *value,
                              struct error *error)
{
    if (strcmp(name, "fields") == 0) {
        asked->is_all = strcmp(value, "all") == 0;
        return asked->is_all
                   ? RESULT_OK
                   : error_set(error, RESULT_MALFORMED, "fields must be all, or left out");
    }
    if (strcmp(name, "state") == 0)
        return read_state(asked, value, error);
    if (strcmp(name, "q") == 0)
        return read_text(asked, value, error);
    if (strcmp(name, "id") == 0)
        return read_id(asked, value, error);
    if (strcmp(name, "after") == 0)
        return read_number(name, value, INT32_MAX, &asked->after, error);
    if (strcmp(name, "limit") == 0)
        return read_number(name, value, LIMIT_MAX, &asked->limit, error);
    return error_set(error, RESULT_MALFORMED,
                     "a parameter is unknown: there are fields, state, q, id, after and limit");
}

static enum result read_query(struct asked *asked, const char *query, struct error *error)
{
    struct query_part part;
    enum result result = RESULT_OK;
    while (result == RESULT_OK && query_next(&query, &part)) {
        char name[16] = "";
        char value[VALUE_SIZE] = "";
        size_t bytes;
        if (query_decode(part.name, part.name_bytes, name, sizeof name, &bytes) != RESULT_OK)
            name[0] = '\0';
        if (part.value == NULL ||
            query_decode(part.value, part.value_bytes, value, sizeof value, &bytes) != RESULT_OK)
            result =
                error_set(error, RESULT_MALFORMED, "a parameter has no value that can be read");
        else
            result = read_value(asked, name, value, error);
    }
    return result;
}

static const char *text_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

void ad_list_handle(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    struct asked asked = {.limit = 0};
    struct error error;
    const char *reason;
    if (!access_may_read_private(exchange))
        return;
    enum result result = read_query(&asked, query_of(exchange), &error);
    if (result != RESULT_OK) {
        exchange_fail_result(exchange, result, error.text);
        return;
    }
    const struct ad_list_question question = {.state = text_or_null(asked.state),
                                              .text = text_or_null(asked.text),
                                              .ids = text_or_null(asked.ids),
                                              .after = asked.after,
                                              .limit =
                                                  asked.limit > 0 ? asked.limit : LIMIT_DEFAULT};
    result = administration_list(store_administration(context->store), &question,
                                 ad_answers_question, exchange, &reason);
    if (result != RESULT_OK)
        exchange_fail_result(exchange, result, reason);
}
