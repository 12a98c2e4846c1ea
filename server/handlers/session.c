/* /session: what a page may do here, and the cookie by which it need not ask for READ_TOKEN again.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "metrics/clock.h"
#include "protocol/memory.h"
#include "protocol/timestamp.h"
#include "server/access/secrets.h"
#include "server/handlers/access.h"
#include "server/handlers/caller.h"
#include "server/handlers/context.h"
#include "server/handlers/request_site.h"
#include "server/handlers/routes.h"
#include "server/handlers/session_cookie.h"
#include "server/http/exchange.h"

enum { SECOND_US = 1000000 };

static json_t *render_end(const struct caller *caller)
{
    char text[TIMESTAMP_TEXT_SIZE];
    if (caller->session != SESSION_VALID)
        return json_null();
    timestamp_format(caller->session_ends_s * SECOND_US, text);
    return json_string(text);
}

/* What this request's own credentials allow. */
static void answer(struct exchange *exchange, const struct caller *caller)
{
    const struct handler_context *context = exchange->context;
    const struct access_secrets *secrets = access_secrets(context->access);
    bool has_read = access_secrets_has_read(secrets);
    bool is_reader = caller_is_reader(caller);
    json_t *json =
        json_pack("{s:b, s:b, s:b, s:b, s:b, s:o, s:s, s:s}", "may_read", is_reader || !has_read,
                  "may_read_private", is_reader, "may_change", caller->token == CALLER_TOKEN_ADMIN,
                  "read_token_set", has_read, "admin_token_set", access_secrets_has_admin(secrets),
                  "expires_at", render_end(caller), "version", ADTRACKER_VERSION, "public_url",
                  context->public_url);
    char *body = memory_required(json_dumps(json, JSON_COMPACT));
    json_decref(json);
    exchange_header(exchange, "Cache-Control", "no-store");
    exchange_reply(exchange, 200, "application/json", body, strlen(body));
    free(body);
}

/* Whoever guesses a token here waits as everywhere. */
static void handle_session(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const struct access_secrets *secrets = access_secrets(context->access);
    const struct caller caller = caller_of(exchange, secrets);
    if (caller_is_guessing(&caller) && !access_slow_down(exchange))
        return;
    if (caller.session == SESSION_FORGED)
        session_cookie_clear(exchange, access_secrets_session_key(secrets));
    answer(exchange, &caller);
}

const struct route route_session = {
    .method = HTTP_GET, .path = "/session", .handle = handle_session, .is_operators = true};

/* A session is begun by a token alone, not by one that there is. */
static void handle_begin(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    struct session_key *key = access_secrets_session_key(access_secrets(context->access));
    struct request_site site;
    if (!access_has_token(exchange))
        return;
    struct caller caller = caller_of(exchange, access_secrets(context->access));
    if (key != NULL) {
        request_site_read(exchange, &site);
        caller.session = SESSION_VALID;
        caller.session_ends_s = clock_wall_us() / SECOND_US + SESSION_S;
        session_cookie_set(exchange, key, caller.session_ends_s, request_site_is_https(&site));
    }
    answer(exchange, &caller);
}

const struct route route_session_begin = {
    .method = HTTP_POST, .path = "/session", .handle = handle_begin, .is_operators = true};

/* In this browser: a copy of the cookie is good until it ends, or until READ_TOKEN is another. */
static void handle_end(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const struct session_key *key = access_secrets_session_key(access_secrets(context->access));
    if (key != NULL)
        session_cookie_clear(exchange, key);
    exchange_header(exchange, "Cache-Control", "no-store");
    exchange_reply(exchange, 204, NULL, NULL, 0);
}

const struct route route_session_end = {
    .method = HTTP_DELETE, .path = "/session", .handle = handle_end, .is_operators = true};
