/* POST /ads/{kind}: events out of a body into the store. Clicks and impressions have routes of
 * their own, as in the original service. */
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "metrics/clock.h"
#include "protocol/event_body.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/client_address.h"
#include "server/http/exchange.h"
#include "store/store.h"

enum { BODY_MAX_BYTES = 64 * 1024 };

/* The word in the path, be it the route's own or the client's. */
static bool find_kind(const struct exchange *exchange, enum event_kind *kind)
{
    const struct route *route = exchange->match.route;
    const char *word = strrchr(route->path, '/') + 1;
    if (*word == '{')
        word = exchange->match.params[0].word;
    return event_kind_find(word, strlen(word), kind);
}

/* Content-Encoding: a list, whose elements may be empty (RFC 9110 sections 8.4 and 5.6.1.2). */
static bool is_plain(const char *codings)
{
    static const char identity[] = "identity";
    for (codings += strspn(codings, " \t,"); *codings != '\0'; codings += strspn(codings, " \t,")) {
        size_t bytes = strcspn(codings, " \t,");
        if (bytes != sizeof identity - 1 || strncasecmp(codings, identity, bytes) != 0)
            return false;
        codings += bytes;
    }
    return true;
}

/* The original service never looked at the type, and clients send JSON under several names (curl
 * -d, sendBeacon); what can't be JSON is refused. */
static bool is_json(const char *type)
{
    static const char *const types[] = {"application/json", "text/json", "text/plain",
                                        "application/x-www-form-urlencoded",
                                        "application/octet-stream"};
    type += strspn(type, " \t");
    size_t length = strcspn(type, "; \t");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (length == strlen(types[i]) && strncasecmp(type, types[i], length) == 0)
            return true;
    }
    return length == 0 || (length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0);
}

/* Whether each field of this name passes. A second one could tell a proxy otherwise. */
static bool all_pass(struct exchange *exchange, const char *name, bool (*passes)(const char *value))
{
    const struct evkeyvalq *fields = evhttp_request_get_input_headers(exchange->request);
    const struct evkeyval *field;
    TAILQ_FOREACH(field, fields, next)
    {
        if (strcasecmp(field->key, name) == 0 && !passes(field->value))
            return false;
    }
    return true;
}

/* Answers 415 where the body can't be what it has to be. Accept-Encoding says that it is for the
 * coding, and is therefore left out otherwise (RFC 9110 section 12.5.3). */
static bool answer_unacceptable(struct exchange *exchange)
{
    if (!all_pass(exchange, "Content-Encoding", is_plain)) {
        exchange_header(exchange, "Accept-Encoding", "identity");
        exchange_fail(exchange, 415, "the body must not be encoded (Content-Encoding)");
        return true;
    }
    if (!all_pass(exchange, "Content-Type", is_json)) {
        exchange_header(exchange, "Accept", "application/json, text/plain");
        exchange_fail(exchange, 415, "the body must be JSON (application/json)");
        return true;
    }
    return false;
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

static void submit(struct exchange *exchange, const struct event *events, size_t count)
{
    const struct handler_context *context = exchange->context;
    struct store_fault fault;
    enum result result = store_submit(context->store, events, count, on_durable, exchange, &fault);
    if (result != RESULT_OK)
        exchange_fail_result(exchange, result, fault.reason);
}

/* One fault refuses the whole body. */
static void take(struct exchange *exchange, struct event_body *body)
{
    const struct handler_context *context = exchange->context;
    struct event events[EVENT_BODY_EVENTS_MAX];
    size_t count = 0;
    struct error error;
    enum event_body_step step;
    while ((step = event_body_next(body, events + count, &error)) == EVENT_BODY_EVENT) {
        struct event *event = &events[count++];
        event->occurred_at_us = clock_wall_us();
        if (event->address.family == ADDRESS_NONE)
            event->address = client_address(exchange->request, context->trusted_proxies);
    }
    if (step == EVENT_BODY_END)
        submit(exchange, events, count);
    else
        exchange_fail_result(exchange, body->result, error.text);
}

static void handle_event(struct exchange *exchange)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(exchange->request);
    size_t bytes = evbuffer_get_length(input);
    enum event_kind kind;
    if (!find_kind(exchange, &kind)) {
        exchange_fail(exchange, 404, "there is no such kind of event");
    } else if (answer_unacceptable(exchange)) {
        return;
    } else if (bytes > BODY_MAX_BYTES) {
        exchange_fail(exchange, 413, "the body is over 64 KiB");
    } else {
        struct event_body body;
        const char *text = (const char *)evbuffer_pullup(input, -1);
        event_body_init(&body, text == NULL ? "" : text, bytes, kind);
        take(exchange, &body);
    }
}

const struct route route_click = {HTTP_POST, "/ads/click", handle_event};
const struct route route_impression = {HTTP_POST, "/ads/impression", handle_event};
const struct route route_event = {HTTP_POST, "/ads/{kind:word}", handle_event};
