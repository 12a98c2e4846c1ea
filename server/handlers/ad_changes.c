/* POST /ads, and PUT, PATCH and DELETE /ads/{id}: ads are changed by those who run them. */
#include <stdbool.h>
#include <stdio.h>

#include <event2/http.h>

#include "protocol/ad_document.h"
#include "protocol/query.h"
#include "server/handlers/access.h"
#include "server/handlers/ad_answers.h"
#include "server/handlers/ad_request.h"
#include "server/handlers/context.h"
#include "server/handlers/routes.h"
#include "server/http/exchange.h"
#include "store/store.h"

static const enum ad_document_kind document_kinds[] = {[AD_CREATE] = AD_DOCUMENT_NEW,
                                                       [AD_REPLACE] = AD_DOCUMENT_WHOLE,
                                                       [AD_MODIFY] = AD_DOCUMENT_CHANGES};

static void refuse_verifications(struct exchange *exchange, const char *reason)
{
    char text[200];
    (void)snprintf(text, sizeof text, "ad_verifications: %s", reason);
    ad_answers_fail(exchange, 422, "ad_verifications", text);
}

static void send_change(struct exchange *exchange, enum ad_change_kind kind,
                        const struct ad_request *request, const struct ad_document *document)
{
    const struct handler_context *context = exchange->context;
    const struct ad_change change = {.kind = kind,
                                     .id = kind == AD_CREATE ? 0 : exchange->match.params[0].number,
                                     .tags = request->tags,
                                     .members = document->members,
                                     .verifications = document->verifications,
                                     .key = request->key,
                                     .digest = request->digest};
    const char *reason;
    enum result result = administration_change(store_administration(context->store), &change,
                                               ad_answers_change, exchange, &reason);
    if (result == RESULT_OK)
        exchange_is_read(exchange);
    else if (result == RESULT_INVALID)
        refuse_verifications(exchange, reason);
    else
        exchange_fail_result(exchange, result, reason);
}

static void take_document(struct exchange *exchange, enum ad_change_kind kind,
                          const struct ad_request *request)
{
    struct ad_document document;
    struct ad_document_fault fault;
    enum result result =
        ad_document_read(request->body != NULL ? request->body : "", request->body_bytes,
                         document_kinds[kind], &document, &fault);
    if (result == RESULT_OK)
        send_change(exchange, kind, request, &document);
    else if (result == RESULT_INVALID)
        ad_answers_fail(exchange, 422, fault.field, fault.error.text);
    else
        exchange_fail_result(exchange, result, fault.error.text);
    ad_document_clear(&document);
}

static void handle_change(struct exchange *exchange, enum ad_change_kind kind)
{
    struct ad_request request = {.body = NULL};
    if (!access_is_admin(exchange))
        return;
    if (ad_request_read_body(&request, exchange, kind == AD_MODIFY) &&
        (kind == AD_CREATE || ad_request_read_condition(&request, exchange)) &&
        ad_request_read_key(&request, exchange))
        take_document(exchange, kind, &request);
    ad_request_clear(&request);
}

static void handle_create(struct exchange *exchange)
{
    handle_change(exchange, AD_CREATE);
}

static void handle_replace(struct exchange *exchange)
{
    handle_change(exchange, AD_REPLACE);
}

static void handle_modify(struct exchange *exchange)
{
    handle_change(exchange, AD_MODIFY);
}

/* Who misspells it does not mean the archive. */
static bool find_purge(const char *query, bool *is_purge)
{
    struct query_part part;
    bool is_found = false;
    *is_purge = false;
    while (query_next(&query, &part)) {
        if (!query_is_called(&part, "purge"))
            continue;
        if (is_found || part.value_bytes != 1 || (*part.value != '0' && *part.value != '1'))
            return false;
        is_found = true;
        *is_purge = *part.value == '1';
    }
    return true;
}

/* False, answered, where it is something else than 0 or 1. */
static bool read_purge(struct exchange *exchange, bool *is_purge)
{
    const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(exchange->request));
    if (find_purge(query, is_purge))
        return true;
    exchange_fail(exchange, 400, "purge must be 0 or 1, or left out");
    return false;
}

static void handle_delete(struct exchange *exchange)
{
    struct ad_request request = {.body = NULL};
    const struct ad_document none = {.members = NULL};
    bool is_purge;
    if (!access_is_admin(exchange))
        return;
    if (read_purge(exchange, &is_purge) && ad_request_read_condition(&request, exchange) &&
        ad_request_read_key(&request, exchange))
        send_change(exchange, is_purge ? AD_PURGE : AD_ARCHIVE, &request, &none);
    ad_request_clear(&request);
}

const struct route route_ad_create = {
    .method = HTTP_POST, .path = "/ads", .handle = handle_create, .is_operators = true};
const struct route route_ad_replace = {
    .method = HTTP_PUT, .path = "/ads/{id:number}", .handle = handle_replace, .is_operators = true};
const struct route route_ad_modify = {.method = HTTP_PATCH,
                                      .path = "/ads/{id:number}",
                                      .handle = handle_modify,
                                      .is_operators = true};
const struct route route_ad_delete = {.method = HTTP_DELETE,
                                      .path = "/ads/{id:number}",
                                      .handle = handle_delete,
                                      .is_operators = true};
