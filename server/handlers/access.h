/* Who may do more than everybody (RFC 6750). */
#pragma once

#include <stdbool.h>

struct exchange;

/*
 * Each of the first three answers whoever may not, with 401, or 403 where the variable that would
 * help is not set; the exchange is over then.
 */

/* Analytics, metrics: everybody where there is no READ_TOKEN. */
bool access_may_read(struct exchange *exchange);

/* What is nobody else's business, as raw events and ads that are not available: nobody where there
 * is neither READ_TOKEN nor ADMIN_TOKEN. */
bool access_may_read_private(struct exchange *exchange);

/* Changes: ADMIN_TOKEN alone. */
bool access_is_admin(struct exchange *exchange);

/* Whether access_may_read_private() would say yes; answers nothing. */
bool access_is_reader(const struct exchange *exchange);
