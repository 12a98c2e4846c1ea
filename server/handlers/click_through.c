/* /c/{token}: counts a click and sends the viewer to where the ad leads. */
#include <stdlib.h>
#include <string.h>

#include "protocol/ad.h"
#include "protocol/url.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/handlers/serving_metrics.h"
#include "server/handlers/token_event.h"
#include "server/http/exchange.h"
#include "store/store.h"

/* Whether the click was kept or not: the viewer is to arrive. */
static void on_durable(void *arg, enum result result)
{
    struct exchange *exchange = arg;
    const struct handler_context *context = exchange->context;
    if (result != RESULT_OK)
        serving_metrics_count_unstored(context->serving_metrics, UNSTORED_REFUSED);
    exchange_reply(exchange, 302, NULL, NULL, 0);
}

static void count_and_redirect(struct exchange *exchange, const struct serving_token *token)
{
    const struct handler_context *context = exchange->context;
    struct store_fault fault;
    struct event event;
    if (!token_event_make(exchange, token, EVENT_CLICK, &event)) {
        exchange_reply(exchange, 302, NULL, NULL, 0);
        return;
    }
    enum result result = store_submit(context->store, &event, 1, on_durable, exchange, &fault);
    if (result == RESULT_OK)
        exchange_is_read(exchange);
    else
        on_durable(exchange, result);
}

static void handle_click_through(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *text = exchange->match.params[0].text;
    struct serving_token token;
    exchange_header(exchange, "Cache-Control", "no-store");
    if (!token_event_read(exchange, text, strlen(text), &token))
        return;
    const struct ad *ad = store_ad(context->store, token.ad_id);
    if (ad == NULL || ad->target_url == NULL || !url_is_web(ad->target_url)) {
        exchange_fail(exchange, 404, "this ad leads nowhere any more");
        return;
    }
    char *target = url_encode(ad->target_url);
    exchange_header(exchange, "Location", target);
    free(target);
    count_and_redirect(exchange, &token);
}

const struct route route_click_through = {HTTP_GET, "/c/{token:text}", handle_click_through};
