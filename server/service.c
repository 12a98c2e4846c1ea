/* The running program. */
#include "server/service.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/news.h"
#include "metrics/timer.h"
#include "protocol/document.h"
#include "protocol/memory.h"
#include "protocol/serving_token.h"
#include "protocol/uuid.h"
#include "server/access/secrets.h"
#include "server/config.h"
#include "server/daemon/supervision.h"
#include "server/entrances.h"
#include "server/handlers/access.h"
#include "server/handlers/analytics_answers.h"
#include "server/handlers/context.h"
#include "server/handlers/event_batch.h"
#include "server/handlers/routes.h"
#include "server/handlers/serving_metrics.h"
#include "server/http/exchange.h"
#include "server/http/guard.h"
#include "server/http/metrics.h"
#include "server/http/router.h"
#include "server/http/stream.h"
#include "server/loop_lag.h"
#include "server/reread.h"
#include "server/status_words.h"
#include "store/store.h"

/*
 * Stopping: the listener closes and every answer from then on closes its connection; once no
 * request has come for a while and none is in hand (or half the grace time is over), the store
 * drains; then the last answers get a moment to leave.
 */
enum {
    DRAIN_TICK_MS = 50,
    DRAIN_QUIET_TICKS = 4,
    DRAIN_TICKS_MAX = 40,
    LAST_ANSWERS_MS = 50,
    AFTER_GRACE_MS = 10000, /* for the last answers, and the journal's last sync */
};

enum { SIGNALS = 5 };

#define POINT_TO_ROUTE(name) &route_##name,
static const struct route *const routes[] = {ROUTES(POINT_TO_ROUTE)};
#undef POINT_TO_ROUTE

struct service {
    struct config *config;
    struct log *log;
    struct event_base *base;
    struct metrics *metrics;
    struct store *store;
    struct token_keys *token_keys;
    struct uuid_random uuid_random; /* of tokens */
    struct serving_metrics *serving_metrics;
    struct handler_context context;
    struct event_batches *batches;
    struct analytics_answers *answers;
    struct router *router;
    struct http_metrics *http_metrics;
    struct exchange_streams *streams;
    struct exchanges *exchanges;
    struct http_guard *guard;
    struct access *access;
    struct entrances entrances;
    struct supervision *supervision;
    struct loop_lag *loop_lag;
    struct event *signals[SIGNALS];
    struct news ignored_signals;
    struct event *drain_tick;
    bool is_stopping;
    unsigned ticks;
    unsigned quiet_ticks;
    unsigned long long opened_before; /* exchanges, at the last tick */
};

static struct event_base *new_base(void)
{
    struct event_config *options = memory_required(event_config_new());
    /* Fewer epoll_ctl() calls; every event is deleted before its descriptor is closed. */
    (void)event_config_set_flag(options, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    struct event_base *base = memory_required(event_base_new_with_config(options));
    event_config_free(options);
    (void)event_base_priority_init(base,
                                   2); /* 0 = the answers of the sync worker, 1 = all others */
    return base;
}

static void on_drained(void *arg, uint64_t left)
{
    struct service *service = arg;
    static const struct timeval last_answers = {0, LAST_ANSWERS_MS * 1000};
    if (left > 0)
        log_write(service->log, LOG_WARNING, "server",
                  "events not yet stored stay in the journal left=%llu", (unsigned long long)left);
    else
        log_write(service->log, LOG_INFO, "server", "stopped, everything is stored");
    (void)event_base_loopexit(service->base, &last_answers);
}

static void on_drain_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct service *service = arg;
    unsigned long long opened = exchanges_opened(service->exchanges);
    bool is_quiet = opened == service->opened_before && exchanges_in_hand(service->exchanges) == 0;
    service->opened_before = opened;
    service->quiet_ticks = is_quiet ? service->quiet_ticks + 1 : 0;
    service->ticks++;
    uint32_t passed_ms = service->ticks * DRAIN_TICK_MS;
    uint32_t grace_ms = service->config->shutdown_grace_s * 1000;
    if (service->quiet_ticks < DRAIN_QUIET_TICKS && service->ticks < DRAIN_TICKS_MAX &&
        passed_ms < grace_ms / 2)
        return;
    event_del(service->drain_tick);
    store_drain(service->store, grace_ms > passed_ms ? grace_ms - passed_ms : 0, on_drained,
                service);
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)what;
    struct service *service = arg;
    if (service->store == NULL)
        return;
    if (service->is_stopping) {
        log_write(service->log, LOG_WARNING, "server",
                  "second signal, stopping at once; events stay in the journal left=%llu",
                  (unsigned long long)store_pending_events(service->store));
        (void)event_base_loopbreak(service->base);
        return;
    }
    service->is_stopping = true;
    log_write(service->log, LOG_INFO, "server", "stopping signal=%d pending=%llu", (int)number,
              (unsigned long long)store_pending_events(service->store));
    supervision_stop(service->supervision,
                     service->config->shutdown_grace_s * 1000 + AFTER_GRACE_MS);
    entrances_close(&service->entrances);
    exchanges_close_connections(service->exchanges);
    access_stop(service->access);
    timer_arm(service->drain_tick, DRAIN_TICK_MS);
}

