/* Who asks, by the token or the session that came with a request. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server/access/session.h"

struct access_secrets;
struct exchange;

enum caller_token {
    CALLER_TOKEN_NONE, /* none came, or there is none that it could be */
    CALLER_TOKEN_WRONG,
    CALLER_TOKEN_READ,
    CALLER_TOKEN_ADMIN,
};

struct caller {
    enum caller_token token;
    enum session_verdict session; /* of a request of our own pages */
    int64_t session_ends_s;       /* if it is valid, in seconds since 1970 */
};

/* What is sent as a bearer, right or wrong (RFC 6750 section 2.1); NULL = nothing. */
const char *caller_bearer(const struct exchange *exchange);

struct caller caller_of(const struct exchange *exchange, const struct access_secrets *secrets);

/* Whether it may read what is not for everybody. */
bool caller_is_reader(const struct caller *caller);

/* Whether it came with what it has not got from us, and with nothing better. */
bool caller_is_guessing(const struct caller *caller);
