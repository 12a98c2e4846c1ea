/* Where clients come in. */
#include "server/entrances.h"

#include <event2/event.h>
#include <event2/http.h>

#include "metrics/log.h"
#include "protocol/memory.h"
#include "server/config.h"
#include "server/handlers/access.h"
#include "server/http/guard.h"
#include "server/http/head.h"
#include "server/http/listener.h"

/* Requests of both listeners are looked at alike, and counted together. */
static struct evhttp *make_evhttp(struct event_base *base, struct http_guard *guard,
                                  struct http_entrance *entrance)
{
    struct evhttp *http = memory_required(evhttp_new(base));
    /* Above the guard's limits, so that it is the guard who answers. */
    evhttp_set_max_headers_size(http, 2 * HTTP_HEAD_MAX_BYTES);
    evhttp_set_max_body_size(http, HTTP_BODY_MAX_BYTES);
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD |
                                         EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
                                         EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
    evhttp_set_bevcb(http, http_guard_bufferevent, guard);
    evhttp_set_gencb(http, dispatch_request, entrance);
    return http;
}

void entrances_init(struct entrances *entrances, struct event_base *base,
                    struct exchanges *exchanges, struct http_guard *guard, bool is_parted)
{
    const enum http_entrance_kind kinds[ENTRANCES] = {is_parted ? ENTRANCE_PUBLIC : ENTRANCE_SHARED,
                                                      ENTRANCE_OPERATORS};
    for (int i = 0; i < (is_parted ? ENTRANCES : ENTRANCES_OPERATORS); i++) {
        entrances->entrances[i] = (struct http_entrance){kinds[i], exchanges, access_admit};
        entrances->http[i] = make_evhttp(base, guard, &entrances->entrances[i]);
    }
}

bool entrances_listen(struct entrances *entrances, struct event_base *base,
                      const struct config *config, struct log *log, struct error *error)
{
    const struct listener_settings settings[ENTRANCES] = {
        [ENTRANCES_PUBLIC] = config->listener,
        [ENTRANCES_OPERATORS] = {.port = config->ops_listen.port,
                                 .address = config->ops_listen.address,
                                 .passed_fd = config->ops_passed_fd}};
    for (int i = 0; i < ENTRANCES && entrances->http[i] != NULL; i++) {
        entrances->listeners[i] = listener_new(base, entrances->http[i], &settings[i], log, error);
        if (entrances->listeners[i] == NULL)
            return false;
    }
    return true;
}

void entrances_tell(const struct config *config, struct log *log)
{
    const struct listen_place *ops = &config->ops_listen;
    if (config->listener.passed_fd != 0)
        log_write(log, LOG_INFO, "server",
                  "the service manager passes a socket: PORT and LISTEN_ADDR don't count");
    if (config->ops_passed_fd != 0)
        log_write(log, LOG_INFO, "server",
                  "the service manager passes operators' socket: OPS_LISTEN doesn't count");
    if (ops->port == 0)
        log_write(log, LOG_INFO, "server", "listening port=%u version=%s", config->listener.port,
                  ADTRACKER_VERSION);
    else
        log_write(log, LOG_INFO, "server",
                  "listening port=%u operators_address=%s operators_port=%u version=%s",
                  config->listener.port, ops->address, ops->port, ADTRACKER_VERSION);
}

void entrances_close(struct entrances *entrances)
{
    for (int i = 0; i < ENTRANCES; i++) {
        if (entrances->listeners[i] != NULL)
            listener_close(entrances->listeners[i]);
    }
}

void entrances_stop(struct entrances *entrances)
{
    for (int i = 0; i < ENTRANCES; i++) {
        listener_free(entrances->listeners[i]);
        entrances->listeners[i] = NULL;
    }
}

void entrances_clear(struct entrances *entrances)
{
    for (int i = 0; i < ENTRANCES; i++) {
        if (entrances->http[i] != NULL)
            evhttp_free(entrances->http[i]);
        entrances->http[i] = NULL;
    }
}