/* Returns false with an error when what is set is unusable. */
static bool make_serving(struct service *service, struct error *error)
{
    const struct config *config = service->config;
    const char *doubt = config_public_url_doubt(config);
    service->token_keys = token_keys_new(store_token_secret(service->store), error);
    if (service->token_keys == NULL)
        return false;
    if (config->store.token_secret == NULL)
        log_write(
            service->log, LOG_INFO, "server",
            "TOKEN_SECRET is not set: trackers are signed with the secret beside the journal; "
            "several instances need the same TOKEN_SECRET");
    if (doubt != NULL)
        log_write(service->log, LOG_WARNING, "server", "%s", doubt);
    service->serving_metrics = serving_metrics_new(service->metrics);
    return true;
}

static void make_context(struct service *service)
{
    const struct config *config = service->config;
    service->context =
        (struct handler_context){.trusted_proxies = &config->trusted_proxies,
                                 .ivt_header = config->ivt_header,
                                 .ssai_peers = &config->ssai_peers,
                                 .hides_addresses = config->hides_addresses,
                                 .access = service->access,
                                 .ops_hosts = &config->ops_hosts,
                                 .public_url = config->public_url,
                                 .token_keys = service->token_keys,
                                 .token_ttl_us = INT64_C(1000000) * config->token_ttl_s,
                                 .uuid_random = &service->uuid_random,
                                 .store = service->store,
                                 .batches = service->batches,
                                 .answers = service->answers,
                                 .metrics = service->metrics,
                                 .serving_metrics = service->serving_metrics,
                                 .router = service->router};
    for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
        service->context.nofill[kind] =
            document_render_nofill((enum document_kind)kind, config->public_url);
}

static void make_http(struct service *service)
{
    service->router = router_new(routes, sizeof routes / sizeof routes[0]);
    service->http_metrics = http_metrics_new(service->metrics, router_labels(service->router));
    service->guard = http_guard_new(service->config->keepalive_s);
    service->batches = event_batches_new(service->base, service->store,
                                         http_guard_admission(service->guard), service->metrics);
    service->answers = analytics_answers_new(service->base);
    make_context(service);
    service->streams = exchange_streams_new(service->base);
    service->exchanges = exchanges_new(service->base, service->router, service->http_metrics,
                                       service->streams, &service->context);
    entrances_init(&service->entrances, service->base, service->exchanges, service->guard,
                   service->config->ops_listen.port != 0);
}

/* They are no reason to end, which is what they do without us, nor have they another meaning yet.
 */
static void on_ignored_signal(evutil_socket_t number, short what, void *arg)
{
    (void)what;
    struct service *service = arg;
    char text[64];
    (void)snprintf(text, sizeof text, "signal ignored, SIGTERM stops the server signal=%d",
                   (int)number);
    if (news_is(&service->ignored_signals, text, clock_monotonic_us()))
        log_write(service->log, LOG_INFO, "server", "%s", text);
}

/* While it stops nothing changes any more. */
static void on_reread(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    struct service *service = arg;
    const struct reread reread = {.config = service->config,
                                  .context = &service->context,
                                  .token_keys = &service->token_keys,
                                  .store = service->store,
                                  .log = service->log};
    if (service->store == NULL || service->is_stopping)
        return;
    supervision_begin_reload(service->supervision);
    reread_files(&reread);
    supervision_end_reload(service->supervision);
}

