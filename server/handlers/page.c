/* GET /page/{file}: the page for operators, and its scripts and style. */
#include "server/handlers/page.h"

#include <stdio.h>
#include <string.h>

#include "protocol/accept.h"
#include "server/assets/asset.h"
#include "server/handlers/assets.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"

enum { ORIGIN_SIZE = 512, POLICY_SIZE = 2 * ORIGIN_SIZE };

bool page_is_wanted(const struct exchange *exchange)
{
    const char *accept = exchange_field(exchange, "Accept");
    struct accept_wish html = accept_wish_for(accept, "text/html");
    struct accept_wish json = accept_wish_for(accept, "application/json");
    if (html.exactness != ACCEPT_BY_NAME || html.weight == 0)
        return false;
    return html.weight > json.weight ||
           (html.weight == json.weight && json.exactness != ACCEPT_BY_NAME);
}

/* The scheme and the authority of a URL. */
static void copy_origin(char origin[static ORIGIN_SIZE], const char *url)
{
    const char *authority = strstr(url, "://");
    size_t bytes = 0;
    if (authority != NULL)
        bytes = (size_t)(authority - url) + 3 + strcspn(authority + 3, "/?#;, ");
    (void)snprintf(origin, ORIGIN_SIZE, "%.*s", (int)bytes, url);
}

static bool is_loopback(const char *origin)
{
    static const char *const starts[] = {"http://localhost", "http://127.", "http://[::1]"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (strncmp(origin, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return false;
}

/*
 * Content Security Policy Level 3: nothing but what is ours, and of an ad its images and media.
 * Trackers lead to PUBLIC_URL. Who tries it out on one machine has the media there as well.
 */
static void add_policy(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    char origin[ORIGIN_SIZE];
    char policy[POLICY_SIZE];
    copy_origin(origin, context->public_url);
    const char *near = is_loopback(origin) ? " http://localhost:* http://127.0.0.1:*" : "";
    (void)snprintf(policy, sizeof policy,
                   "default-src 'none'; script-src 'self'; style-src 'self'; "
                   "img-src 'self' https:%s; media-src 'self' https:%s; connect-src 'self' %s; "
                   "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                   near, near, origin);
    exchange_header(exchange, "Content-Security-Policy", policy);
    exchange_header(exchange, "Referrer-Policy", "no-referrer");
}

void page_reply(struct exchange *exchange)
{
    add_policy(exchange);
    asset_reply(exchange, asset_find("page/index.html"));
}

static void handle_page(struct exchange *exchange)
{
    char name[sizeof "page/" + ROUTE_TEXT_MAX_BYTES];
    (void)snprintf(name, sizeof name, "page/%s", exchange->match.params[0].text);
    const struct asset *asset = asset_find(name);
    if (asset == NULL) {
        exchange_fail(exchange, 404, "there is no such file");
        return;
    }
    add_policy(exchange);
    asset_reply(exchange, asset);
}

const struct route route_page = {
    .method = HTTP_GET, .path = "/page/{file:text}", .handle = handle_page, .is_operators = true};
