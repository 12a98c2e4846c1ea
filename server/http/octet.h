/* What bytes may stand where in a request. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* In a token, such as a method or the name of a field (RFC 9110 section 5.6.2). */
static inline bool http_is_token_byte(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')
        return true;
    switch (c) {
    case '!':
    case '#':
    case '$':
    case '%':
    case '&':
    case '\'':
    case '*':
    case '+':
    case '.':
    case '^':
    case '_':
    case '`':
    case '|':
    case '~':
        return true;
    default:
        return false;
    }
}

/* In the value of a field (RFC 9110 section 5.5): anything but control characters, HTAB aside. */
static inline bool http_is_value_byte(char c)
{
    return ((unsigned char)c >= 0x20 && c != 0x7F) || c == '\t';
}

/* Whether all of `text` are such. */
bool http_is_value(const char *text, size_t bytes);
