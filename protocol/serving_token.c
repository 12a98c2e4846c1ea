/* The token of an answer. */
#include "protocol/serving_token.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "protocol/base64url.h"
#include "protocol/bytes.h"
#include "protocol/digest.h"
#include "protocol/event_fields.h"
#include "protocol/hmac.h"
#include "protocol/memory.h"
#include "protocol/text.h"

enum { VERSION = 1 };
enum { MS_US = 1000, DAY_MS = 24 * 3600 * 1000 };

enum {
    AT_VERSION = 0,
    AT_FLAGS = 1,
    AT_VERDICT = 2,
    AT_SERVING_ID = 3,
    AT_AD_ID = AT_SERVING_ID + UUID_BYTES,
    AT_PLACEMENT = AT_AD_ID + 4,
};

enum {
    MAC_BYTES = 16, /* of the digest */
    TOKEN_MIN_BYTES = AT_PLACEMENT + MAC_BYTES,
    TOKEN_MAX_BYTES = TOKEN_MIN_BYTES + EVENT_PLACEMENT_MAX_BYTES,
};

_Static_assert(SERVING_TOKEN_MAX_BYTES == BASE64URL_TEXT_BYTES(TOKEN_MAX_BYTES), "of its text");

struct token_keys {
    size_t count;
    struct hmac *macs[TOKEN_SECRETS_MAX]; /* [0] signs */
};

static enum result add_secret(struct token_keys *keys, const char *secret, size_t bytes,
                              struct error *error)
{
    for (; bytes > 0 && text_is_blank(secret[0]); bytes--)
        secret++;
    while (bytes > 0 && text_is_blank(secret[bytes - 1]))
        bytes--;
    if (keys->count == TOKEN_SECRETS_MAX)
        return error_set(error, RESULT_INVALID, "TOKEN_SECRET has more than %d secrets",
                         TOKEN_SECRETS_MAX);
    if (bytes == 0)
        return error_set(error, RESULT_INVALID, "secret %zu of TOKEN_SECRET is empty",
                         keys->count + 1);
    if (bytes < TOKEN_SECRET_MIN_BYTES)
        return error_set(error, RESULT_INVALID,
                         "secret %zu of TOKEN_SECRET is shorter than %d characters",
                         keys->count + 1, TOKEN_SECRET_MIN_BYTES);
    keys->macs[keys->count++] = hmac_new(secret, bytes);
    return RESULT_OK;
}

struct token_keys *token_keys_new(const char *secrets, struct error *error)
{
    struct token_keys *keys = memory_zeroed(sizeof *keys);
    for (const char *secret = secrets; secret != NULL;) {
        const char *end = strchrnul(secret, ',');
        if (add_secret(keys, secret, (size_t)(end - secret), error) != RESULT_OK) {
            token_keys_free(keys);
            return NULL;
        }
        secret = *end == ',' ? end + 1 : NULL;
    }
    return keys;
}

void token_keys_free(struct token_keys *keys)
{
    if (keys == NULL)
        return;
    for (size_t i = 0; i < keys->count; i++)
        hmac_free(keys->macs[i]);
    free(keys);
}

/* We sign no other, but whoever knows the secret could. */
static bool is_sound(const struct serving_token *token)
{
    return (token->flags & ~EVENT_FLAGS_MASK) == 0 && token->verdict < EVENT_VERDICTS &&
           token->ad_id >= 0 && uuid_is_v7(token->serving_id) &&
           (token->placement_bytes == 0 ||
            event_fields_is_placement(token->placement, token->placement_bytes));
}

void serving_token_set_id(struct serving_token *token, int64_t now_us, struct uuid_random *random)
{
    bool is_midnight = now_us / MS_US % DAY_MS == 0;
    uuid_make_v7(token->serving_id, is_midnight ? now_us + MS_US : now_us, random);
}

size_t serving_token_write(struct token_keys *keys, const struct serving_token *token,
                           char text[static SERVING_TOKEN_MAX_BYTES])
{
    uint8_t bytes[TOKEN_MAX_BYTES - MAC_BYTES + DIGEST_BYTES];
    size_t signed_bytes = AT_PLACEMENT + (size_t)token->placement_bytes;
    assert(is_sound(token));
    bytes[AT_VERSION] = VERSION;
    bytes[AT_FLAGS] = token->flags;
    bytes[AT_VERDICT] = token->verdict;
    memcpy(bytes + AT_SERVING_ID, token->serving_id, UUID_BYTES);
    bytes_put_be32(bytes + AT_AD_ID, (uint32_t)token->ad_id);
    memcpy(bytes + AT_PLACEMENT, token->placement, token->placement_bytes);
    hmac_sign(keys->macs[0], bytes, signed_bytes, bytes + signed_bytes);
    return (size_t)(base64url_write(text, bytes, signed_bytes + MAC_BYTES) - text);
}

static bool is_signed(struct token_keys *keys, const uint8_t *bytes, size_t signed_bytes)
{
    uint8_t signature[DIGEST_BYTES];
    for (size_t i = 0; i < keys->count; i++) {
        hmac_sign(keys->macs[i], bytes, signed_bytes, signature);
        if (CRYPTO_memcmp(signature, bytes + signed_bytes, MAC_BYTES) == 0)
            return true;
    }
    return false;
}

enum result serving_token_read(struct token_keys *keys, const char *text, size_t text_bytes,
                               struct serving_token *token)
{
    uint8_t bytes[TOKEN_MAX_BYTES];
    size_t count;
    if (!base64url_read(text, text_bytes, bytes, sizeof bytes, &count) || count < TOKEN_MIN_BYTES ||
        bytes[AT_VERSION] != VERSION || !is_signed(keys, bytes, count - MAC_BYTES))
        return RESULT_MALFORMED;
    token->flags = bytes[AT_FLAGS];
    token->verdict = bytes[AT_VERDICT];
    token->placement_bytes = (uint8_t)(count - TOKEN_MIN_BYTES);
    token->ad_id = (int32_t)bytes_get_be32(bytes + AT_AD_ID);
    memcpy(token->serving_id, bytes + AT_SERVING_ID, UUID_BYTES);
    memcpy(token->placement, bytes + AT_PLACEMENT, token->placement_bytes);
    return is_sound(token) ? RESULT_OK : RESULT_MALFORMED;
}

int64_t serving_token_served_us(const struct serving_token *token)
{
    return uuid_time_us(token->serving_id);
}
