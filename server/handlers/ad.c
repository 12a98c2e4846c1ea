/* GET /ads/{id}: an ad as the database has it for those who may, else as GET /ads shows it. */
#include <stdbool.h>

#include "metrics/clock.h"
#include "protocol/ad.h"
#include "protocol/digest.h"
#include "protocol/render.h"
#include "server/handlers/access.h"
#include "server/handlers/ad_answers.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"
#include "store/store.h"

static void show_available(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const struct ad *ad = store_ad(context->store, exchange->match.params[0].number);
    struct render_text text = {0};
    char digest[DIGEST_TEXT_SIZE];
    char etag[DIGEST_ETAG_SIZE];
    if (!store_has_ads(context->store)) {
        exchange_fail(exchange, 503, store_ads_trouble(context->store));
        return;
    }
    if (ad == NULL || !ad_is_available(ad, clock_wall_us())) {
        exchange_fail(exchange, 404, "there is no ad with this id");
        return;
    }
    ad_render(&text, ad);
    digest_text(text.bytes, text.length, digest);
    digest_etag(digest, "", etag);
    exchange_header(exchange, "Cache-Control", "no-cache");
    ad_answers_content(exchange, etag, text.bytes, text.length);
    render_clear(&text);
}

static void show_all(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *reason;
    enum result result =
        administration_read(store_administration(context->store), exchange->match.params[0].number,
                            ad_answers_question, exchange, &reason);
    if (result != RESULT_OK)
        exchange_fail_result(exchange, result, reason);
}

/* A token that is none is a mistake; without one there is nothing to be mistaken about. */
static void handle_ad(struct exchange *exchange)
{
    const char *sent = exchange_field(exchange, "Authorization");
    if (sent != NULL ? access_may_read_private(exchange) : access_is_reader(exchange))
        show_all(exchange);
    else if (sent == NULL)
        show_available(exchange);
}

const struct route route_ad = {
    .method = HTTP_GET, .path = "/ads/{id:number}", .handle = handle_ad, .is_operators = true};
