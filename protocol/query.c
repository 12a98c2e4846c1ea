/* Reads form-encoded parameters in place: the query is as long as the client likes. */
#include "protocol/query.h"

#include <stdbool.h>
#include <string.h>

#include "protocol/hex.h"

struct encoded {
    const char *text;
    size_t length;
    size_t at;
};

/* Takes the next character, decoded; false at a bad % sequence. Not to be called at the end. */
static bool next_char(struct encoded *encoded, char *c)
{
    *c = encoded->text[encoded->at++];
    if (*c == '+')
        *c = ' ';
    if (*c != '%')
        return true;
    if (encoded->length - encoded->at < 2)
        return false;
    int high = hex_value(encoded->text[encoded->at]);
    int low = hex_value(encoded->text[encoded->at + 1]);
    if (high < 0 || low < 0)
        return false;
    encoded->at += 2;
    *c = (char)(unsigned char)(high * 16 + low);
    return true;
}

static bool decodes_to(struct encoded encoded, const char *name)
{
    for (; encoded.at < encoded.length; name++) {
        char c = '\0';
        if (!next_char(&encoded, &c) || c == '\0' || c != *name)
            return false;
    }
    return *name == '\0';
}

static enum result decode_value(struct encoded encoded, char *value, size_t value_size,
                                size_t *value_bytes)
{
    size_t bytes = 0;
    while (encoded.at < encoded.length) {
        char c = '\0';
        if (!next_char(&encoded, &c) || c == '\0' || bytes + 1 >= value_size)
            return RESULT_MALFORMED;
        value[bytes++] = c;
    }
    if (value_size == 0)
        return RESULT_MALFORMED;
    value[bytes] = '\0';
    *value_bytes = bytes;
    return RESULT_OK;
}

enum result query_find(const char *query, const char *name, char *value, size_t value_size,
                       size_t *value_bytes)
{
    const char *at = query != NULL ? query : "";
    while (*at != '\0') {
        size_t length = strcspn(at, "&");
        const char *equals = memchr(at, '=', length);
        if (equals != NULL) {
            size_t name_length = (size_t)(equals - at);
            struct encoded found = {.text = equals + 1, .length = length - name_length - 1};
            if (decodes_to((struct encoded){.text = at, .length = name_length}, name))
                return decode_value(found, value, value_size, value_bytes);
        }
        at += length;
        at += *at == '&';
    }
    return RESULT_UNKNOWN;
}
