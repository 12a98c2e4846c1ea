/* SHA-256 as text. */
#include "protocol/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>

void digest_text(const void *bytes, size_t count, char text[static DIGEST_TEXT_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_bytes = 0;
    if (EVP_Digest(bytes, count, digest, &digest_bytes, EVP_sha256(), NULL) != 1)
        abort();
    for (unsigned int i = 0; i < digest_bytes; i++) {
        text[2 * i] = hex[digest[i] >> 4];
        text[2 * i + 1] = hex[digest[i] & 15];
    }
    text[2 * digest_bytes] = '\0';
}
