/* One request in hand. */
#include "server/http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/util.h>
#include <jansson.h>

#include "metrics/clock.h"
#include "protocol/memory.h"
#include "server/http/connection_watch.h"
#include "server/http/metrics.h"

static const char error_type[] = "application/json";

/* Answered exchanges wait in `free_list` to be used again. */
struct exchanges {
    struct event_base *base;
    const struct router *router;
    struct http_metrics *http_metrics;
    struct connection_watch *watch;
    struct exchange_streams *streams; /* borrowed */
    void *context;
    struct exchange *free_list;
    size_t in_hand;
    unsigned long long opened;
    bool is_closing;
    time_t date_s; /* of `date` */
    char date[40];
};

/* One that has no connection any more is ours. */
static void drop_request(struct exchange *exchange)
{
    if (exchange->request != NULL)
        evhttp_request_free(exchange->request);
    exchange->request = NULL;
}

/* A client gave up. What its handler still reads stays until it has read it. */
static void on_closed(struct exchange *exchange)
{
    exchange->is_abandoned = true;
    if (exchange->is_read)
        drop_request(exchange);
    if (exchange->on_closed != NULL)
        exchange->on_closed(exchange);
}

struct exchanges *exchanges_new(struct event_base *base, const struct router *router,
                                struct http_metrics *http_metrics, struct exchange_streams *streams,
                                void *context)
{
    struct exchanges *exchanges = memory_zeroed(sizeof *exchanges);
    exchanges->base = base;
    exchanges->router = router;
    exchanges->http_metrics = http_metrics;
    exchanges->watch = connection_watch_new(base, on_closed);
    exchanges->streams = streams;
    exchanges->context = context;
    return exchanges;
}

void exchanges_free(struct exchanges *exchanges)
{
    if (exchanges == NULL)
        return;
    while (exchanges->free_list != NULL) {
        struct exchange *exchange = exchanges->free_list;
        exchanges->free_list = exchange->next_free;
        free(exchange);
    }
    connection_watch_free(exchanges->watch);
    free(exchanges);
}

size_t exchanges_in_hand(const struct exchanges *exchanges)
{
    return exchanges->in_hand;
}

unsigned long long exchanges_opened(const struct exchanges *exchanges)
{
    return exchanges->opened;
}

void exchanges_close_connections(struct exchanges *exchanges)
{
    exchanges->is_closing = true;
}

static const char *path_of(struct evhttp_request *request)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
    return uri == NULL ? NULL : evhttp_uri_get_path(uri);
}

struct exchange *exchange_open(struct exchanges *exchanges, struct evhttp_request *request,
                               enum http_entrance_kind entrance)
{
    struct exchange *exchange = exchanges->free_list;
    if (exchange != NULL)
        exchanges->free_list = exchange->next_free;
    else
        exchange = memory_resized(NULL, sizeof *exchange);
    *exchange = (struct exchange){.pool = exchanges,
                                  .request = request,
                                  .context = exchanges->context,
                                  .method = http_method_of(request),
                                  .entrance = entrance};
    exchange->started_us = clock_monotonic_us();
    router_match(exchanges->router, path_of(request), exchange->method,
                 entrance == ENTRANCE_PUBLIC ? ROUTE_PUBLIC : ROUTE_EVERYBODY, &exchange->match);
    connection_watch_begin(exchanges->watch, evhttp_request_get_connection(request), exchange);
    exchanges->in_hand++;
    exchanges->opened++;
    return exchange;
}

void exchange_close_connection(struct exchange *exchange)
{
    exchange->is_last = true;
}

void exchange_is_read(struct exchange *exchange)
{
    exchange->is_read = true;
    if (exchange->is_abandoned)
        drop_request(exchange);
}

const char *exchange_field(const struct exchange *exchange, const char *name)
{
    return evhttp_find_header(evhttp_request_get_input_headers(exchange->request), name);
}

void exchange_header(struct exchange *exchange, const char *name, const char *value)
{
    if (exchange->request == NULL)
        return;
    (void)evhttp_add_header(evhttp_request_get_output_headers(exchange->request), name, value);
}

