/* Conditions of requests on what they know already (RFC 9110 section 13.1.2). */
#pragma once

#include <stdbool.h>

/* Whether the value of If-None-Match (NULL = none), a list of tags or `*`, has `etag`, which has
 * its quotes. Weak tags compare alike. */
bool http_has_etag(const char *list, const char *etag);
