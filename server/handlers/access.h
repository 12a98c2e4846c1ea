/*
 * Who may do more than everybody: by a token as a bearer (RFC 6750), for reading also by the
 * session of a page. What each may be asked for is said here; server/access/ knows how.
 */
#pragma once

#include <stdbool.h>

struct access;
struct access_secrets;
struct caller;
struct event_base;
struct exchange;
struct metrics;

/* Without tokens: access_secrets() takes them. `base` and `metrics` are borrowed. */
struct access *access_new(struct event_base *base, struct metrics *metrics);

/* None of its answers is kept back any more then. */
void access_free(struct access *access);

/* The tokens, which may be set again between any two requests. */
struct access_secrets *access_secrets(const struct access *access);

/* Sends the answers that are kept back; from now on none is. */
void access_stop(struct access *access);

/*
 * Looks at a request before its handler: on the listener of operators whether it was sent there by
 * a name of ours (421), and for an operators' route whether a token is in its URL (400) and a
 * change comes from another site (403). Says what pages may read of the answer. Returns false when
 * it has answered.
 */
bool access_admit(struct exchange *exchange);

/*
 * Each of the next four answers whoever may not: 401, late where what came with the request is
 * wrong, or 403 where the variable that would help is not set, or READ_TOKEN is not enough, or 429
 * where too many have to wait, or 404 at the public's listener where operators have their own, or
 * 400 where a token is in the URL. The exchange is over then.
 */

/* Analytics, metrics: everybody where there is no READ_TOKEN. */
bool access_may_read(struct exchange *exchange);

/* What is nobody else's business, as raw events and ads that are not available: nobody where there
 * is neither READ_TOKEN nor ADMIN_TOKEN. */
bool access_may_read_private(struct exchange *exchange);

/* The same by a token as a bearer, not by a session. */
bool access_has_token(struct exchange *exchange);

/* Changes: ADMIN_TOKEN alone, and as a bearer. */
bool access_is_admin(struct exchange *exchange);

/* Whether access_may_read_private() would say yes; answers nothing, but a wrong token makes the
 * answer late. */
bool access_is_reader(struct exchange *exchange);

/* Counts a failed attempt, and has the answer come late. Returns false where too many have to wait:
 * then it has answered 429. */
bool access_slow_down(struct exchange *exchange);