/* evhttp would format it for every answer. */
static const char *current_date(struct exchanges *exchanges)
{
    struct timeval now;
    (void)event_base_gettimeofday_cached(exchanges->base, &now);
    if (now.tv_sec != exchanges->date_s) {
        struct tm tm;
        (void)gmtime_r(&now.tv_sec, &tm);
        (void)evutil_date_rfc1123(exchanges->date, sizeof exchanges->date, &tm);
        exchanges->date_s = now.tv_sec;
    }
    return exchanges->date;
}

/* Whether a list has `names` in it, as they were added. */
static bool has_names(const char *list, const char *names)
{
    size_t bytes = strlen(names);
    for (const char *at = list; (at = strstr(at, names)) != NULL; at++) {
        if ((at == list || at[-1] == ' ') && (at[bytes] == '\0' || at[bytes] == ','))
            return true;
    }
    return false;
}

void exchange_vary(struct exchange *exchange, const char *name)
{
    if (exchange->request == NULL)
        return;
    struct evkeyvalq *fields = evhttp_request_get_output_headers(exchange->request);
    const char *before = evhttp_find_header(fields, "Vary");
    char all[128];
    if (before != NULL && has_names(before, name))
        return;
    (void)snprintf(all, sizeof all, "%s%s%s", before == NULL ? "" : before,
                   before == NULL ? "" : ", ", name);
    if (before != NULL)
        (void)evhttp_remove_header(fields, "Vary");
    (void)evhttp_add_header(fields, "Vary", all);
}

/* Players send beacons in CORS mode, with credentials or not: any page may use this server, but for
 * what is operators'. */
static void add_cors(struct exchange *exchange)
{
    const char *origin = exchange_field(exchange, "Origin");
    if (exchange->cors == CORS_NONE)
        return;
    if (origin == NULL || strcmp(origin, "null") == 0) {
        exchange_header(exchange, "Access-Control-Allow-Origin", "*");
        return;
    }
    exchange_header(exchange, "Access-Control-Allow-Origin", origin);
    if (exchange->cors == CORS_PLAYERS)
        exchange_header(exchange, "Access-Control-Allow-Credentials", "true");
    exchange_vary(exchange, "Origin");
}

static void add_common_headers(struct exchange *exchange, const char *content_type)
{
    if (content_type != NULL)
        exchange_header(exchange, "Content-Type", content_type);
    exchange_header(exchange, "Date", current_date(exchange->pool));
    add_cors(exchange);
    if (exchange->is_last || exchange->pool->is_closing)
        exchange_header(exchange, "Connection", "close");
}

/*
 * Writes an answer at once instead of when the loop next finds the socket writable, which it nearly
 * always is: that would take two epoll_ctl() calls and one more turn. Whatever the socket does not
 * take, or refuses, is left to the bufferevent. evhttp has let go of the request after this.
 */
static void write_now(struct bufferevent *bev)
{
    struct evbuffer *output = bufferevent_get_output(bev);
    (void)evbuffer_unfreeze(output, 1);
    (void)evbuffer_write(output, bufferevent_getfd(bev));
    (void)evbuffer_freeze(output, 1);
    if (evbuffer_get_length(output) == 0)
        bufferevent_trigger(bev, EV_WRITE, 0);
}

/* What evhttp has no phrase for; NULL = it has one. */
static const char *phrase_of(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {421, "Misdirected Request"},             /* RFC 9110 section 15.5.20 */
        {422, "Unprocessable Content"},           /* RFC 9110 section 15.5.21 */
        {428, "Precondition Required"},           /* RFC 6585 section 3 */
        {429, "Too Many Requests"},               /* RFC 6585 section 4 */
        {431, "Request Header Fields Too Large"}, /* RFC 6585 section 5 */
    };
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return NULL;
}

void exchange_unwatch(struct exchange *exchange)
{
    struct evhttp_connection *connection = evhttp_request_get_connection(exchange->request);
    if (connection != NULL)
        connection_watch_end(exchange->pool->watch, connection);
}

