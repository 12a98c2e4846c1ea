/* The tokens that let somebody do more than everybody, which may change while the server works. */
#pragma once

#include <stdbool.h>

#include "protocol/result.h"

struct access_secrets;
struct session_key;

enum { ACCESS_TOKEN_MIN_BYTES = 24 };

/* Whether the value of this variable can be a token: visible ASCII, since it has to fit into a
 * header, and not too short. RESULT_INVALID comes with words that repeat none of it. */
MUST_CHECK enum result access_token_check(const char *variable, const char *value,
                                          struct error *error);

/* Whether the two, of which either may be NULL, are two: who reads must not be able to change. */
MUST_CHECK enum result access_tokens_check(const char *admin_token, const char *read_token,
                                           struct error *error);

/* None is set. */
struct access_secrets *access_secrets_new(void);
void access_secrets_free(struct access_secrets *secrets);

/* Sets both tokens (copied; NULL = there is none), from now on: whoever came with another has to
 * come again. RESULT_INVALID, with words as above, leaves both as they were. */
MUST_CHECK enum result access_secrets_set(struct access_secrets *secrets, const char *admin_token,
                                          const char *read_token, struct error *error);

bool access_secrets_has_admin(const struct access_secrets *secrets);
bool access_secrets_has_read(const struct access_secrets *secrets);

/* Whether `text` (NULL is none) is the token; takes as long whether it is or not. A token that is
 * not set is none. */
bool access_secrets_is_admin(const struct access_secrets *secrets, const char *text);
bool access_secrets_is_read(const struct access_secrets *secrets, const char *text);

/* What sessions are signed under, valid until the tokens are set again; NULL = there is no
 * READ_TOKEN. */
struct session_key *access_secrets_session_key(const struct access_secrets *secrets);
