/* Under which name a request came, and from whose page. */
#include "server/handlers/request_site.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <event2/http.h>

#include "server/access/hosts.h"
#include "server/handlers/context.h"
#include "server/http/client_address.h"
#include "server/http/exchange.h"

/* Of a target in absolute form; false where there is none. */
static bool read_authority(const struct exchange *exchange,
                           char text[static REQUEST_AUTHORITY_SIZE])
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(exchange->request);
    const char *host = uri == NULL ? NULL : evhttp_uri_get_host(uri);
    int port = uri == NULL ? -1 : evhttp_uri_get_port(uri);
    if (host == NULL)
        return false;
    if (port >= 0)
        (void)snprintf(text, REQUEST_AUTHORITY_SIZE, "%s:%d", host, port);
    else
        (void)snprintf(text, REQUEST_AUTHORITY_SIZE, "%s", host);
    return true;
}

/* Each proxy adds its own word, or puts it in the place of what there was. */
static bool is_forwarded_https(const struct exchange *exchange)
{
    const struct handler_context *context = exchange->context;
    const char *value = exchange_field(exchange, "X-Forwarded-Proto");
    if (value == NULL || !client_is_proxy(exchange->request, context->trusted_proxies))
        return false;
    for (value += strspn(value, ", \t"); *value != '\0'; value += strspn(value, ", \t")) {
        size_t bytes = strcspn(value, ", \t");
        if (bytes == 5 && strncasecmp(value, "https", bytes) == 0)
            return true;
        value += bytes;
    }
    return false;
}

void request_site_read(const struct exchange *exchange, struct request_site *site)
{
    const struct handler_context *context = exchange->context;
    *site = (struct request_site){.own = {.origin = exchange_field(exchange, "Origin"),
                                          .fetch_site = exchange_field(exchange, "Sec-Fetch-Site"),
                                          .host = exchange_field(exchange, "Host"),
                                          .is_https = is_forwarded_https(exchange),
                                          .public_url = context->public_url}};
    if (read_authority(exchange, site->authority))
        site->own.host = site->authority;
}

bool request_site_is_https(const struct request_site *site)
{
    return site->own.is_https ||
           (own_origin_is_ours(&site->own) && strncasecmp(site->own.origin, "https:", 6) == 0);
}

bool request_site_is_at(const struct exchange *exchange, const struct host_list *hosts)
{
    char authority[REQUEST_AUTHORITY_SIZE];
    const char *host = exchange_field(exchange, "Host");
    if (read_authority(exchange, authority) && !host_list_admits(hosts, authority))
        return false;
    return host == NULL || host[0] == '\0' || host_list_admits(hosts, host);
}