static void make_signals(struct service *service)
{
    static const struct {
        int number;
        event_callback_fn callback;
    } signals[SIGNALS] = {{SIGTERM, on_signal},
                          {SIGINT, on_signal},
                          {SIGHUP, on_reread},
                          {SIGUSR1, on_ignored_signal},
                          {SIGUSR2, on_ignored_signal}};
    for (size_t i = 0; i < SIGNALS; i++) {
        service->signals[i] = memory_required(
            evsignal_new(service->base, signals[i].number, signals[i].callback, service));
        (void)event_add(service->signals[i], NULL);
    }
    service->drain_tick =
        memory_required(event_new(service->base, -1, EV_PERSIST, on_drain_tick, service));
}

static void add_build_info(struct metrics *metrics)
{
    char version[64];
    char revision[64];
    char labels[160];
    (void)metrics_label(version, sizeof version, "version", ADTRACKER_VERSION);
    (void)metrics_label(revision, sizeof revision, "revision", ADTRACKER_REVISION);
    (void)snprintf(labels, sizeof labels, "%s,%s", version, revision);
    metrics_info(metrics, "adtracker_build_info", "Always 1; the labels tell the build.", labels);
}

static void write_status(void *arg, char *words, size_t size)
{
    const struct service *service = arg;
    status_words(service->store, words, size);
}

struct service *service_new(struct config *config, struct log *log, struct error *error)
{
    struct service *service = memory_zeroed(sizeof *service);
    service->config = config;
    service->log = log;
    service->base = new_base();
    service->supervision = supervision_new(service->base, log);
    service->metrics = metrics_new();
    add_build_info(service->metrics);
    metrics_add_process(service->metrics);
    service->loop_lag = loop_lag_new(service->base, service->metrics);
    service->access = access_new(service->base, service->metrics);
    if (access_secrets_set(access_secrets(service->access), config->admin_token, config->read_token,
                           error) != RESULT_OK) {
        service_free(service);
        return NULL;
    }
    service->store = store_new(service->base, &config->store, service->metrics, log, error);
    if (service->store == NULL || !make_serving(service, error)) {
        service_free(service);
        return NULL;
    }
    make_http(service);
    make_signals(service);
    if (!entrances_listen(&service->entrances, service->base, config, log, error)) {
        service_free(service);
        return NULL;
    }
    return service;
}

void service_run(struct service *service)
{
    store_start(service->store);
    entrances_tell(service->config, service->log);
    supervision_start(service->supervision, write_status, service);
    (void)event_base_dispatch(service->base);
}

/* evhttp must not be freed while a request is unanswered: answers under way are cut off, and the
 * store answers what it still has first. A signal that comes meanwhile changes nothing any more. */
void service_free(struct service *service)
{
    if (service == NULL)
        return;
    if (service->drain_tick != NULL)
        event_free(service->drain_tick);
    supervision_free(service->supervision); /* it asks the store */
    entrances_stop(&service->entrances);
    if (service->streams != NULL)
        exchange_streams_break(service->streams);
    if (service->access != NULL)
        access_stop(service->access);
    store_free(service->store);
    service->store = NULL;
    event_batches_free(service->batches);
    analytics_answers_free(service->answers);
    if (service->exchanges != NULL && exchanges_in_hand(service->exchanges) == 0)
        entrances_clear(&service->entrances);
    (void)event_base_loop(service->base, EVLOOP_NONBLOCK);
    http_guard_free(service->guard);
    access_free(service->access);
    for (int kind = 0; kind < DOCUMENT_KINDS; kind++)
        document_free(service->context.nofill[kind]);
    serving_metrics_free(service->serving_metrics);
    token_keys_free(service->token_keys);
    exchanges_free(service->exchanges);
    exchange_streams_free(service->streams);
    http_metrics_free(service->http_metrics);
    router_free(service->router);
    for (size_t i = 0; i < SIGNALS; i++) {
        if (service->signals[i] != NULL)
            event_free(service->signals[i]);
    }
    loop_lag_free(service->loop_lag);
    metrics_free(service->metrics);
    event_base_free(service->base);
    free(service);
}
