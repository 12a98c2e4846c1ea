/* GET /vast, /ads/{id}/vast and /ads/serve: an ad, as VAST or as JSON. */
#include <event2/http.h>

#include "protocol/query.h"
#include "server/handlers/routes.h"
#include "server/handlers/serving.h"
#include "server/http/exchange.h"

enum { VERSION_SIZE = 8 };

/* `version` of the query, 4.2 without. */
static void answer_vast(struct exchange *exchange, int32_t ad_id)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(exchange->request);
    enum document_kind kind = DOCUMENT_VAST_4_2;
    char version[VERSION_SIZE];
    size_t bytes;
    enum result result =
        query_find(evhttp_uri_get_query(uri), "version", version, sizeof version, &bytes);
    if (result != RESULT_UNKNOWN && (result != RESULT_OK || !document_find_vast(version, &kind)))
        serving_refuse(exchange, "version must be 2.0, 3.0 or 4.2");
    else
        serving_answer(exchange, kind, ad_id);
}

static void handle_vast(struct exchange *exchange)
{
    answer_vast(exchange, 0);
}

static void handle_ad_vast(struct exchange *exchange)
{
    answer_vast(exchange, exchange->match.params[0].number);
}

static void handle_serve(struct exchange *exchange)
{
    serving_answer(exchange, DOCUMENT_JSON, 0);
}

const struct route route_vast = {.method = HTTP_GET, .path = "/vast", .handle = handle_vast};
const struct route route_ad_vast = {
    .method = HTTP_GET, .path = "/ads/{id:number}/vast", .handle = handle_ad_vast};
const struct route route_serve = {.method = HTTP_GET, .path = "/ads/serve", .handle = handle_serve};
