/* /c/{token}: counts a click and sends the viewer to where the ad leads. */
#include <stdlib.h>
#include <string.h>

#include "protocol/ad.h"
#include "protocol/render.h"
#include "protocol/web_url.h"
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

static void set_location(struct exchange *exchange, const char *url)
{
    struct render_text text = {0};
    size_t length;
    web_url_render(&text, url);
    char *location = render_take(&text, &length);
    exchange_header(exchange, "Location", location);
    free(location);
}

/* NULL where the viewer can't be sent anywhere; a token of no ad leads nowhere either. */
static const char *find_target(const struct store *store, const struct serving_token *token)
{
    const struct ad *ad = token->ad_id == 0 ? NULL : store_ad(store, token->ad_id);
    return ad != NULL && web_url_is_target(ad->target_url) ? ad->target_url : NULL;
}

static void handle_click_through(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *text = exchange->match.params[0].text;
    struct serving_token token;
    exchange_header(exchange, "Cache-Control", "no-store");
    if (!token_event_read(exchange, text, strlen(text), &token))
        return;
    const char *target = find_target(context->store, &token);
    if (target != NULL) {
        set_location(exchange, target);
        count_and_redirect(exchange, &token);
    } else if (store_has_ads(context->store)) {
        exchange_fail(exchange, 404, "this ad leads nowhere any more");
    } else {
        exchange_fail(exchange, 503, store_ads_trouble(context->store));
    }
}

const struct route route_click_through = {
    .method = HTTP_GET, .path = "/c/{token:text}", .handle = handle_click_through};
