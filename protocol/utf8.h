/* Tells well-formed UTF-8 (RFC 3629) from bytes that would spoil a log line or a whole scrape. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns how many of the `length` bytes at `bytes` the first character takes, 1 to 4, or 0 where
 * they are no well-formed UTF-8: overlong, a surrogate, above U+10FFFF or cut off.
 */
static inline size_t utf8_bytes(const char *bytes, size_t length)
{
    if (length == 0)
        return 0;
    unsigned char lead = (unsigned char)bytes[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    size_t want = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length < want)
        return 0;
    unsigned char second = (unsigned char)bytes[1];
    unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most)
        return 0;
    for (size_t i = 2; i < want; i++) {
        if (((unsigned char)bytes[i] & 0xC0) != 0x80)
            return 0;
    }
    return want;
}

/*
 * Where to cut text of `length` bytes so that at most `max` are left and no character is halved. To
 * see the character at the cut it needs the 3 bytes behind `max`, where there are as many.
 */
static inline size_t utf8_cut(const char *text, size_t length, size_t max)
{
    if (length <= max)
        return length;
    for (size_t bytes = 1; bytes <= 3 && bytes <= max; bytes++) {
        size_t start = max - bytes;
        if (utf8_bytes(text + start, length - start) > bytes)
            return start;
    }
    return max;
}

/*
 * Whether the character of `bytes` bytes at `at` is a control character (U+0000 to U+001F, U+007F
 * to U+009F). Those above U+007F are well-formed, but a terminal obeys them as it does ESC.
 */
static inline bool utf8_is_control(const char *at, size_t bytes)
{
    unsigned char first = (unsigned char)at[0];
    if (bytes == 1)
        return first < 0x20 || first == 0x7F;
    return bytes == 2 && first == 0xC2 && (unsigned char)at[1] < 0xA0;
}
