/* From a request to its handler. */
#include "server/http/dispatch.h"

#include <stddef.h>

#include <event2/http.h>

#include "server/http/guard.h"

/* A CORS preflight, or somebody who wants to know. */
static void answer_options(struct exchange *exchange)
{
    const char *wanted = exchange_field(exchange, "Access-Control-Request-Headers");
    exchange_header(exchange, "Allow", exchange->match.allow);
    if (exchange->cors == CORS_NONE) {
        exchange_reply(exchange, 204, NULL, NULL, 0);
        return;
    }
    exchange_header(exchange, "Access-Control-Allow-Methods", exchange->match.allow);
    exchange_header(exchange, "Access-Control-Allow-Headers",
                    wanted == NULL ? "Content-Type" : wanted);
    exchange_header(exchange, "Access-Control-Max-Age", "86400");
    exchange_reply(exchange, 204, NULL, NULL, 0);
}

static bool answer_refused(struct exchange *exchange)
{
    const char *reason;
    int status = http_guard_refusal(exchange->request, &reason);
    if (status == 0)
        return false;
    exchange_close_connection(exchange);
    exchange_fail(exchange, status, reason);
    return true;
}

void dispatch_request(struct evhttp_request *request, void *arg)
{
    const struct http_entrance *entrance = arg;
    struct exchange *exchange = exchange_open(entrance->exchanges, request, entrance->kind);
    const struct route_match *match = &exchange->match;
    if (answer_refused(exchange))
        return;
    if (entrance->admit != NULL && !entrance->admit(exchange))
        return;
    if (match->allow == NULL) {
        exchange_fail(exchange, 404, "there is no such route");
    } else if (exchange->method == HTTP_OPTIONS) {
        answer_options(exchange);
    } else if (match->route == NULL) {
        exchange_header(exchange, "Allow", match->allow);
        exchange_fail(exchange, 405, "this route does not have that method");
    } else {
        match->route->handle(exchange);
    }
}
