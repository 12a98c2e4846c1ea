/*
 * The session of a browser: a cookie, so that the server keeps nothing of it and every instance
 * knows it. Its value is when it ends, in seconds since 1970, "." and an HMAC-SHA256 over these
 * digits in base64url; the key is made from READ_TOKEN, so that another token ends all sessions.
 * The cookie's name has a mark of the key in it: what is left of an earlier token, or of another
 * server on the same host (cookies know no ports), is no cookie of ours and no forged one either.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SESSION_S = 12 * 3600, SESSION_TEXT_SIZE = 64, SESSION_NAME_SIZE = 32 };

/* What https adds to the name: browsers take such a cookie only with Secure, Path=/, without
 * Domain, so that no other host can have set it (RFC 6265bis section 4.1.3.2). */
#define SESSION_SECURE_PREFIX "__Host-"

struct session_key;

struct session_key *session_key_new(const char *read_token);
void session_key_free(struct session_key *key);

/* The name of the cookie, without the prefix that it has under https. */
const char *session_name(const struct session_key *key);

/* The value of a session that ends at `ends_s`, over 0. */
void session_write(struct session_key *key, int64_t ends_s, char text[static SESSION_TEXT_SIZE]);

enum session_verdict {
    SESSION_NONE,   /* there is no cookie of ours */
    SESSION_FORGED, /* not signed by us */
    SESSION_OVER,   /* ours, and not valid any more */
    SESSION_VALID,
};

/* Judges all cookies of a request, which has one Cookie field or more: called for each field, it
 * makes `*verdict`, SESSION_NONE at first, that of the best so far, and `*ends_s` its end. */
void session_find(struct session_key *key, const char *field, int64_t now_s,
                  enum session_verdict *verdict, int64_t *ends_s);
