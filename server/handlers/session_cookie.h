/* The cookie of a session, as a browser is told to keep it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct exchange;
struct session_key;

/* Adds the cookie of a session that ends at `ends_s`; under https one that https alone may have. */
void session_cookie_set(struct exchange *exchange, struct session_key *key, int64_t ends_s,
                        bool is_https);

/* Has the browser forget it, in either form. */
void session_cookie_clear(struct exchange *exchange, const struct session_key *key);
