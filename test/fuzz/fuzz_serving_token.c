/*
 * Tokens of any text, and of any bytes under our own signature, which no fuzzer could guess: what
 * is read is written as the same text, and without the signature it is refused.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "protocol/base64url.h"
#include "protocol/serving_token.h"

#define SECRET "0123456789abcdef0123456789abcdef"

enum { BYTES_MAX = 256, MAC_BYTES = 16 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct token_keys *keys;

static void require(int condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    keys = token_keys_new(SECRET, NULL);
    require(keys != NULL);
    return 0;
}

static void check_base64url(const char *text, size_t text_bytes)
{
    uint8_t bytes[BYTES_MAX];
    char again[BASE64URL_TEXT_BYTES(BYTES_MAX)];
    size_t count;
    if (!base64url_read(text, text_bytes, bytes, sizeof bytes, &count))
        return;
    require(count <= sizeof bytes);
    require((size_t)(base64url_write(again, bytes, count) - again) == text_bytes);
    require(memcmp(again, text, text_bytes) == 0);
}

static int check_token(const char *text, size_t text_bytes)
{
    struct serving_token token;
    char again[SERVING_TOKEN_MAX_BYTES];
    if (serving_token_read(keys, text, text_bytes, &token) != RESULT_OK)
        return 0;
    require(token.placement_bytes <= sizeof token.placement && token.ad_id >= 0);
    require(token.verdict < EVENT_VERDICTS && serving_token_served_us(&token) >= 0);
    require(serving_token_write(keys, &token, again) == text_bytes);
    require(memcmp(again, text, text_bytes) == 0);
    return 1;
}

static void check_signed(const uint8_t *data, size_t size)
{
    uint8_t bytes[BYTES_MAX + EVP_MAX_MD_SIZE];
    char text[BASE64URL_TEXT_BYTES(BYTES_MAX + MAC_BYTES)];
    memcpy(bytes, data, size);
    require(HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), data, size, bytes + size, NULL) !=
            NULL);
    size_t text_bytes = (size_t)(base64url_write(text, bytes, size + MAC_BYTES) - text);
    if (!check_token(text, text_bytes))
        return;
    for (size_t at = 0; at < MAC_BYTES; at++) {
        bytes[size + at] ^= (uint8_t)(1 << at % 8);
        (void)base64url_write(text, bytes, size + MAC_BYTES);
        require(!check_token(text, text_bytes));
        bytes[size + at] ^= (uint8_t)(1 << at % 8);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + (size == 0));
    require(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    check_base64url(text, size);
    (void)check_token(text, size);
    free(text);
    if (size > 0 && size <= BYTES_MAX)
        check_signed(data, size);
    return 0;
}
