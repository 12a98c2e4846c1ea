/* Universally unique identifiers (RFC 9562). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { UUID_BYTES = 16, UUID_TEXT_SIZE = 37 };

/* Makes a random one (version 4). */
void uuid_make(uint8_t uuid[static UUID_BYTES]);

/* Writes the 36 characters of its text, terminated. */
void uuid_format(const uint8_t uuid[static UUID_BYTES], char text[static UUID_TEXT_SIZE]);

/* Reads such a text, in digits of either case. Returns false when it is none. */
bool uuid_parse(const char *text, uint8_t uuid[static UUID_BYTES]);

bool uuid_equal(const uint8_t a[static UUID_BYTES], const uint8_t b[static UUID_BYTES]);
