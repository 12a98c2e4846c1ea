/* GET /: what is here, for whoever finds the server and not its README: the page for browsers. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "protocol/memory.h"
#include "server/handlers/context.h"
#include "server/handlers/page.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"

/* The methods in the value of an Allow field, as an array. */
static json_t *render_methods(const char *allow)
{
    json_t *methods = json_array();
    while (*allow != '\0') {
        size_t bytes = strcspn(allow, ", ");
        json_array_append_new(methods, json_stringn(allow, bytes));
        allow += bytes;
        allow += strspn(allow, ", ");
    }
    return methods;
}

/* Those that are there where it was asked. */
static json_t *render_routes(const struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *const *labels = router_labels(context->router);
    enum route_audience audience =
        exchange->entrance == ENTRANCE_PUBLIC ? ROUTE_PUBLIC : ROUTE_EVERYBODY;
    const char *allow;
    json_t *routes = json_array();
    for (size_t i = 0; (allow = router_allow(context->router, i, audience)) != NULL; i++) {
        if (allow[0] != '\0')
            json_array_append_new(routes, json_pack("{s:s, s:o}", "path", labels[i], "methods",
                                                    render_methods(allow)));
    }
    return routes;
}

static void handle_root(struct exchange *exchange)
{
    /* Where operators have a listener of their own, the page is there alone. */
    if (exchange->entrance != ENTRANCE_PUBLIC) {
        exchange_vary(exchange, "Accept");
        if (page_is_wanted(exchange)) {
            page_reply(exchange);
            return;
        }
    }
    json_t *answer = json_pack("{s:s, s:s, s:o}", "name", "video-ad-tracker", "version",
                               ADTRACKER_VERSION, "routes", render_routes(exchange));
    char *body = memory_required(json_dumps(answer, JSON_COMPACT));
    json_decref(answer);
    exchange_reply(exchange, 200, "application/json", body, strlen(body));
    free(body);
}

const struct route route_root = {.method = HTTP_GET, .path = "/", .handle = handle_root};
