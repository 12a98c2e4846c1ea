/* An ad for a client. */
#include "server/handlers/serving.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <event2/http.h>

#include "protocol/ad.h"
#include "protocol/event_fields.h"
#include "protocol/memory.h"
#include "protocol/nofill.h"
#include "protocol/query.h"
#include "protocol/serving_token.h"
#include "server/handlers/access.h"
#include "server/handlers/context.h"
#include "server/handlers/event_origin.h"
#include "server/handlers/serving_metrics.h"
#include "server/http/exchange.h"
#include "store/store.h"

/* What a client asks for. */
struct wish {
    enum document_kind kind;
    int32_t ad_id; /* 0 = any */
    bool is_preview;
    char placement[EVENT_PLACEMENT_MAX_BYTES + 1]; /* "" = none */
    struct event_origin origin;
};

/* A parameter's value; "" where it is not there. False when it is longer, or not encoded well. */
static bool read_parameter(const struct exchange *exchange, const char *name, char *value,
                           size_t value_size)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(exchange->request);
    size_t bytes;
    enum result result = query_find(evhttp_uri_get_query(uri), name, value, value_size, &bytes);
    if (result == RESULT_UNKNOWN)
        value[0] = '\0';
    return result != RESULT_MALFORMED;
}

/* Returns NULL, or what is wrong with the query. */
static const char *read_wish(const struct exchange *exchange, struct wish *wish)
{
    char preview[2];
    if (!read_parameter(exchange, "placement", wish->placement, sizeof wish->placement) ||
        (wish->placement[0] != '\0' &&
         !event_fields_is_placement(wish->placement, strlen(wish->placement))))
        return "placement must be 1 to 64 of A-Z a-z 0-9 . _ -";
    if (!read_parameter(exchange, "preview", preview, sizeof preview) ||
        strspn(preview, "01") != strlen(preview))
        return "preview must be 0 or 1";
    wish->is_preview = preview[0] == '1';
    if (wish->is_preview && wish->ad_id == 0)
        return "preview=1 is for one ad: GET /ads/{id}/vast";
    wish->origin = event_origin_of(exchange);
    if (wish->is_preview)
        wish->origin.verdict = VERDICT_TEST;
    return NULL;
}

/* The ad that the client wants, NULL with the reason why there is none. */
static const struct ad *choose(struct store *store, const struct wish *wish,
                               enum nofill_reason *reason)
{
    const struct ad *ad = NULL;
    *reason = NOFILL_NONE;
    if (wish->ad_id == 0) {
        *reason = store_pick(store, wish->kind, wish->origin.received_at_us, &ad);
        return ad;
    }
    ad = store_ad(store, wish->ad_id);
    if (!wish->is_preview && !ad_is_available(ad, wish->origin.received_at_us))
        *reason = NOFILL_NONE_AVAILABLE;
    else if (!document_has_form(ad, wish->kind))
        *reason = NOFILL_NO_FORM;
    return *reason == NOFILL_NONE ? ad : NULL;
}

/* HEAD asks for no ad. */
static void count(const struct exchange *exchange, const struct wish *wish, const struct ad *ad,
                  enum nofill_reason reason)
{
    const struct handler_context *context = exchange->context;
    const char *placement = wish->placement[0] == '\0' ? NULL : wish->placement;
    enum event_verdict verdict = wish->origin.verdict;
    if (exchange->method == HTTP_HEAD)
        return;
    store_add(context->store, EVENT_REQUEST, wish->ad_id, placement, verdict, 0, 1);
    if (ad != NULL) {
        store_add(context->store, EVENT_FILL, ad->id, placement, verdict, 0, 1);
        return;
    }
    store_add(context->store, EVENT_NOFILL, wish->ad_id, placement, verdict, (int32_t)reason, 1);
    serving_metrics_count_nofill(context->serving_metrics, reason);
}

static struct serving_token make_token(const struct wish *wish, int32_t ad_id,
                                       struct uuid_random *random)
{
    struct serving_token token = {
        .flags = (wish->origin.is_server_side ? EVENT_FROM_SERVER : 0) |
                 (wish->origin.has_privacy_signal ? EVENT_PRIVACY_SIGNAL : 0),
        .verdict = (uint8_t)wish->origin.verdict,
        .placement_bytes = (uint8_t)strlen(wish->placement),
        .ad_id = ad_id,
    };
    memcpy(token.placement, wish->placement, token.placement_bytes);
    serving_token_set_id(&token, wish->origin.received_at_us, random);
    return token;
}

static void release(const void *body, size_t body_bytes, void *arg)
{
    (void)body;
    (void)body_bytes;
    free(arg);
}

/* The body is a copy: by reference each part of the document would be an allocation of its own, and
 * the ad would have to stay while the client reads. */
static void send_document(struct exchange *exchange, const struct wish *wish,
                          const struct document *document, int32_t ad_id)
{
    const struct handler_context *context = exchange->context;
    const struct serving_token token = make_token(wish, ad_id, context->uuid_random);
    char text[SERVING_TOKEN_MAX_BYTES];
    char serving_id[UUID_TEXT_SIZE];
    size_t text_bytes = serving_token_write(context->token_keys, &token, text);
    size_t body_bytes = document_bytes(document, text_bytes);
    char *body = memory_resized(NULL, body_bytes);
    uuid_format(token.serving_id, serving_id);
    document_write(document, text, text_bytes, serving_id, body);
    exchange_reply_shared(exchange, 200, document_content_type(wish->kind), body, body_bytes,
                          release, body);
}

/* An ad that viewers can't get now is shown to those alone who may change it. */
static bool may_preview(struct exchange *exchange, const struct wish *wish)
{
    const struct handler_context *context = exchange->context;
    return !wish->is_preview ||
           ad_is_available(store_ad(context->store, wish->ad_id), wish->origin.received_at_us) ||
           access_is_admin(exchange);
}

/* False, which has been answered, where the client gets neither an ad nor word that there is none.
 */
static bool is_acceptable(struct exchange *exchange, struct wish *wish)
{
    const struct handler_context *context = exchange->context;
    const char *fault = read_wish(exchange, wish);
    if (fault != NULL)
        exchange_fail(exchange, 400, fault);
    else if (!store_has_ads(context->store))
        exchange_fail(exchange, 503, store_ads_trouble(context->store));
    else if (wish->ad_id != 0 && (store_ad(context->store, wish->ad_id) == NULL ||
                                  !store_has_ad(context->store, wish->ad_id)))
        exchange_fail(exchange, 404, "there is no ad with this id");
    else
        return may_preview(exchange, wish);
    return false;
}

/* Neither an answer nor an error is another's. */
static void forbid_caching(struct exchange *exchange)
{
    exchange_header(exchange, "Cache-Control", "no-store");
    exchange_header(exchange, "Expires", "0");
    exchange_header(exchange, "Pragma", "no-cache");
}

void serving_refuse(struct exchange *exchange, const char *fault)
{
    forbid_caching(exchange);
    exchange_fail(exchange, 400, fault);
}

void serving_answer(struct exchange *exchange, enum document_kind kind, int32_t ad_id)
{
    const struct handler_context *context = exchange->context;
    struct wish wish = {.kind = kind, .ad_id = ad_id};
    enum nofill_reason reason;
    forbid_caching(exchange);
    if (!is_acceptable(exchange, &wish))
        return;
    const struct ad *ad = choose(context->store, &wish, &reason);
    count(exchange, &wish, ad, reason);
    send_document(exchange, &wish,
                  ad == NULL ? context->nofill[kind] : store_document(context->store, ad, kind),
                  ad == NULL ? 0 : ad->id);
}
