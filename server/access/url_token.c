/* Tokens in URLs. */
#include "server/access/url_token.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "protocol/query.h"
#include "server/access/secrets.h"

enum { NAME_SIZE = 32, VALUE_SIZE = 1024 };

static const char *const names[] = {
    "token",      "access_token", "admin_token", "read_token", "auth_token",    "bearer_token",
    "api_token",  "api_key",      "apikey",      "api-key",    "authorization", "bearer",
    "access-key", "access_key",   "auth",        "x-api-key",  "password",      "secret",
};

static bool is_tokens_name(const struct query_part *part)
{
    char name[NAME_SIZE];
    size_t bytes;
    if (query_decode(part->name, part->name_bytes, name, sizeof name, &bytes) != RESULT_OK)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool is_bearer(const char *bearer, const char *text, size_t text_bytes)
{
    char value[VALUE_SIZE];
    size_t bytes;
    return bearer != NULL && text_bytes >= ACCESS_TOKEN_MIN_BYTES &&
           query_decode(text, text_bytes, value, sizeof value, &bytes) == RESULT_OK &&
           strcmp(value, bearer) == 0;
}

bool url_token_is_there(const char *bearer, const char *query)
{
    struct query_part part;
    while (query_next(&query, &part)) {
        if (is_tokens_name(&part) || is_bearer(bearer, part.name, part.name_bytes) ||
            is_bearer(bearer, part.value, part.value_bytes))
            return true;
    }
    return false;
}
