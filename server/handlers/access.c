/* Who may do more than everybody. */
#include "server/handlers/access.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/http.h>

#include "metrics/clock.h"
#include "metrics/metrics.h"
#include "protocol/memory.h"
#include "server/access/secrets.h"
#include "server/access/throttle.h"
#include "server/access/url_token.h"
#include "server/handlers/caller.h"
#include "server/handlers/context.h"
#include "server/handlers/request_site.h"
#include "server/handlers/session_cookie.h"
#include "server/http/client_address.h"
#include "server/http/exchange.h"
#include "server/http/hold.h"

enum { HELD_MAX = 128 };

struct access {
    struct access_secrets *secrets;
    struct throttle *throttle;
    struct exchange_holds *holds;
    struct counter *failures;
};

static double read_held(void *holds)
{
    return (double)exchange_holds_count(holds);
}

struct access *access_new(struct event_base *base, struct metrics *metrics)
{
    struct access *access = memory_zeroed(sizeof *access);
    access->secrets = access_secrets_new();
    access->throttle = throttle_new();
    access->holds = exchange_holds_new(base, HELD_MAX);
    access->failures = metrics_counter(metrics, "adtracker_access_failures_total",
                                       "Requests with a wrong token or a forged session.", "");
    metrics_gauge(metrics, "adtracker_access_answers_held",
                  "Answers to such requests that are being kept back.", "", read_held,
                  access->holds);
    return access;
}

void access_free(struct access *access)
{
    if (access == NULL)
        return;
    access_secrets_free(access->secrets);
    throttle_free(access->throttle);
    exchange_holds_free(access->holds);
    free(access);
}

struct access_secrets *access_secrets(const struct access *access)
{
    return access->secrets;
}

void access_stop(struct access *access)
{
    exchange_holds_let_go(access->holds);
}

static struct access *access_of(const struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    return context->access;
}

/* Of what is operators', by whatever route it is had. */
static void restrict_pages(struct exchange *exchange)
{
    exchange->cors =
        access_secrets_has_read(access_of(exchange)->secrets) ? CORS_NONE : CORS_NO_CREDENTIALS;
}

/* False, which has been answered, where there is a token in the URL. */
static bool has_clean_url(struct exchange *exchange)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(exchange->request);
    if (uri == NULL || !url_token_is_there(caller_bearer(exchange), evhttp_uri_get_query(uri)))
        return true;
    exchange_fail(exchange, 400,
                  "a token does not belong into a URL, since logs keep those: send it as "
                  "Authorization: Bearer (and change it, if it is one of this server's)");
    return false;
}

static bool is_change(enum http_method method)
{
    return method != HTTP_GET && method != HTTP_HEAD && method != HTTP_OPTIONS;
}

/* A preflight is about the method that it asks for. */
static bool is_operators(const struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    enum http_method method = exchange->method;
    const char *wanted = exchange_field(exchange, "Access-Control-Request-Method");
    if (method == HTTP_OPTIONS && wanted != NULL)
        method = http_method_find(wanted);
    return router_is_operators(context->router, exchange->match.endpoint, method);
}

bool access_admit(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    struct request_site site;
    if (exchange->entrance == ENTRANCE_OPERATORS &&
        !request_site_is_at(exchange, context->ops_hosts)) {
        exchange->cors = CORS_NONE;
        exchange_fail(exchange, 421,
                      "operators reach this listener by an IP address, by localhost or by a name "
                      "in OPS_HOSTS");
        return false;
    }
    if (!is_operators(exchange))
        return true;
    restrict_pages(exchange);
    if (!has_clean_url(exchange))
        return false;
    request_site_read(exchange, &site);
    if (exchange->match.route == NULL || !is_change(exchange->method) ||
        own_origin_is_not_foreign(&site.own))
        return true;
    exchange_fail(exchange, 403,
                  "this comes from a page of another site, by its Origin or Sec-Fetch-Site");
    return false;
}

/* Counts a failed attempt, which is to wait so long. Returns false where there is no room for it.
 */
static bool has_to_wait(struct exchange *exchange, int64_t *wait_ms)
{
    const struct handler_context *context = exchange->context;
    struct access *access = context->access;
    if (exchange->holds != NULL) /* it has been counted */
        return true;
    struct address address = client_address(exchange->request, context->trusted_proxies);
    *wait_ms = throttle_fail(access->throttle, &address, clock_monotonic_us());
    counter_add(access->failures, 1);
    return exchange_hold(exchange, access->holds, *wait_ms);
}

