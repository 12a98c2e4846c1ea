/* From a request to its handler. */
#include "server/routes.h"

#include <stdbool.h>
#include <string.h>

#include <event2/http.h>

#include "server/http/exchange.h"
#include "server/handlers/handlers.h"
#include "server/http/guard.h"

/* `method` is HTTP_GET (HEAD is understood) or HTTP_POST; every route has OPTIONS. */
static const struct route {
    const char *path;
    enum http_method method;
    void (*handle)(struct exchange *exchange);
} routes[] = {
    {"/ads/click", HTTP_POST, handle_click}, {"/ads/impression", HTTP_POST, handle_impression},
    {"/ads", HTTP_GET, handle_ads},          {"/ads/analytics", HTTP_GET, handle_analytics},
    {"/metrics", HTTP_GET, handle_metrics},  {"/livez", HTTP_GET, handle_livez},
    {"/readyz", HTTP_GET, handle_readyz},
};

enum { ROUTES = sizeof routes / sizeof routes[0] };

static const char *allowed_methods(const struct route *route)
{
    return route->method == HTTP_POST ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

const char *routes_endpoint(size_t index)
{
    if (index < ROUTES)
        return routes[index].path;
    return index == ROUTES ? "other" : NULL;
}

static enum http_method method_of(struct evhttp_request *request)
{
    switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
        return HTTP_GET;
    case EVHTTP_REQ_HEAD:
        return HTTP_HEAD;
    case EVHTTP_REQ_POST:
        return HTTP_POST;
    case EVHTTP_REQ_OPTIONS:
        return HTTP_OPTIONS;
    case EVHTTP_REQ_PUT:
        return HTTP_PUT;
    case EVHTTP_REQ_PATCH:
        return HTTP_PATCH;
    case EVHTTP_REQ_DELETE:
        return HTTP_DELETE;
    case EVHTTP_REQ_TRACE:
    case EVHTTP_REQ_CONNECT:
        break;
    }
    return HTTP_OTHER;
}

/* A CORS preflight, or somebody who wants to know. */
static void answer_options(struct exchange *exchange, const struct route *route)
{
    const char *wanted = evhttp_find_header(evhttp_request_get_input_headers(exchange->request),
                                            "Access-Control-Request-Headers");
    exchange_header(exchange, "Allow", allowed_methods(route));
    exchange_header(exchange, "Access-Control-Allow-Methods", allowed_methods(route));
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

static size_t find_route(const char *path)
{
    size_t i = 0;
    while (i < ROUTES && strcmp(path, routes[i].path) != 0)
        i++;
    return i;
}

void routes_dispatch(struct evhttp_request *request, void *exchanges)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    const char *path = uri == NULL ? NULL : evhttp_uri_get_path(uri);
    size_t index = find_route(path == NULL ? "" : path);
    enum http_method method = method_of(request);
    struct exchange *exchange = exchange_open(exchanges, request, index, method);
    if (answer_refused(exchange))
        return;
    if (index == ROUTES) {
        exchange_fail(exchange, 404, "there is no such route");
        return;
    }
    const struct route *route = &routes[index];
    if (method == HTTP_OPTIONS) {
        answer_options(exchange, route);
    } else if (method == route->method || (method == HTTP_HEAD && route->method == HTTP_GET)) {
        route->handle(exchange);
    } else {
        exchange_header(exchange, "Allow", allowed_methods(route));
        exchange_fail(exchange, 405, "this route does not have that method");
    }
}
