/* Under which name a request came, and from whose page. */
#pragma once

#include <stdbool.h>

#include "server/access/own_origin.h"

struct exchange;
struct host_list;

enum { REQUEST_AUTHORITY_SIZE = 300 };

struct request_site {
    struct own_origin own;
    char authority[REQUEST_AUTHORITY_SIZE]; /* of a target that names a host; `own` points to it */
};

/* Of this request; `site` stays where it is as long as it is used. */
void request_site_read(const struct exchange *exchange, struct request_site *site);

/* Whether it came by https: a trusted proxy says so, or a page of ours that has https. */
bool request_site_is_https(const struct request_site *site);

/* Whether every name that it was sent to is one of `hosts`, an address or localhost. One without
 * any, as only HTTP/1.0 has it, is no browser's. */
bool request_site_is_at(const struct exchange *exchange, const struct host_list *hosts);
