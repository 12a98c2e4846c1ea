/* Who may do more than everybody. */
#include "server/handlers/bearer.h"

#include <string.h>
#include <strings.h>

#include <event2/http.h>

#include "protocol/digest.h"
#include "server/handlers/context.h"
#include "server/http/exchange.h"

static const char scheme[] = "Bearer ";

/* What is sent; NULL = nothing. */
static const char *find_token(const struct exchange *exchange)
{
    const char *value =
        evhttp_find_header(evhttp_request_get_input_headers(exchange->request), "Authorization");
    if (value == NULL || strncasecmp(value, scheme, sizeof scheme - 1) != 0)
        return NULL;
    value += sizeof scheme - 1;
    return value + strspn(value, " ");
}

bool bearer_is_admin(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *token = find_token(exchange);
    if (context->admin_token == NULL) {
        exchange_fail(exchange, 403, "this needs ADMIN_TOKEN, which is not set");
        return false;
    }
    if (token != NULL && digest_is_same_text(token, context->admin_token))
        return true;
    exchange_header(exchange, "WWW-Authenticate", "Bearer realm=\"video-ad-tracker\"");
    exchange_fail(exchange, 401, "this needs ADMIN_TOKEN as a bearer");
    return false;
}
