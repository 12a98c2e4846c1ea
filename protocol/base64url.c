/* Bytes as base64url. */
#include "protocol/base64url.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

enum { NO = 0x80 }; /* no digit: the bit that no value has */

/* By character, those of ASCII. */
/* clang-format off */
static const uint8_t values[128] = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
    NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, 63,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
};
/* clang-format on */

static uint32_t value_of(char character)
{
    uint8_t code = (uint8_t)character;
    return code < sizeof values ? values[code] : NO;
}

char *base64url_write(char *text, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    for (; count >= 3; count -= 3, at += 3) {
        uint32_t group = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
        *text++ = digits[group >> 18];
        *text++ = digits[group >> 12 & 63];
        *text++ = digits[group >> 6 & 63];
        *text++ = digits[group & 63];
    }
    if (count > 0) {
        uint32_t rest = (uint32_t)at[0] << 8 | (count > 1 ? at[1] : 0);
        *text++ = digits[rest >> 10];
        *text++ = digits[rest >> 4 & 63];
        if (count > 1)
            *text++ = digits[rest << 2 & 63];
    }
    return text;
}

/* The two or three characters of the last one or two bytes. */
static bool read_rest(const char *text, size_t text_bytes, uint8_t *bytes)
{
    uint32_t first = value_of(text[0]);
    uint32_t second = value_of(text[1]);
    uint32_t third = text_bytes > 2 ? value_of(text[2]) : 0;
    if (((first | second | third) & NO) != 0)
        return false;
    uint32_t rest = first << 12 | second << 6 | third;
    bytes[0] = (uint8_t)(rest >> 10);
    if (text_bytes == 2)
        return (rest & 0x3ff) == 0;
    bytes[1] = (uint8_t)(rest >> 2);
    return (rest & 3) == 0;
}

bool base64url_read(const char *text, size_t text_bytes, uint8_t *bytes, size_t bytes_max,
                    size_t *count)
{
    *count = text_bytes / 4 * 3 + text_bytes % 4 * 3 / 4;
    if (text_bytes % 4 == 1 || *count > bytes_max)
        return false;
    for (; text_bytes >= 4; text_bytes -= 4, text += 4, bytes += 3) {
        uint32_t first = value_of(text[0]);
        uint32_t second = value_of(text[1]);
        uint32_t third = value_of(text[2]);
        uint32_t fourth = value_of(text[3]);
        if (((first | second | third | fourth) & NO) != 0)
            return false;
        uint32_t group = first << 18 | second << 12 | third << 6 | fourth;
        bytes[0] = (uint8_t)(group >> 16);
        bytes[1] = (uint8_t)(group >> 8);
        bytes[2] = (uint8_t)group;
    }
    return text_bytes == 0 || read_rest(text, text_bytes, bytes);
}
