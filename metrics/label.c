/* The escaping of a label's value. */
#include "metrics/metrics.h"

#include <string.h>

#include "protocol/utf8.h"

/* Escapes the character at `*at` into `unit`, moves `*at` past it and returns the unit's length. */
static size_t escape_character(const char **at, const char *end, char unit[4])
{
    /* U+FFFD: one bad byte would fail the whole scrape. */
    static const char replacement[] = {'\xEF', '\xBF', '\xBD'};
    char first = **at;
    size_t bytes = utf8_bytes(*at, (size_t)(end - *at));
    if (bytes == 0) {
        memcpy(unit, replacement, sizeof replacement);
        *at += 1;
        return sizeof replacement;
    }
    if (first == '\\' || first == '"' || first == '\n') {
        unit[0] = '\\';
        unit[1] = first;
        if (first == '\n')
            unit[1] = 'n';
        *at += 1;
        return 2;
    }
    memcpy(unit, *at, bytes);
    *at += bytes;
    return bytes;
}

size_t metrics_label(char *labels, size_t size, const char *name, const char *value)
{
    size_t used = strlen(name) + 2;
    if (size > 0)
        labels[0] = '\0';
    if (used + 2 > size)
        return 0;
    memcpy(labels, name, used - 2);
    memcpy(labels + used - 2, "=\"", 2);
    for (const char *end = value + strlen(value); value < end;) {
        char unit[4];
        size_t length = escape_character(&value, end, unit);
        if (used + length + 2 > size)
            break;
        memcpy(labels + used, unit, length);
        used += length;
    }
    memcpy(labels + used, "\"", 2);
    return used + 1;
}
