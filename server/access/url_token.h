/* Tokens where they do not belong: in a URL, which proxies, browsers and servers write to logs. */
#pragma once

#include <stdbool.h>

struct access_secrets;

/* Whether a parameter of `query` (NULL is empty) is called as tokens are, in either case, or is
 * one of the tokens, or has it as its value. */
bool url_token_is_there(const struct access_secrets *secrets, const char *query);
