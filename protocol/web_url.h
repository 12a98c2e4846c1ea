/* URLs of the web: which of an ad's can be used, and how documents and headers give them. */
#pragma once

#include <stdbool.h>

struct render_text;

enum { WEB_URL_MAX_BYTES = 8192 };

/*
 * Whether it is an absolute URL of http or https (RFC 3986 section 4.3) with a host, of at most
 * WEB_URL_MAX_BYTES. Its host may be of any characters but those of ASCII that no host has. NULL is
 * none.
 */
bool web_url_is_absolute(const char *url);

/* The same, of https alone. */
bool web_url_is_https(const char *url);

/* Whether a viewer may be sent there: an absolute URL without control characters. NULL is none. */
bool web_url_is_target(const char *url);

/*
 * Appends an absolute URL as RFC 3986 has it: what has no place there (blanks, controls, quotes,
 * <>, \^`, what is beyond ASCII, a % without two digits behind it) is percent-encoded. Macros of
 * VAST, [NAME] in capitals, and ${NAME} stay: others put something in their place.
 */
void web_url_render(struct render_text *text, const char *url);
