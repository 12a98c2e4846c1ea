/* GET /ads: the list of available ads, with an ETag, in gzip where the client takes that. */
#include <stdbool.h>
#include <stdio.h>

#include "server/handlers/ad_list.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/coding_wish.h"
#include "server/http/etag.h"
#include "server/http/exchange.h"
#include "store/store.h"

static void release(const void *body, size_t body_bytes, void *listing)
{
    (void)body;
    (void)body_bytes;
    ad_listing_release(listing);
}

static void fail(struct exchange *exchange, const char *trouble)
{
    char text[200];
    (void)snprintf(text, sizeof text, "the ads are not loaded: %s", trouble);
    exchange_fail(exchange, 503, text);
}

static void handle_ads(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    if (ad_list_is_asked(exchange)) {
        ad_list_handle(exchange);
        return;
    }
    struct ad_listing *listing = store_ads(context->store);
    if (listing == NULL) {
        fail(exchange, store_ads_trouble(context->store));
        return;
    }
    bool is_zipped = listing->gzip != NULL && http_wants_gzip(exchange);
    const char *etag = is_zipped ? listing->gzip_etag : listing->etag;
    exchange_header(exchange, "ETag", etag);
    exchange_header(exchange, "Cache-Control", "no-cache");
    exchange_vary(exchange, "Accept-Encoding");
    const char *known = exchange_field(exchange, "If-None-Match");
    if (http_has_etag(known, etag)) {
        ad_listing_release(listing);
        exchange_reply(exchange, 304, NULL, NULL, 0);
        return;
    }
    if (is_zipped) {
        exchange_header(exchange, "Content-Encoding", "gzip");
        exchange_reply_shared(exchange, 200, "application/json", listing->gzip, listing->gzip_bytes,
                              release, listing);
    } else {
        exchange_reply_shared(exchange, 200, "application/json", listing->json, listing->json_bytes,
                              release, listing);
    }
}

const struct route route_ads = {.method = HTTP_GET, .path = "/ads", .handle = handle_ads};
