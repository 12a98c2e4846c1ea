/* SHA-256 as text. */
#include "protocol/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "protocol/hex.h"
#include "protocol/memory.h"

struct digest {
    EVP_MD_CTX *context;
};

void digest_text(const void *bytes, size_t count, char text[static DIGEST_TEXT_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_bytes = 0;
    if (EVP_Digest(bytes, count, digest, &digest_bytes, EVP_sha256(), NULL) != 1)
        abort();
    *hex_write(text, digest, digest_bytes) = '\0';
}

struct digest *digest_new(void)
{
    struct digest *digest = memory_zeroed(sizeof *digest);
    digest->context = memory_required(EVP_MD_CTX_new());
    if (EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1)
        abort();
    return digest;
}

void digest_free(struct digest *digest)
{
    if (digest == NULL)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

void digest_add(struct digest *digest, const void *bytes, size_t count)
{
    if (EVP_DigestUpdate(digest->context, bytes, count) != 1)
        abort();
}

void digest_write(struct digest *digest, char text[static DIGEST_TEXT_SIZE])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int count = 0;
    if (EVP_DigestFinal_ex(digest->context, bytes, &count) != 1)
        abort();
    *hex_write(text, bytes, count) = '\0';
}
