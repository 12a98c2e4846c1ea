/* Files for everybody: GET /vat.js, which publishers' pages load, and GET /openapi.yaml. */
#include <stddef.h>

#include "server/assets/asset.h"
#include "server/handlers/assets.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"

/* Pages of any origin may load it, also those that want to be isolated from others (Cross-Origin-
 * Embedder-Policy). Not asked for again with each page: an hour is how long an update takes to
 * reach a browser. */
static void handle_vat_js(struct exchange *exchange)
{
    exchange_header(exchange, "Cross-Origin-Resource-Policy", "cross-origin");
    exchange_header(exchange, "Cache-Control", "public, max-age=3600");
    asset_reply(exchange, asset_find("vat.js"));
}

const struct route route_vat_js = {.method = HTTP_GET, .path = "/vat.js", .handle = handle_vat_js};

static void handle_openapi(struct exchange *exchange)
{
    asset_reply(exchange, asset_find("openapi.yaml"));
}

const struct route route_openapi = {
    .method = HTTP_GET, .path = "/openapi.yaml", .handle = handle_openapi};
