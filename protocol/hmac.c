/* HMAC-SHA256. */
#include "protocol/hmac.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/params.h>

#include "protocol/memory.h"

struct hmac {
    EVP_MAC_CTX *context; /* keeps the key */
};

/* A context looks its method up and digests its key once: for each code anew that would be five
 * times the work. */
struct hmac *hmac_new(const void *key, size_t key_bytes)
{
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                               OSSL_PARAM_construct_end()};
    struct hmac *hmac = memory_zeroed(sizeof *hmac);
    EVP_MAC *method = memory_required(EVP_MAC_fetch(NULL, "HMAC", NULL));
    hmac->context = memory_required(EVP_MAC_CTX_new(method));
    EVP_MAC_free(method);
    if (EVP_MAC_init(hmac->context, key, key_bytes, parameters) != 1)
        abort();
    return hmac;
}

void hmac_free(struct hmac *hmac)
{
    if (hmac == NULL)
        return;
    EVP_MAC_CTX_free(hmac->context);
    free(hmac);
}

void hmac_sign(struct hmac *hmac, const void *bytes, size_t count,
               uint8_t code[static DIGEST_BYTES])
{
    size_t written;
    if (EVP_MAC_init(hmac->context, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(hmac->context, bytes, count) != 1 ||
        EVP_MAC_final(hmac->context, code, &written, DIGEST_BYTES) != 1)
        abort();
}
