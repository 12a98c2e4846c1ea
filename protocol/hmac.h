/* HMAC-SHA256 (RFC 2104) under a key that is used many times. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "protocol/digest.h"

struct hmac;

/* Keeps what it needs of the key. */
struct hmac *hmac_new(const void *key, size_t key_bytes);
void hmac_free(struct hmac *hmac);

/* Writes the code of `bytes`. Allocates nothing. */
void hmac_sign(struct hmac *hmac, const void *bytes, size_t count,
               uint8_t code[static DIGEST_BYTES]);
