/* A growing text of JSON. */
#include "protocol/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"

void render_clear(struct render_text *text)
{
    free(text->bytes);
    *text = (struct render_text){0};
}

void render_reserve(struct render_text *text, size_t more)
{
    if (text->size - text->length >= more)
        return;
    size_t doubled = text->size * 2;
    size_t wanted = text->length + more;
    text->size = doubled > wanted ? doubled : wanted;
    text->bytes = memory_resized(text->bytes, text->size);
}

void render_bytes(struct render_text *text, const char *bytes, size_t length)
{
    if (length == 0)
        return; /* memcpy() must not be told of NULL, which an empty text has */
    render_reserve(text, length);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
}

/* The letter behind the backslash; '\0' = it has none. */
static char short_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

static void render_escaped(struct render_text *text, char c)
{
    char escaped[8];
    char letter = short_escape(c);
    int length = letter != '\0' ? snprintf(escaped, sizeof escaped, "\\%c", letter)
                                : snprintf(escaped, sizeof escaped, "\\u%04X", (unsigned)c);
    render_bytes(text, escaped, (size_t)length);
}

static size_t plain_bytes(const char *string)
{
    const char *at = string;
    while ((unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
        at++;
    return (size_t)(at - string);
}

void render_string(struct render_text *text, const char *string)
{
    render_bytes(text, "\"", 1);
    for (;;) {
        size_t length = plain_bytes(string);
        render_bytes(text, string, length);
        string += length;
        if (*string == '\0')
            break;
        render_escaped(text, *string++);
    }
    render_bytes(text, "\"", 1);
}

/* By hand: long answers are mostly numbers, and snprintf() takes several times as long. */
void render_integer(struct render_text *text, int64_t value)
{
    char digits[24];
    char *end = digits + sizeof digits;
    char *at = end;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0)
        *--at = '-';
    render_bytes(text, at, (size_t)(end - at));
}

void render_flag(struct render_text *text, bool value)
{
    if (value)
        render_bytes(text, "true", 4);
    else
        render_bytes(text, "false", 5);
}

void render_null(struct render_text *text)
{
    render_bytes(text, "null", 4);
}

void render_key(struct render_text *text, char before, const char *name)
{
    render_bytes(text, &before, 1);
    render_string(text, name);
    render_bytes(text, ":", 1);
}

char *render_take(struct render_text *text, size_t *length)
{
    render_bytes(text, "", 1);
    char *bytes = text->bytes;
    *length = text->length - 1;
    *text = (struct render_text){0};
    return bytes;
}
