/* /t/{event}/{token}: what players tell of an ad, by GET or POST alike. */
#include <stdbool.h>
#include <string.h>

#include <event2/http.h>

#include "protocol/ad.h"
#include "protocol/creative.h"
#include "protocol/digits.h"
#include "protocol/event_fields.h"
#include "protocol/query.h"
#include "protocol/vast_error.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/handlers/serving_metrics.h"
#include "server/handlers/token_event.h"
#include "server/http/exchange.h"
#include "store/store.h"

enum { DETAIL_DIGITS_MAX = 9 };

static const char pixel_ending[] = ".gif";

/* One transparent pixel (GIF89a). */
static const char pixel[] = "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,"
                            "\0\0\0\0\x01\0\x01\0\0\x02\x02"
                            "D\x01\0;";

_Static_assert(sizeof pixel - 1 == 43, "the smallest pixel");

/* The token's length in bytes, without the ending that asks for a pixel. */
static size_t token_bytes(const struct exchange *exchange, bool *has_ending)
{
    const char *text = exchange->match.params[1].text;
    size_t bytes = strlen(text);
    size_t ending = sizeof pixel_ending - 1;
    *has_ending = bytes >= ending && strcmp(text + bytes - ending, pixel_ending) == 0;
    return *has_ending ? bytes - ending : bytes;
}

static void answer(struct exchange *exchange)
{
    bool is_pixel;
    (void)token_bytes(exchange, &is_pixel);
    if (is_pixel)
        exchange_reply(exchange, 200, "image/gif", pixel, sizeof pixel - 1);
    else
        exchange_reply(exchange, 204, NULL, NULL, 0);
}

static void on_durable(void *arg, enum result result)
{
    struct exchange *exchange = arg;
    if (result == RESULT_OK)
        answer(exchange);
    else
        exchange_fail_result(exchange, result, "the event could not be kept");
}

/* A parameter that is a number of our own making; false for anything else: players leave a macro as
 * it is, encoded or not, or put -1 or nothing in its place. */
static bool read_number(const struct exchange *exchange, const char *name, int32_t *number)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(exchange->request);
    char text[DETAIL_DIGITS_MAX + 1];
    size_t bytes;
    uint64_t value;
    if (query_find(evhttp_uri_get_query(uri), name, text, sizeof text, &bytes) != RESULT_OK ||
        !digits_read(text, bytes, DETAIL_DIGITS_MAX, &value))
        return false;
    *number = (int32_t)value;
    return true;
}

/* False, which has been counted, for a progress at an offset that the ad does not have: it may have
 * been edited since; and no more keys than that may come of a token. */
static bool set_detail(const struct exchange *exchange, struct event *event)
{
    const struct handler_context *context = exchange->context;
    if (event->kind == EVENT_ERROR && (!read_number(exchange, "code", &event->detail) ||
                                       event->detail == 0 || event->detail > EVENT_CODE_MAX))
        event->detail = VAST_ERROR_UNDEFINED;
    if (event->kind != EVENT_PROGRESS)
        return true;
    const struct ad *ad = store_ad(context->store, event->ad_id);
    if (ad != NULL && read_number(exchange, "offset", &event->detail) &&
        creative_has_offset(ad->creative, event->detail))
        return true;
    serving_metrics_count_unstored(context->serving_metrics, UNSTORED_UNKNOWN_OFFSET);
    return false;
}

static void submit(struct exchange *exchange, const struct event *event)
{
    const struct handler_context *context = exchange->context;
    struct store_fault fault;
    enum result result = store_submit(context->store, event, 1, on_durable, exchange, &fault);
    if (result == RESULT_OK)
        exchange_is_read(exchange);
    else
        exchange_fail_result(exchange, result, fault.reason);
}

static void handle_tracker(struct exchange *exchange)
{
    const struct store *store = ((const struct handler_context *)exchange->context)->store;
    const char *word = exchange->match.params[0].text;
    enum event_kind kind;
    struct serving_token token;
    struct event event;
    bool is_pixel;
    exchange_header(exchange, "Cache-Control", "no-store");
    if (!event_kind_find(word, strlen(word), &kind) || !event_kind_is_clients(kind)) {
        exchange_fail(exchange, 404, "there is no such kind of event");
        return;
    }
    if (!token_event_read(exchange, exchange->match.params[1].text,
                          token_bytes(exchange, &is_pixel), &token))
        return;
    if (token.ad_id == 0 && !event_kind_may_lack_ad(kind))
        exchange_fail(exchange, 400, "this token has no ad of which that could be told");
    else if (kind == EVENT_PROGRESS && !store_has_ads(store))
        exchange_fail(exchange, 503, store_ads_trouble(store)); /* which offsets has it? */
    else if (token_event_make(exchange, &token, kind, &event) && set_detail(exchange, &event))
        submit(exchange, &event);
    else
        answer(exchange);
}

const struct route route_tracker = {
    .method = HTTP_GET, .path = "/t/{event:word}/{token:text}", .handle = handle_tracker};
const struct route route_tracker_post = {
    .method = HTTP_POST, .path = "/t/{event:word}/{token:text}", .handle = handle_tracker};
