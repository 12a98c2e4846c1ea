/* Percent-encoding (RFC 3986 section 2.1), taken apart. */
#pragma once

#include <stdbool.h>

#include "protocol/hex.h"

/*
 * Takes the next character at `*at`, which is before `end`, decoded: `*at` moves behind it. Returns
 * false at a % that two hexadecimal digits don't follow.
 */
static inline bool percent_take(const char **at, const char *end, char *c)
{
    *c = *(*at)++;
    if (*c != '%')
        return true;
    if (end - *at < 2)
        return false;
    int high = hex_value((*at)[0]);
    int low = hex_value((*at)[1]);
    if (high < 0 || low < 0)
        return false;
    *at += 2;
    *c = (char)(unsigned char)(high * 16 + low);
    return true;
}

/*
 * Whether `c` means the same encoded and as it is (RFC 3986 section 2.3): a letter, a digit or one
 * of "-._~". Any other that is encoded is not what it would be raw.
 */
static inline bool percent_is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}
