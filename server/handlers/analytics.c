/* GET /ads/analytics: how the ads did in a window of time. */
#include <stdbool.h>
#include <stdlib.h>

#include <event2/http.h>

#include "metrics/clock.h"
#include "protocol/analytics/question.h"
#include "protocol/memory.h"
#include "server/handlers/access.h"
#include "server/handlers/analytics_answers.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"
#include "store/store.h"

/* The question while the database works on it. */
struct asked {
    struct exchange *exchange;
    char *known; /* If-None-Match; owned, NULL = none */
    struct analytics_question question;
};

static void free_asked(struct asked *asked)
{
    free(asked->known);
    free(asked);
}

static void on_report(void *arg, enum result result, struct analytics_report *report,
                      const char *reason)
{
    struct asked *asked = arg;
    const struct handler_context *context = asked->exchange->context;
    if (result == RESULT_OK)
        analytics_answers_send(context->answers, asked->exchange, &asked->question, asked->known,
                               report);
    else
        exchange_fail_result(asked->exchange, result, reason);
    free_asked(asked);
}

static enum result ask(struct asked *asked, struct error *error)
{
    struct exchange *exchange = asked->exchange;
    const struct handler_context *context = exchange->context;
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(exchange->request));
    enum result result = analytics_question_parse(query, exchange_field(exchange, "Accept"),
                                                  clock_wall_us(), &asked->question, error);
    if (result != RESULT_OK)
        return result;
    asked->known = memory_copy_text(exchange_field(exchange, "If-None-Match"));
    return store_analytics(context->store, &asked->question.query, on_report, asked, error);
}

static void handle_analytics(struct exchange *exchange)
{
    struct error error;
    if (!access_may_read(exchange))
        return;
    struct asked *asked = memory_zeroed(sizeof *asked);
    asked->exchange = exchange;
    enum result result = ask(asked, &error);
    if (result == RESULT_OK) {
        exchange_is_read(exchange);
        return;
    }
    free_asked(asked);
    exchange_fail_result(exchange, result, error.text);
}

const struct route route_analytics = {HTTP_GET, "/ads/analytics", handle_analytics,
                                      .is_operators = true};
