/* The cookie of a session. */
#include "server/handlers/session_cookie.h"

#include <stdio.h>

#include "server/access/session.h"
#include "server/http/exchange.h"

enum { FIELD_SIZE = 256 };

/* For every path, since the prefix wants that; for no script and no page of another site. */
static void add(struct exchange *exchange, const char *name, const char *value, int age_s,
                bool is_https)
{
    char field[FIELD_SIZE];
    (void)snprintf(field, sizeof field, "%s%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                   is_https ? SESSION_SECURE_PREFIX : "", name, value, age_s,
                   is_https ? "; Secure" : "");
    exchange_header(exchange, "Set-Cookie", field);
}

void session_cookie_set(struct exchange *exchange, struct session_key *key, int64_t ends_s,
                        bool is_https)
{
    char value[SESSION_TEXT_SIZE];
    session_write(key, ends_s, value);
    add(exchange, session_name(key), value, SESSION_S, is_https);
}

void session_cookie_clear(struct exchange *exchange, const struct session_key *key)
{
    add(exchange, session_name(key), "", 0, false);
    add(exchange, session_name(key), "", 0, true);
}
