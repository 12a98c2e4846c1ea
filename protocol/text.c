/* Checks text against RFC 3629, one character at a time. */
#include "protocol/text.h"

#include <stdint.h>

static bool is_continuation(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Bytes that a character with this first byte takes; 0 where none starts with it. */
static size_t sequence_bytes(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* The second byte alone tells overlong forms, surrogates and what lies above U+10FFFF. */
static bool fits_first(uint8_t first, uint8_t second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second < 0xa0;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second < 0x90;
    default:
        return true;
    }
}

static bool is_control(const uint8_t *character)
{
    return character[0] < 0x20 || character[0] == 0x7f ||
           (character[0] == 0xc2 && character[1] < 0xa0);
}

bool text_is_printable(const char *text, size_t length)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t step = 0;
    for (size_t i = 0; i < length; i += step) {
        step = sequence_bytes(bytes[i]);
        if (step == 0 || step > length - i)
            return false;
        for (size_t j = 1; j < step; j++)
            if (!is_continuation(bytes[i + j]))
                return false;
        if ((step > 1 && !fits_first(bytes[i], bytes[i + 1])) || is_control(bytes + i))
            return false;
    }
    return true;
}
