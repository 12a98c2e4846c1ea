/* GET /ads/events: raw events, as many as there are in a window. */
#include <stdbool.h>
#include <stdlib.h>

#include <event2/http.h>

#include "protocol/analytics/answer.h"
#include "protocol/export_question.h"
#include "protocol/memory.h"
#include "protocol/render.h"
#include "server/handlers/access.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"
#include "server/http/stream.h"
#include "store/store.h"

/* One client's. The answer begins with the first rows: until then an error is told in words. */
struct download {
    struct exchange *exchange;
    struct export *export;
    const char *content_type;
    bool has_begun;
    bool is_wanted; /* the client has taken all there was */
};

static void finish(struct download *download)
{
    export_close(download->export);
    free(download);
}

/* One slice. */
static void feed(struct download *download)
{
    struct render_text text = {0};
    enum export_step step = export_take(download->export, &text);
    download->is_wanted = text.length == 0;
    if (text.length > 0)
        exchange_stream_write(download->exchange, text.bytes, text.length);
    render_clear(&text);
    if (step != EXPORT_DONE)
        return;
    exchange_stream_end(download->exchange);
    finish(download);
}

static void on_wanted(void *arg)
{
    feed(arg);
}

static void on_gone(void *arg)
{
    finish(arg);
}

static void begin(struct download *download)
{
    const struct exchange_stream_listener listener = {on_wanted, on_gone, download};
    download->has_begun = true;
    exchange_header(download->exchange, "Cache-Control", "no-store");
    exchange_stream_begin(download->exchange, 200, download->content_type, listener);
}

static void on_ready(void *arg)
{
    struct download *download = arg;
    if (!download->has_begun)
        begin(download);
    else if (download->is_wanted)
        feed(download);
}

static void on_ended(void *arg, enum result result, const char *reason)
{
    struct download *download = arg;
    if (download->has_begun)
        exchange_stream_break(download->exchange);
    else
        exchange_fail_result(download->exchange, result, reason);
    finish(download);
}

static void open_export(struct exchange *exchange, const struct export_question *question)
{
    const struct handler_context *context = exchange->context;
    struct download *download = memory_zeroed(sizeof *download);
    const struct export_listener listener = {on_ready, on_ended, download};
    const char *reason;
    enum result result = RESULT_OK;
    *download = (struct download){
        .exchange = exchange,
        .content_type = analytics_content_type(question->is_csv ? FORMAT_CSV : FORMAT_NDJSON)};
    if (exchange->method == HTTP_HEAD) {
        begin(download);
        return;
    }
    result = store_export(context->store, question, listener, &download->export, &reason);
    if (result == RESULT_OK) {
        exchange_is_read(exchange);
        return;
    }
    free(download);
    exchange_fail_result(exchange, result, reason);
}

static void handle_export(struct exchange *exchange)
{
    struct evhttp_request *request = exchange->request;
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
    const char *accept = exchange_field(exchange, "Accept");
    struct export_question question;
    struct error error;
    exchange_vary(exchange, "Accept");
    if (!access_may_read_private(exchange))
        return;
    enum result result = export_question_parse(query, accept, &question, &error);
    if (result == RESULT_OK)
        open_export(exchange, &question);
    else
        exchange_fail_result(exchange, result, error.text);
}

const struct route route_export = {
    .method = HTTP_GET, .path = "/ads/events", .handle = handle_export, .is_operators = true};
