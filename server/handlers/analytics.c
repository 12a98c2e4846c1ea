/* GET /ads/analytics: how the ads did in a window of time. */
#include <stdlib.h>
#include <string.h>

#include <event2/http.h>

#include "protocol/analytics.h"
#include "protocol/memory.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"
#include "store/store.h"

/* The question while the database works on it. */
struct asked {
    struct exchange *exchange;
    struct analytics_window window;
};

static void on_totals(void *arg, enum result result, const struct analytics_totals *totals,
                      const char *reason)
{
    struct asked *asked = arg;
    const struct handler_context *context = asked->exchange->context;
    if (result != RESULT_OK) {
        exchange_fail_result(asked->exchange, result, reason);
    } else {
        struct analytics_totals complete = *totals;
        complete.pending_events = store_pending_events(context->store);
        char *body = analytics_render(&asked->window, &complete);
        exchange_header(asked->exchange, "Cache-Control", "no-store");
        exchange_reply(asked->exchange, 200, "application/json", body, strlen(body));
        free(body);
    }
    free(asked);
}

static void handle_analytics(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(exchange->request));
    struct asked *asked = memory_resized(NULL, sizeof *asked);
    asked->exchange = exchange;
    struct error error;
    const char *reason = error.text;
    enum result result = analytics_window_parse(query, &asked->window, &error);
    if (result == RESULT_OK)
        result = store_analytics(context->store, &asked->window, on_totals, asked, &reason);
    if (result == RESULT_OK) {
        exchange_is_read(exchange);
        return;
    }
    free(asked);
    exchange_fail_result(exchange, result, reason);
}

const struct route route_analytics = {HTTP_GET, "/ads/analytics", handle_analytics};
