/* SHA-256 (FIPS 180-4) as text: for ETags and the checksums of migrations. */
#pragma once

#include <stddef.h>

enum { DIGEST_TEXT_SIZE = 65 };

/* Writes the digest of `bytes` as 64 lower-case hexadecimal digits, terminated. */
void digest_text(const void *bytes, size_t count, char text[static DIGEST_TEXT_SIZE]);

/* The same of bytes that come piece by piece. */
struct digest;
struct digest *digest_new(void);
void digest_free(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t count);

/* Of all that was added; nothing may be added any more. */
void digest_write(struct digest *digest, char text[static DIGEST_TEXT_SIZE]);
