/* Tokens where they do not belong: in a URL, which proxies, browsers and servers write to logs. */
#pragma once

#include <stdbool.h>

struct access_secrets;

/* What who asks has shown to know: to find other tokens would tell a guess from a token at once. */
struct url_token_known {
    bool is_admin;
    bool is_read;
};

/* Whether a parameter of `query` (NULL is empty) is called as tokens are, in either case, or is a
 * known token, or has it as its value. */
bool url_token_is_there(const struct access_secrets *secrets, struct url_token_known known,
                        const char *query);
