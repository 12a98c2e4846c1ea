/* Tokens where they do not belong: in a URL, which proxies, browsers and servers write to logs. */
#pragma once

#include <stdbool.h>

/*
 * Whether a parameter of `query` (NULL is empty) is called as tokens are, in either case, or is
 * what came as a bearer (NULL is none), or has it as its value. Right or wrong counts for nothing
 * here: else a guess would be told from a token without being counted.
 */
bool url_token_is_there(const char *bearer, const char *query);
