/* GET /status: how the server stands, for the page: what /readyz and the metrics say, in short. */
#include <stdint.h>

#include "protocol/render.h"
#include "protocol/timestamp.h"
#include "server/handlers/access.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"
#include "store/store.h"

static void member_text(struct render_text *text, const char *name, const char *value)
{
    render_key(text, ',', name);
    if (value == NULL)
        render_null(text);
    else
        render_string(text, value);
}

static void member_number(struct render_text *text, const char *name, uint64_t value)
{
    render_key(text, ',', name);
    render_integer(text, (int64_t)value);
}

static void render_status(struct render_text *text, const struct store *store)
{
    struct store_status status = store_status(store);
    const char *refusal = store_refusal(store);
    char as_of[TIMESTAMP_TEXT_SIZE];
    timestamp_format(status.as_of_us, as_of);
    render_key(text, '{', "accepting");
    render_flag(text, refusal == NULL);
    member_text(text, "reason", refusal);
    member_number(text, "pending_events", status.pending_events);
    member_text(text, "as_of", status.as_of_us == 0 ? NULL : as_of);
    member_text(text, "database", status.is_connected ? "up" : "down");
    member_number(text, "instances", status.instances);
    member_text(text, "version", ADTRACKER_VERSION);
    render_bytes(text, "}", 1);
}

static void handle_status(struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    if (!access_may_read(exchange))
        return;
    struct render_text text = {NULL, 0, 0};
    render_status(&text, context->store);
    exchange_header(exchange, "Cache-Control", "no-store");
    exchange_reply(exchange, 200, "application/json", text.bytes, text.length);
    render_clear(&text);
}

const struct route route_status = {
    .method = HTTP_GET, .path = "/status", .handle = handle_status, .is_operators = true};
