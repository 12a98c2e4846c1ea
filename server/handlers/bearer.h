/* Who may do more than everybody (RFC 6750). */
#pragma once

#include <stdbool.h>

struct exchange;

/* Whether the request's `Authorization: Bearer` is ADMIN_TOKEN, compared in constant time. If not,
 * that is answered: 401, or 403 where there is no ADMIN_TOKEN; the exchange is over. */
bool bearer_is_admin(struct exchange *exchange);

/* The same of READ_TOKEN, for which ADMIN_TOKEN stands as well. */
bool bearer_may_read(struct exchange *exchange);
