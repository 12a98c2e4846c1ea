/* POST /ads/{kind}: an event out of a body into the store. Clicks and impressions have routes of
 * their own, as in the original service. */
#include <stdbool.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "protocol/event_json.h"
#include "server/handlers/context.h"
#include "server/handlers/event_origin.h"
#include "server/handlers/routes.h"
#include "server/http/content.h"
#include "server/http/exchange.h"
#include "server/http/inflate.h"
#include "store/store.h"

enum { BODY_MAX_BYTES = 64 * 1024 };

/* The word in the path, be it the route's own or the client's. What the server alone reports is no
 * kind here. */
static bool find_kind(const struct exchange *exchange, enum event_kind *kind)
{
    const struct route *route = exchange->match.route;
    const char *word = strrchr(route->path, '/') + 1;
    if (*word == '{')
        word = exchange->match.params[0].text;
    return event_kind_find(word, strlen(word), kind) && event_kind_is_clients(*kind);
}

static void on_durable(void *arg, enum result result)
{
    static const char queued[] = "{\"status\":\"queued\"}";
    struct exchange *exchange = arg;
    if (result == RESULT_OK)
        exchange_reply(exchange, 202, "application/json", queued, sizeof queued - 1);
    else
        exchange_fail_result(exchange, result, "the event could not be kept");
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

static void take(struct exchange *exchange, const char *text, size_t bytes, enum event_kind kind)
{
    struct event event;
    struct error error;
    enum result result = event_decode(text, bytes, kind, &event, &error);
    if (result != RESULT_OK) {
        exchange_fail_result(exchange, result, error.text);
        return;
    }
    const struct event_origin origin = event_origin_of(exchange);
    event_origin_apply(&origin, &event);
    submit(exchange, &event);
}

static void take_inflated(struct exchange *exchange, struct evbuffer *input, enum event_kind kind)
{
    struct http_text text = {.limit = BODY_MAX_BYTES};
    struct http_inflate gzip;
    enum http_inflate_step step;
    http_inflate_init(&gzip);
    do
        step = http_inflate_next(&gzip, input, &text);
    while (step == HTTP_INFLATE_GOES_ON);
    http_inflate_clear(&gzip);
    if (step == HTTP_INFLATE_DONE)
        take(exchange, text.bytes, text.length, kind);
    else
        http_inflate_fail(exchange, step, BODY_MAX_BYTES);
    http_text_clear(&text);
}

static void handle_event(struct exchange *exchange)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(exchange->request);
    size_t bytes = evbuffer_get_length(input);
    enum event_kind kind;
    enum http_coding coding;
    if (!find_kind(exchange, &kind)) {
        exchange_fail(exchange, 404, "there is no such kind of event");
    } else if (!http_content_accept(exchange, &coding)) {
        return;
    } else if (bytes > BODY_MAX_BYTES) {
        exchange_fail(exchange, 413, "the body is over 64 KiB");
    } else if (coding == HTTP_GZIP) {
        take_inflated(exchange, input, kind);
    } else {
        const char *text = (const char *)evbuffer_pullup(input, -1);
        take(exchange, text == NULL ? "" : text, bytes, kind);
    }
}

const struct route route_click = {
    .method = HTTP_POST, .path = "/ads/click", .handle = handle_event};
const struct route route_impression = {
    .method = HTTP_POST, .path = "/ads/impression", .handle = handle_event};
const struct route route_event = {
    .method = HTTP_POST, .path = "/ads/{kind:word}", .handle = handle_event};
