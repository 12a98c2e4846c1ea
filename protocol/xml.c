/* Text as XML 1.0 has it. */
#include "protocol/xml.h"

#include <stdbool.h>
#include <string.h>

#include "protocol/render.h"
#include "protocol/utf8.h"

static void append(struct render_text *text, const char *string)
{
    render_bytes(text, string, strlen(string));
}

/* What stands for the byte; NULL = itself. White space other than the space is normalised away
 * unless it is written as a reference (sections 2.11 and 3.3.3). */
static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

/* Whether the well-formed character of `bytes` bytes is one of XML's. */
static bool is_xml(const char *at, size_t bytes)
{
    if (bytes == 1)
        return (unsigned char)at[0] >= 0x20;
    return bytes != 3 || (memcmp(at, "\xEF\xBF\xBE", 3) != 0 && memcmp(at, "\xEF\xBF\xBF", 3) != 0);
}

void xml_text(struct render_text *text, const char *string)
{
    const char *end = string + strlen(string);
    while (string < end) {
        const char *instead = reference(*string);
        size_t bytes = utf8_bytes(string, (size_t)(end - string));
        if (instead != NULL)
            append(text, instead);
        else if (bytes > 0 && is_xml(string, bytes))
            render_bytes(text, string, bytes);
        else
            append(text, "\xEF\xBF\xBD");
        string += bytes > 0 ? bytes : 1;
    }
}
