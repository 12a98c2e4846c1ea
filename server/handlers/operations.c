/* GET /metrics, /livez and /readyz: for Prometheus and whoever runs the server. */
#include <stdbool.h>
#include <stdlib.h>

#include "metrics/metrics.h"
#include "server/handlers/access.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"
#include "store/store.h"

static void release(const void *body, size_t body_bytes, void *text)
{
    (void)body;
    (void)body_bytes;
    free(text);
}

static void handle_metrics(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    size_t text_bytes;
    if (!access_may_read(exchange))
        return;
    char *text = metrics_render(context->metrics, &text_bytes);
    exchange_reply_shared(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", text,
                          text_bytes, release, text);
}

const struct route route_metrics = {
    .method = HTTP_GET, .path = "/metrics", .handle = handle_metrics, .is_operators = true};

/* The process answers: nothing else is meant, the database least of all. */
static void handle_livez(struct exchange *exchange)
{
    static const char live[] = "{\"status\":\"live\"}";
    exchange_reply(exchange, 200, "application/json", live, sizeof live - 1);
}

const struct route route_livez = {.method = HTTP_GET, .path = "/livez", .handle = handle_livez};

static void handle_readyz(struct exchange *exchange)
{
    static const char ready[] = "{\"status\":\"ready\"}";
    const struct handler_context *context = exchange->context;
    const char *refusal = store_refusal(context->store);
    if (refusal != NULL)
        exchange_fail(exchange, 503, refusal);
    else
        exchange_reply(exchange, 200, "application/json", ready, sizeof ready - 1);
}

const struct route route_readyz = {.method = HTTP_GET, .path = "/readyz", .handle = handle_readyz};
