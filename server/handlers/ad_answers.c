/* Answers about ads as the database has them. */
#include "server/handlers/ad_answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "protocol/memory.h"
#include "server/http/etag.h"
#include "server/http/exchange.h"
#include "store/store.h"

static const char media_type[] = "application/json";

void ad_answers_fail(struct exchange *exchange, int status, const char *field, const char *text)
{
    if (field == NULL || field[0] == '\0') {
        exchange_fail(exchange, status, text);
        return;
    }
    json_t *json = memory_required(json_pack("{s:s, s:s}", "error", text, "field", field));
    char *body = memory_required(json_dumps(json, JSON_COMPACT));
    exchange_reply(exchange, status, media_type, body, strlen(body));
    json_decref(json);
    free(body);
}

void ad_answers_content(struct exchange *exchange, const char *etag, const char *body,
                        size_t body_bytes)
{
    const char *known = exchange_field(exchange, "If-None-Match");
    exchange_header(exchange, "ETag", etag);
    if (http_has_etag(known, etag))
        exchange_reply(exchange, 304, NULL, NULL, 0);
    else
        exchange_reply(exchange, 200, media_type, body, body_bytes);
}

void ad_answers_question(void *arg, const struct ad_answer *answer)
{
    struct exchange *exchange = arg;
    exchange_header(exchange, "Cache-Control", "private, no-cache");
    if (answer->fault != NULL)
        ad_answers_fail(exchange, answer->status, answer->field, answer->fault);
    else
        ad_answers_content(exchange, answer->etag, answer->body, answer->body_bytes);
}

void ad_answers_change(void *arg, const struct ad_answer *answer)
{
    struct exchange *exchange = arg;
    char location[24];
    exchange_header(exchange, "Cache-Control", "no-store");
    if (answer->fault != NULL) {
        ad_answers_fail(exchange, answer->status, answer->field, answer->fault);
        return;
    }
    if (answer->status == 201) {
        (void)snprintf(location, sizeof location, "/ads/%d", answer->id);
        exchange_header(exchange, "Location", location);
    }
    if (answer->etag != NULL)
        exchange_header(exchange, "ETag", answer->etag);
    exchange_reply(exchange, answer->status, answer->body != NULL ? media_type : NULL, answer->body,
                   answer->body_bytes);
}
