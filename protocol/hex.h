/* Bytes as hexadecimal digits, and back. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Writes `count` bytes as twice as many lower-case digits, not terminated; returns the place behind
 * them. */
static inline char *hex_write(char *text, const void *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (const uint8_t *at = bytes, *end = at + count; at < end; at++) {
        *text++ = digits[*at >> 4];
        *text++ = digits[*at & 15];
    }
    return text;
}

/* The value of a digit in either case; -1 when it is none. */
static inline int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}
