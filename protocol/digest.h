/* SHA-256 (FIPS 180-4): for ETags, the checksums of migrations and the keys of events. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_TEXT_SIZE = 65 };

/* Writes the digest of `bytes`. Allocates nothing. */
void digest_bytes(const void *bytes, size_t count, uint8_t digest[static DIGEST_BYTES]);

/* Writes the digest of `bytes` as 64 lower-case hexadecimal digits, terminated. */
void digest_text(const void *bytes, size_t count, char text[static DIGEST_TEXT_SIZE]);

/* Writes the strong ETag (RFC 9110 section 8.8.3) of what has this digest, with its quotes; `form`
 * tells it from other forms of the same: "", or "-gzip". */
enum { DIGEST_ETAG_SIZE = 40 };
void digest_etag(const char digest[static DIGEST_TEXT_SIZE], const char *form,
                 char etag[static DIGEST_ETAG_SIZE]);

/* The same of bytes that come piece by piece. */
struct digest;
struct digest *digest_new(void);
void digest_free(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t count);

/* Of all that was added; nothing may be added any more. */
void digest_write(struct digest *digest, char text[static DIGEST_TEXT_SIZE]);

/* Whether two texts are the same; the time that it takes tells nothing of where they differ. */
bool digest_is_same_text(const char *one, const char *other);