void exchange_send_whole(struct exchange *exchange, int status, const char *content_type)
{
    struct evhttp_request *request = exchange->request;
    struct evhttp_connection *connection = evhttp_request_get_connection(request);
    add_common_headers(exchange, content_type);
    exchange_unwatch(exchange);
    exchange->request = NULL;
    evhttp_send_reply(request, status, phrase_of(status), NULL);
    if (connection != NULL)
        write_now(evhttp_connection_get_bufferevent(connection));
}

void exchange_send_head(struct exchange *exchange, int status, const char *content_type)
{
    add_common_headers(exchange, content_type);
    evhttp_send_reply_start(exchange->request, status, phrase_of(status));
}

void exchange_send_end(struct exchange *exchange)
{
    struct evhttp_request *request = exchange->request;
    if (exchange->pool->is_closing) /* the headers have left: it is evhttp that reads this one */
        exchange_header(exchange, "Connection", "close");
    exchange_unwatch(exchange);
    exchange->request = NULL;
    evhttp_send_reply_end(request);
}

struct exchange_streams *exchange_streams(struct exchange *exchange)
{
    return exchange->pool->streams;
}

void exchange_release(struct exchange *exchange, int status)
{
    struct exchanges *pool = exchange->pool;
    drop_request(exchange);
    http_metrics_count(pool->http_metrics, exchange->match.endpoint, exchange->method, status,
                       (double)(clock_monotonic_us() - exchange->started_us) / 1e6);
    exchange->next_free = pool->free_list;
    pool->free_list = exchange;
    pool->in_hand--;
}

/* Sends what lies in the request's output buffer, and lets go of the exchange; or has it kept. */
static void finish(struct exchange *exchange, int status, const char *content_type)
{
    if (exchange->request != NULL && exchange->holds != NULL) {
        exchange->keep(exchange, status, content_type);
        return;
    }
    if (exchange->request != NULL)
        exchange_send_whole(exchange, status, content_type);
    exchange_release(exchange, status);
}

/* A body given to evhttp would be sent with HEAD too. */
static bool is_head(struct exchange *exchange, size_t body_bytes)
{
    if (exchange->method != HTTP_HEAD)
        return false;
    char length[24];
    (void)snprintf(length, sizeof length, "%zu", body_bytes);
    exchange_header(exchange, "Content-Length", length);
    return true;
}

void exchange_reply(struct exchange *exchange, int status, const char *content_type,
                    const char *body, size_t body_bytes)
{
    if (exchange->request != NULL && content_type != NULL && !is_head(exchange, body_bytes))
        (void)evbuffer_add(evhttp_request_get_output_buffer(exchange->request), body, body_bytes);
    finish(exchange, status, content_type);
}

void exchange_reply_shared(struct exchange *exchange, int status, const char *content_type,
                           const char *body, size_t body_bytes, exchange_release_fn release,
                           void *arg)
{
    if (exchange->request == NULL || is_head(exchange, body_bytes))
        release(body, body_bytes, arg);
    else
        (void)evbuffer_add_reference(evhttp_request_get_output_buffer(exchange->request), body,
                                     body_bytes, release, arg);
    finish(exchange, status, content_type);
}

void exchange_fail(struct exchange *exchange, int status, const char *text)
{
    char *body = NULL;
    json_t *json = json_pack("{s:s}", "error", text);
    if (json != NULL)
        body = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    (void)memory_required(body);
    if (status == 503) {
        exchange_header(exchange, "Retry-After", "1");
        if (exchange->cors != CORS_NONE)
            exchange_header(exchange, "Access-Control-Expose-Headers", "Retry-After");
    }
    exchange_reply(exchange, status, error_type, body, strlen(body));
    free(body);
}

static int result_status(enum result result)
{
    switch (result) {
    case RESULT_OK:
        return 200;
    case RESULT_MALFORMED:
        return 400;
    case RESULT_INVALID:
        return 422;
    case RESULT_UNKNOWN:
        return 404;
    case RESULT_TOO_LARGE:
        return 413;
    case RESULT_BUSY:
    case RESULT_UNAVAILABLE:
        return 503;
    case RESULT_FAILED:
        return 500;
    }
    return 500;
}

void exchange_fail_result(struct exchange *exchange, enum result result, const char *text)
{
    exchange_fail(exchange, result_status(result), text);
}
