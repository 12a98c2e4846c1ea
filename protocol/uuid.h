/* Universally unique identifiers (RFC 9562). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UUID_BYTES = 16, UUID_TEXT_SIZE = 37, UUID_RANDOM_BYTES = 250 };

/* Randomness that is drawn for many UUIDs at once: a call to the kernel for each would be most of
 * what it costs. All zero: none yet. Not for both sides of a fork(). */
struct uuid_random {
    uint8_t bytes[UUID_RANDOM_BYTES];
    size_t left; /* of them, from the first on */
};

/* Makes a random one (version 4). */
void uuid_make(uint8_t uuid[static UUID_BYTES]);

/* Makes one of version 7: `now_us`, microseconds since 1970, cut to milliseconds, and 74 bits of
 * `random`. A time before 1970 is 1970. */
void uuid_make_v7(uint8_t uuid[static UUID_BYTES], int64_t now_us, struct uuid_random *random);

/* Whether it is of version 7 in the RFC's variant. */
bool uuid_is_v7(const uint8_t uuid[static UUID_BYTES]);

/* The time in one of version 7, in microseconds since 1970. */
int64_t uuid_time_us(const uint8_t uuid[static UUID_BYTES]);

/* Writes the 36 characters of its text, terminated. */
void uuid_format(const uint8_t uuid[static UUID_BYTES], char text[static UUID_TEXT_SIZE]);

/* Reads such a text, in digits of either case. Returns false when it is none. */
bool uuid_parse(const char *text, uint8_t uuid[static UUID_BYTES]);

bool uuid_equal(const uint8_t a[static UUID_BYTES], const uint8_t b[static UUID_BYTES]);
