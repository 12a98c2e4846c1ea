/* Whether a request comes from a page of ours. */
#include "server/access/own_origin.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "server/http/authority.h"

enum { HTTP_PORT = 80, HTTPS_PORT = 443 };

struct site {
    bool is_https;
    struct http_authority authority;
};

/* The scheme and the authority at the beginning of a URL, and what is behind them. */
static bool read_site(const char *url, struct site *site, const char **rest)
{
    site->is_https = strncasecmp(url, "https://", 8) == 0;
    if (!site->is_https && strncasecmp(url, "http://", 7) != 0)
        return false;
    url += site->is_https ? 8 : 7;
    *rest = url + strcspn(url, "/?#");
    return http_authority_split(url, (size_t)(*rest - url), &site->authority);
}

static uint16_t port_of(const struct http_authority *authority, bool is_https)
{
    if (authority->has_port)
        return authority->port;
    return is_https ? HTTPS_PORT : HTTP_PORT;
}

/* A port that is not said is that of the scheme. */
static bool is_same(const struct http_authority *one, const struct http_authority *other,
                    bool is_https)
{
    return http_host_is_same(one->host, one->host_bytes, other->host, other->host_bytes) &&
           port_of(one, is_https) == port_of(other, is_https);
}

bool own_origin_is_ours(const struct own_origin *request)
{
    struct site site;
    struct site public;
    struct http_authority host;
    const char *rest;
    if (request->origin == NULL || !read_site(request->origin, &site, &rest) || *rest != '\0')
        return false;
    bool is_public = request->public_url != NULL &&
                     read_site(request->public_url, &public, &rest) &&
                     is_same(&site.authority, &public.authority, public.is_https);
    if (is_public && site.is_https == public.is_https)
        return true;
    bool is_https = request->is_https || (is_public && public.is_https);
    return request->host != NULL &&
           http_authority_split(request->host, strlen(request->host), &host) &&
           is_same(&site.authority, &host, site.is_https) && (site.is_https || !is_https);
}

bool own_origin_is_not_foreign(const struct own_origin *request)
{
    const char *site = request->fetch_site;
    if (request->origin != NULL && !own_origin_is_ours(request))
        return false;
    return site == NULL || strcasecmp(site, "same-origin") == 0 || strcasecmp(site, "none") == 0;
}
