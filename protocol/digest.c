/*
 * SHA-256. By the library's plain functions, whose state is the caller's: the EVP interface looks
 * its method up and allocates for each digest, and an event's key took 277 ns instead of 50. They
 * are marked as deprecated for new programs, nowhere as going away.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "protocol/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "protocol/hex.h"
#include "protocol/memory.h"

_Static_assert(DIGEST_BYTES == SHA256_DIGEST_LENGTH, "SHA-256");

struct digest {
    SHA256_CTX context;
};

static void begin(SHA256_CTX *context)
{
    if (SHA256_Init(context) != 1)
        abort();
}

static void add(SHA256_CTX *context, const void *bytes, size_t count)
{
    if (SHA256_Update(context, bytes, count) != 1)
        abort();
}

static void end(SHA256_CTX *context, uint8_t digest[static DIGEST_BYTES])
{
    if (SHA256_Final(digest, context) != 1)
        abort();
}

void digest_bytes(const void *bytes, size_t count, uint8_t digest[static DIGEST_BYTES])
{
    SHA256_CTX context;
    begin(&context);
    add(&context, bytes, count);
    end(&context, digest);
}

void digest_text(const void *bytes, size_t count, char text[static DIGEST_TEXT_SIZE])
{
    uint8_t digest[DIGEST_BYTES];
    digest_bytes(bytes, count, digest);
    *hex_write(text, digest, sizeof digest) = '\0';
}

struct digest *digest_new(void)
{
    struct digest *digest = memory_zeroed(sizeof *digest);
    begin(&digest->context);
    return digest;
}

void digest_free(struct digest *digest)
{
    free(digest);
}

void digest_add(struct digest *digest, const void *bytes, size_t count)
{
    add(&digest->context, bytes, count);
}

void digest_write(struct digest *digest, char text[static DIGEST_TEXT_SIZE])
{
    uint8_t bytes[DIGEST_BYTES];
    end(&digest->context, bytes);
    *hex_write(text, bytes, sizeof bytes) = '\0';
}

void digest_etag(const char digest[static DIGEST_TEXT_SIZE], const char *form,
                 char etag[static DIGEST_ETAG_SIZE])
{
    (void)snprintf(etag, DIGEST_ETAG_SIZE, "\"%.32s%s\"", digest, form);
}

bool digest_is_same_text(const char *one, const char *other)
{
    uint8_t digests[2][DIGEST_BYTES];
    digest_bytes(one, strlen(one), digests[0]);
    digest_bytes(other, strlen(other), digests[1]);
    return CRYPTO_memcmp(digests[0], digests[1], DIGEST_BYTES) == 0;
}
