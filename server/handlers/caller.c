/* Who asks. */
#include "server/handlers/caller.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "metrics/clock.h"
#include "server/access/secrets.h"
#include "server/handlers/request_site.h"
#include "server/http/exchange.h"

const char *caller_bearer(const struct exchange *exchange)
{
    static const char scheme[] = "Bearer ";
    const char *value = exchange_field(exchange, "Authorization");
    if (value == NULL || strncasecmp(value, scheme, sizeof scheme - 1) != 0)
        return NULL;
    value += sizeof scheme - 1;
    value += strspn(value, " ");
    return value[0] == '\0' ? NULL : value;
}

/* Both are compared, whichever it is. */
static enum caller_token judge_token(const char *token, const struct access_secrets *secrets)
{
    bool is_read = access_secrets_is_read(secrets, token);
    bool is_admin = access_secrets_is_admin(secrets, token);
    bool can_be = access_secrets_has_read(secrets) || access_secrets_has_admin(secrets);
    if (token == NULL || !can_be)
        return CALLER_TOKEN_NONE;
    if (is_admin)
        return CALLER_TOKEN_ADMIN;
    return is_read ? CALLER_TOKEN_READ : CALLER_TOKEN_WRONG;
}

/* A browser sends the cookie with whatever leads here: of other sites it counts for nothing. */
static void find_session(const struct exchange *exchange, struct session_key *key,
                         struct caller *caller)
{
    struct request_site site;
    const struct evkeyvalq *fields = evhttp_request_get_input_headers(exchange->request);
    const struct evkeyval *field;
    if (exchange_field(exchange, "Cookie") == NULL)
        return;
    request_site_read(exchange, &site);
    if (!own_origin_is_not_foreign(&site.own))
        return;
    TAILQ_FOREACH(field, fields, next)
    {
        if (strcasecmp(field->key, "Cookie") == 0)
            session_find(key, field->value, clock_wall_us() / 1000000, &caller->session,
                         &caller->session_ends_s);
    }
}

struct caller caller_of(const struct exchange *exchange, const struct access_secrets *secrets)
{
    struct session_key *key = access_secrets_session_key(secrets);
    struct caller caller = {.token = judge_token(caller_bearer(exchange), secrets),
                            .session = SESSION_NONE};
    if (key != NULL)
        find_session(exchange, key, &caller);
    return caller;
}

bool caller_is_reader(const struct caller *caller)
{
    return caller->token == CALLER_TOKEN_READ || caller->token == CALLER_TOKEN_ADMIN ||
           caller->session == SESSION_VALID;
}

bool caller_is_guessing(const struct caller *caller)
{
    return caller->token == CALLER_TOKEN_WRONG ||
           (caller->token == CALLER_TOKEN_NONE && caller->session == SESSION_FORGED);
}
