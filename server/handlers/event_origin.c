/* What a request itself tells about the events in it. */
#include "server/handlers/event_origin.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "metrics/clock.h"
#include "protocol/user_agent.h"
#include "server/handlers/context.h"
#include "server/http/client_address.h"
#include "server/http/exchange.h"

/* Any value but none and 0. */
static bool is_mark(const char *value)
{
    value += strspn(value, " \t");
    size_t bytes = strcspn(value, " \t");
    bool is_one_word = value[bytes + strspn(value + bytes, " \t")] == '\0';
    return bytes > 0 && !(is_one_word && bytes == 1 && value[0] == '0');
}

/* Behind the digit of DNT there may be extensions, of Sec-GPC nothing. */
static bool is_signal(const struct evkeyval *field)
{
    const char *value = field->value + strspn(field->value, " \t");
    if (strcasecmp(field->key, "DNT") == 0)
        return value[0] == '1';
    return strcasecmp(field->key, "Sec-GPC") == 0 && value[0] == '1' &&
           value[1 + strspn(value + 1, " \t")] == '\0';
}

/* In each of its lines: a proxy may add its own behind a client's. */
static bool has_privacy_signal(struct evhttp_request *request)
{
    const struct evkeyvalq *fields = evhttp_request_get_input_headers(request);
    const struct evkeyval *field;
    TAILQ_FOREACH(field, fields, next)
    {
        if (is_signal(field))
            return true;
    }
    return false;
}

/* A field that is given twice marks where either does: a proxy may add its own behind a client's.
 */
static bool is_marked(struct evhttp_request *request, const struct handler_context *context)
{
    if (context->ivt_header == NULL || !client_is_proxy(request, context->trusted_proxies))
        return false;
    const struct evkeyvalq *fields = evhttp_request_get_input_headers(request);
    const struct evkeyval *field;
    TAILQ_FOREACH(field, fields, next)
    {
        if (strcasecmp(field->key, context->ivt_header) == 0 && is_mark(field->value))
            return true;
    }
    return false;
}

/* Puts the viewer for whom a server inserts ads in place of that server. Returns its User-Agent. */
static const char *look_behind_peer(const struct exchange *exchange, struct event_origin *origin)
{
    const char *ip = exchange_field(exchange, "X-Device-IP");
    const char *user_agent = exchange_field(exchange, "X-Device-User-Agent");
    struct address viewer;
    if (ip != NULL && address_parse(ip, strlen(ip), &viewer) == RESULT_OK)
        origin->address = address_unmap(viewer);
    origin->is_server_side = ip != NULL || user_agent != NULL;
    return user_agent;
}

struct event_origin event_origin_of(const struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    struct evhttp_request *request = exchange->request;
    struct event_origin origin = {
        .address = client_address(request, context->trusted_proxies),
        .received_at_us = clock_wall_us(),
        .has_privacy_signal = has_privacy_signal(request),
        .hides_addresses = context->hides_addresses,
    };
    const char *user_agent = NULL;
    if (client_is_among(&origin.address, context->ssai_peers))
        user_agent = look_behind_peer(exchange, &origin);
    if (user_agent == NULL)
        user_agent = exchange_field(exchange, "User-Agent");
    origin.verdict = user_agent_verdict(user_agent);
    if (origin.verdict == VERDICT_VALID && is_marked(request, context))
        origin.verdict = VERDICT_MARKED_BY_PROXY;
    return origin;
}

void event_origin_address(const struct event_origin *origin, struct event *event)
{
    if (event->address.family == ADDRESS_NONE)
        event->address = origin->address;
    if (origin->has_privacy_signal)
        event->flags |= EVENT_PRIVACY_SIGNAL;
    bool is_hidden = origin->hides_addresses || (event->flags & EVENT_PRIVACY_SIGNAL) != 0;
    if (!is_hidden || event->address.family == ADDRESS_NONE)
        return;
    event->address = address_truncate(event->address);
    event->flags |= EVENT_ADDRESS_IS_TRUNCATED;
}

void event_origin_apply(const struct event_origin *origin, struct event *event)
{
    event->received_at_us = origin->received_at_us;
    event->occurred_at_us += origin->received_at_us; /* it is less its age so far */
    event->verdict = (uint8_t)origin->verdict;
    event_origin_address(origin, event);
}
