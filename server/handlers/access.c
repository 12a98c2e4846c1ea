/* Who may do more than everybody. */
#include "server/handlers/access.h"

#include <stdio.h>
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

/* Takes as long whether it is or not; no token is the one that is not set. */
static bool is_token(const char *sent, const char *token)
{
    return sent != NULL && token != NULL && digest_is_same_text(sent, token);
}

/* Says which variable would help. */
static void refuse(struct exchange *exchange, const char *variable, bool is_set)
{
    char text[80];
    (void)snprintf(text, sizeof text,
                   is_set ? "this needs %s as a bearer" : "this needs %s, which is not set",
                   variable);
    if (is_set)
        exchange_header(exchange, "WWW-Authenticate", "Bearer realm=\"video-ad-tracker\"");
    exchange_fail(exchange, is_set ? 401 : 403, text);
}

bool access_is_admin(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    if (is_token(find_token(exchange), context->admin_token))
        return true;
    refuse(exchange, "ADMIN_TOKEN", context->admin_token != NULL);
    return false;
}

bool access_is_reader(const struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *sent = find_token(exchange);
    bool is_reader = is_token(sent, context->read_token);
    bool is_admin = is_token(sent, context->admin_token);
    return is_reader || is_admin;
}

bool access_may_read_private(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    if (access_is_reader(exchange))
        return true;
    refuse(exchange, "READ_TOKEN", context->read_token != NULL);
    return false;
}

bool access_may_read(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    return context->read_token == NULL || access_may_read_private(exchange);
}
