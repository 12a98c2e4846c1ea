/* What text from clients may hold. Internal to protocol/. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The length of the byte order mark at the beginning, which some write before UTF-8: 3 or 0. A
 * reader of JSON may pass over it (RFC 8259 section 8.1). */
static inline size_t text_mark_bytes(const char *text, size_t length)
{
    return length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* JSON's white space (RFC 8259 section 2). */
static inline bool text_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Whether `text` is UTF-8 (RFC 3629: shortest forms, no surrogates, up to U+10FFFF) without control
 * characters (U+0000 to U+001F, U+007F to U+009F). PostgreSQL stores such text, and it can't forge
 * lines in a log.
 */
bool text_is_printable(const char *text, size_t length);
