/*
 * The token of an answer: what its trackers and its click-through carry, so that the server keeps
 * nothing of the answer. base64url (RFC 4648 section 5, without padding) of
 *
 *   version (1) | flags (1) | verdict (1) | UUID (16) | ad id (4) | placement (0 to 64) | HMAC (16)
 *
 * the HMAC-SHA256 (RFC 2104) over all that is before it, cut to 128 bits. The UUID, of version 7
 * (RFC 9562), is the AdServingId; its time is when the ad was served.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"
#include "protocol/result.h"
#include "protocol/uuid.h"

enum {
    TOKEN_SECRETS_MAX = 8,
    TOKEN_SECRET_MIN_BYTES = 32,
    SERVING_TOKEN_MAX_BYTES = 138, /* of its text */
};

struct serving_token {
    uint8_t flags;   /* as an event's, those that are the answer's */
    uint8_t verdict; /* enum event_verdict */
    uint8_t placement_bytes;
    int32_t ad_id; /* 0 = there was none */
    uint8_t serving_id[UUID_BYTES];
    char placement[EVENT_PLACEMENT_MAX_BYTES]; /* not terminated */
};

/* The secrets under which tokens are signed and verified. */
struct token_keys;

/*
 * Takes `secrets`: up to TOKEN_SECRETS_MAX by commas, each of TOKEN_SECRET_MIN_BYTES at least;
 * white space around them is none of theirs. The first signs, all verify. Returns NULL with an
 * error that names TOKEN_SECRET and repeats none of it.
 */
struct token_keys *token_keys_new(const char *secrets, struct error *error);
void token_keys_free(struct token_keys *keys);

/* Gives the token an id of its own, of `now_us` in microseconds since 1970: but never of midnight,
 * which an event's key takes for no time, so that it would count again on another day. */
void serving_token_set_id(struct serving_token *token, int64_t now_us, struct uuid_random *random);

/* Signs a token and writes its text, not terminated. Returns its length in bytes. */
size_t serving_token_write(struct token_keys *keys, const struct serving_token *token,
                           char text[static SERVING_TOKEN_MAX_BYTES]);

/* Reads a token's text. Returns RESULT_MALFORMED when it is none, or none of ours: compared in
 * constant time. */
MUST_CHECK enum result serving_token_read(struct token_keys *keys, const char *text,
                                          size_t text_bytes, struct serving_token *token);

/* When the ad was served, in microseconds since 1970: the UUID's time. */
int64_t serving_token_served_us(const struct serving_token *token);
