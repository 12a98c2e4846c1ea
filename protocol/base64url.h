/* Bytes as base64url (RFC 4648 section 5) without padding, and back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long the text of `count` bytes is. */
#define BASE64URL_TEXT_BYTES(count) (((count)*4 + 2) / 3)

/* Writes BASE64URL_TEXT_BYTES(count) characters, not terminated; returns the place behind them. */
char *base64url_write(char *text, const void *bytes, size_t count);

/*
 * Reads such a text into at most `bytes_max` bytes, and how many there are into `*count`. Returns
 * false, with `bytes` undefined, when they are more or the text is not the one that
 * base64url_write() makes of them: no padding, no white space, no bit that is not of a byte.
 */
bool base64url_read(const char *text, size_t text_bytes, uint8_t *bytes, size_t bytes_max,
                    size_t *count);