bool access_slow_down(struct exchange *exchange)
{
    int64_t wait_ms;
    char seconds[24];
    if (has_to_wait(exchange, &wait_ms))
        return true;
    (void)snprintf(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    exchange_header(exchange, "Retry-After", seconds);
    exchange_fail(exchange, 429, "too many wrong tokens are coming in");
    return false;
}

static void challenge(struct exchange *exchange, const struct caller *caller, const char *variable)
{
    const char *fault = "";
    char text[128];
    if (caller->token == CALLER_TOKEN_WRONG)
        fault = "the token is wrong: ";
    else if (caller->session == SESSION_FORGED || caller->session == SESSION_OVER)
        fault = "the session is over: ";
    if (caller->session == SESSION_FORGED)
        session_cookie_clear(exchange, access_secrets_session_key(access_of(exchange)->secrets));
    exchange_header(exchange, "WWW-Authenticate",
                    fault[0] == '\0'
                        ? "Bearer realm=\"video-ad-tracker\""
                        : "Bearer realm=\"video-ad-tracker\", error=\"invalid_token\"");
    (void)snprintf(text, sizeof text, "%sthis needs %s as a bearer", fault, variable);
    exchange_fail(exchange, 401, text);
}

/* Says which variable would help. */
static void refuse(struct exchange *exchange, const struct caller *caller, bool needs_admin)
{
    const struct access_secrets *secrets = access_of(exchange)->secrets;
    bool has_admin = access_secrets_has_admin(secrets);
    bool has_read = access_secrets_has_read(secrets) && !needs_admin;
    if (!has_admin && !has_read) {
        exchange_fail(exchange, 403,
                      needs_admin ? "this needs ADMIN_TOKEN, which is not set"
                                  : "this needs READ_TOKEN, which is not set");
    } else if (caller->token == CALLER_TOKEN_READ) {
        exchange_header(exchange, "WWW-Authenticate",
                        "Bearer realm=\"video-ad-tracker\", error=\"insufficient_scope\"");
        exchange_fail(exchange, 403, "this needs ADMIN_TOKEN: READ_TOKEN is for reading alone");
    } else if (!caller_is_guessing(caller) || access_slow_down(exchange)) {
        challenge(exchange, caller, has_read ? "READ_TOKEN" : "ADMIN_TOKEN");
    }
}

/* Whether tokens count where it came in, and are where they belong; else that has been answered. */
static bool is_in_order(struct exchange *exchange)
{
    restrict_pages(exchange);
    exchange_vary(exchange, "Authorization, Cookie");
    if (exchange->entrance != ENTRANCE_PUBLIC)
        return has_clean_url(exchange);
    exchange_fail(exchange, 404, "this is for operators, who have a listener of their own");
    return false;
}

bool access_is_admin(struct exchange *exchange)
{
    if (!is_in_order(exchange))
        return false;
    const struct caller caller = caller_of(exchange, access_of(exchange)->secrets);
    if (caller.token == CALLER_TOKEN_ADMIN)
        return true;
    refuse(exchange, &caller, true);
    return false;
}

bool access_may_read_private(struct exchange *exchange)
{
    if (!is_in_order(exchange))
        return false;
    const struct caller caller = caller_of(exchange, access_of(exchange)->secrets);
    if (caller_is_reader(&caller))
        return true;
    refuse(exchange, &caller, false);
    return false;
}

bool access_has_token(struct exchange *exchange)
{
    if (!is_in_order(exchange))
        return false;
    struct caller caller = caller_of(exchange, access_of(exchange)->secrets);
    caller.session = SESSION_NONE;
    if (caller_is_reader(&caller))
        return true;
    refuse(exchange, &caller, false);
    return false;
}

bool access_may_read(struct exchange *exchange)
{
    return !access_secrets_has_read(access_of(exchange)->secrets) ||
           access_may_read_private(exchange);
}

bool access_is_reader(struct exchange *exchange)
{
    int64_t wait_ms;
    if (exchange->entrance == ENTRANCE_PUBLIC)
        return false;
    const struct caller caller = caller_of(exchange, access_of(exchange)->secrets);
    exchange_vary(exchange, "Authorization, Cookie");
    if (caller_is_reader(&caller))
        restrict_pages(exchange);
    else if (caller_is_guessing(&caller))
        (void)has_to_wait(exchange, &wait_ms);
    return caller_is_reader(&caller);
}
