/* SHA-256 as text. */
#include "protocol/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "protocol/hex.h"

void digest_text(const void *bytes, size_t count, char text[static DIGEST_TEXT_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_bytes = 0;
    if (EVP_Digest(bytes, count, digest, &digest_bytes, EVP_sha256(), NULL) != 1)
        abort();
    *hex_write(text, digest, digest_bytes) = '\0';
}
