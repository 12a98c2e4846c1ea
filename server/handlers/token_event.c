/* Events that are told with a token. */
#include "server/handlers/token_event.h"

#include <string.h>
#include <strings.h>

#include <event2/http.h>

#include "protocol/event_key.h"
#include "protocol/query.h"
#include "server/handlers/context.h"
#include "server/handlers/event_origin.h"
#include "server/handlers/serving_metrics.h"
#include "server/http/exchange.h"

/* That the token's and the event's have in common, whatever the request says. */
enum { OTHER_FLAGS = EVENT_FLAGS_MASK & ~EVENT_SERVER_SIDE_MASK & ~EVENT_KEY_SPACE_MASK };

#define TOKEN_LIFE_US (INT64_C(1000) * EVENT_AGE_MAX_MS)

_Static_assert(UUID_TEXT_SIZE - 1 <= EVENT_ID_MAX_BYTES, "a UUID is an event's id");

bool token_event_read(struct exchange *exchange, const char *text, size_t bytes,
                      struct serving_token *token)
{
    const struct handler_context *context = exchange->context;
    if (serving_token_read(context->token_keys, text, bytes, token) == RESULT_OK)
        return true;
    serving_metrics_count_unstored(context->serving_metrics, UNSTORED_BAD_TOKEN);
    exchange_fail(exchange, 400, "this token is not one that this server gave");
    return false;
}

static bool begins_with(const char *value, const char *word)
{
    return value != NULL && strncasecmp(value, word, strlen(word)) == 0;
}

/* Browsers say so when nobody has looked at anything yet. */
static bool is_prefetch(const struct exchange *exchange)
{
    return begins_with(exchange_field(exchange, "Sec-Purpose"), "prefetch") ||
           begins_with(exchange_field(exchange, "Purpose"), "prefetch");
}

/* VAST's SERVERSIDE, where a player fills it in: 0 to 2; else what the answer was given for. */
static uint8_t server_side(struct evhttp_request *request, const struct serving_token *token,
                           const struct event_origin *origin)
{
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
    char value[16];
    size_t bytes;
    if (query_find(query, "ss", value, sizeof value, &bytes) == RESULT_OK && bytes == 1 &&
        value[0] >= '0' && value[0] <= '2')
        return (uint8_t)(value[0] - '0');
    return origin->is_server_side ? EVENT_FROM_SERVER : token->flags & EVENT_SERVER_SIDE_MASK;
}

/* Why nothing of this request is to be stored; UNSTORED_REASONS = something is. */
static enum unstored unstored_because(const struct exchange *exchange, int64_t age_us)
{
    if (exchange->method == HTTP_HEAD)
        return UNSTORED_HEAD;
    if (is_prefetch(exchange))
        return UNSTORED_PREFETCH;
    bool has_key = age_us <= TOKEN_LIFE_US && age_us >= -TOKEN_LIFE_US;
    return has_key ? UNSTORED_REASONS : UNSTORED_TOO_OLD;
}

static void set_verdict(struct event *event, const struct handler_context *context,
                        enum event_verdict shown, int64_t age_us)
{
    enum event_key_space space = KEY_SPACE_TOKEN;
    if (event->verdict == VERDICT_VALID && age_us > context->token_ttl_us)
        event->verdict = VERDICT_LATE;
    if (event->kind == EVENT_CLICK && shown != VERDICT_VALID) {
        space = KEY_SPACE_TOKEN_INVALID_CLICK;
        if (event->verdict == VERDICT_VALID || event->verdict == VERDICT_LATE)
            event->verdict = (uint8_t)shown;
    }
    event->flags |= (uint8_t)(space << EVENT_KEY_SPACE_SHIFT);
}

bool token_event_make(struct exchange *exchange, const struct serving_token *token,
                      enum event_kind kind, struct event *event)
{
    const struct handler_context *context = exchange->context;
    const struct event_origin origin = event_origin_of(exchange);
    int64_t age_us = origin.received_at_us - serving_token_served_us(token);
    enum unstored reason = unstored_because(exchange, age_us);
    if (reason != UNSTORED_REASONS) {
        serving_metrics_count_unstored(context->serving_metrics, reason);
        return false;
    }
    if (origin.verdict != VERDICT_VALID)
        serving_metrics_count_invalid(context->serving_metrics, origin.verdict);
    *event = (struct event){
        .received_at_us = origin.received_at_us,
        .occurred_at_us = origin.received_at_us,
        .ad_id = token->ad_id,
        .quantity = 1,
        .kind = (uint8_t)kind,
        .verdict = token->verdict,
        .flags = (token->flags & OTHER_FLAGS) | server_side(exchange->request, token, &origin),
        .placement_bytes = token->placement_bytes,
        .id_bytes = UUID_TEXT_SIZE - 1,
    };
    char id[UUID_TEXT_SIZE];
    uuid_format(token->serving_id, id);
    memcpy(event->id, id, event->id_bytes);
    memcpy(event->placement, token->placement, token->placement_bytes);
    event_origin_address(&origin, event);
    set_verdict(event, context, origin.verdict, age_us);
    return true;
}
