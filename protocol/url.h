/* URLs of the web, as ads have them: http and https (RFC 3986). */
#pragma once

#include <stdbool.h>

/* Whether it is an absolute http or https URL with a host, and holds no control character. */
bool url_is_web(const char *url);

/* The same of https alone. */
bool url_is_https(const char *url);

/*
 * A copy in which each byte that RFC 3986 has no place for is percent-encoded (blanks, quotes, <>,
 * \, ^, `, what is not ASCII, a % that no two hexadecimal digits follow); the brackets and braces
 * of macros stay. The caller frees it with free().
 */
char *url_encode(const char *url);
