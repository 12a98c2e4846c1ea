/* Answers with what is embedded. */
#include "server/handlers/assets.h"

#include <stdbool.h>
#include <stddef.h>

#include <event2/http.h>

#include "server/assets/asset.h"
#include "server/http/coding_wish.h"
#include "server/http/etag.h"
#include "server/http/exchange.h"

/* They are static. */
static void release(const void *body, size_t body_bytes, void *arg)
{
    (void)body;
    (void)body_bytes;
    (void)arg;
}

static bool has_cache_control(const struct exchange *exchange)
{
    const struct evkeyvalq *fields = evhttp_request_get_output_headers(exchange->request);
    return evhttp_find_header(fields, "Cache-Control") != NULL;
}

void asset_reply(struct exchange *exchange, const struct asset *asset)
{
    bool is_zipped = http_wants_gzip(exchange);
    const char *etag = is_zipped ? asset->gzip_etag : asset->etag;
    const char *known = exchange_field(exchange, "If-None-Match");
    exchange_header(exchange, "ETag", etag);
    if (!has_cache_control(exchange))
        exchange_header(exchange, "Cache-Control", "no-cache");
    exchange_header(exchange, "X-Content-Type-Options", "nosniff");
    exchange_vary(exchange, "Accept-Encoding");
    if (http_has_etag(known, etag)) {
        exchange_reply(exchange, 304, NULL, NULL, 0);
        return;
    }
    if (is_zipped)
        exchange_header(exchange, "Content-Encoding", "gzip");
    const unsigned char *body = is_zipped ? asset->gzip : asset->bytes;
    size_t body_bytes = is_zipped ? asset->gzip_bytes : asset->byte_count;
    exchange_reply_shared(exchange, 200, asset->content_type, (const char *)body, body_bytes,
                          release, NULL);
}
