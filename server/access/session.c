/* The session of a browser. */
#include "server/access/session.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "protocol/base64url.h"
#include "protocol/digits.h"
#include "protocol/hex.h"
#include "protocol/hmac.h"
#include "protocol/memory.h"
#include "server/access/cookie.h"

enum { MARK_BYTES = 4, END_DIGITS_MAX = 12 };

struct session_key {
    struct hmac *hmac;
    char name[SESSION_NAME_SIZE];
};

/* Neither the key nor the mark is any other use of the token. */
struct session_key *session_key_new(const char *read_token)
{
    static const char use[] = "video-ad-tracker session 1";
    static const char mark[] = "name";
    uint8_t code[DIGEST_BYTES];
    struct session_key *key = memory_zeroed(sizeof *key);
    struct hmac *token = hmac_new(read_token, strlen(read_token));
    hmac_sign(token, use, sizeof use - 1, code);
    hmac_free(token);
    key->hmac = hmac_new(code, sizeof code);
    hmac_sign(key->hmac, mark, sizeof mark - 1, code);
    *hex_write(stpcpy(key->name, "vat_session_"), code, MARK_BYTES) = '\0';
    OPENSSL_cleanse(code, sizeof code);
    return key;
}

void session_key_free(struct session_key *key)
{
    if (key == NULL)
        return;
    hmac_free(key->hmac);
    free(key);
}

const char *session_name(const struct session_key *key)
{
    return key->name;
}

/* Behind the digits of the end. */
static char *write_code(struct session_key *key, const char *digits, size_t digits_bytes,
                        char *text)
{
    uint8_t code[DIGEST_BYTES];
    hmac_sign(key->hmac, digits, digits_bytes, code);
    return base64url_write(text, code, sizeof code);
}

void session_write(struct session_key *key, int64_t ends_s, char text[static SESSION_TEXT_SIZE])
{
    int digits = snprintf(text, SESSION_TEXT_SIZE, "%" PRId64, ends_s);
    text[digits] = '.';
    *write_code(key, text, (size_t)digits, text + digits + 1) = '\0';
}

static enum session_verdict judge(struct session_key *key, const struct cookie *cookie,
                                  int64_t now_s, int64_t *ends_s)
{
    enum { CODE_BYTES = BASE64URL_TEXT_BYTES(DIGEST_BYTES) };
    char code[CODE_BYTES];
    uint64_t end;
    const char *dot = memchr(cookie->value, '.', cookie->value_bytes);
    size_t digits = dot == NULL ? 0 : (size_t)(dot - cookie->value);
    if (dot == NULL || cookie->value_bytes - digits - 1 != CODE_BYTES ||
        !digits_read(cookie->value, digits, END_DIGITS_MAX, &end))
        return SESSION_FORGED;
    (void)write_code(key, cookie->value, digits, code);
    if (CRYPTO_memcmp(code, dot + 1, CODE_BYTES) != 0)
        return SESSION_FORGED;
    *ends_s = (int64_t)end;
    return *ends_s > now_s ? SESSION_VALID : SESSION_OVER;
}

static bool is_session(const struct session_key *key, const struct cookie *cookie)
{
    const char *name = cookie->name;
    size_t bytes = cookie->name_bytes;
    size_t prefix = sizeof SESSION_SECURE_PREFIX - 1;
    if (bytes > prefix && memcmp(name, SESSION_SECURE_PREFIX, prefix) == 0) {
        name += prefix;
        bytes -= prefix;
    }
    return bytes == strlen(key->name) && memcmp(name, key->name, bytes) == 0;
}

void session_find(struct session_key *key, const char *field, int64_t now_s,
                  enum session_verdict *verdict, int64_t *ends_s)
{
    struct cookie cookie;
    while (cookie_next(&field, &cookie)) {
        int64_t ends = 0;
        if (!is_session(key, &cookie))
            continue;
        enum session_verdict found = judge(key, &cookie, now_s, &ends);
        if (found > *verdict) {
            *verdict = found;
            *ends_s = ends;
        }
    }
}
