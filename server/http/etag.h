/* Conditions of requests on what they know already (RFC 9110 section 13.1.2). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether the value of If-None-Match (NULL = none), a list of tags or `*`, has `etag`, which has
 * its quotes. Weak tags compare alike. */
bool http_has_etag(const char *list, const char *etag);

/* Takes the next strong tag, with its quotes, of a value of If-Match, and moves `*list` behind it:
 * weak ones are never the same (RFC 9110 section 13.1.1). Returns false at the end, or where it is
 * no list of tags any more. */
bool http_next_strong_etag(const char **list, const char **etag, size_t *etag_bytes);
