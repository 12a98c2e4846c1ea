/* Reads form-encoded parameters in place: the query is as long as the client likes. */
#include "protocol/query.h"

#include <stdbool.h>
#include <string.h>

#include "protocol/percent.h"

struct encoded {
    const char *at;
    const char *end;
};

/* Takes the next character, decoded; false at a bad % sequence. Not to be called at the end. */
static bool next_char(struct encoded *encoded, char *c)
{
    if (*encoded->at != '+')
        return percent_take(&encoded->at, encoded->end, c);
    encoded->at++;
    *c = ' ';
    return true;
}

static bool decodes_to(struct encoded encoded, const char *name)
{
    for (; encoded.at < encoded.end; name++) {
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
    while (encoded.at < encoded.end) {
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
            struct encoded found = {equals + 1, at + length};
            if (decodes_to((struct encoded){at, equals}, name))
                return decode_value(found, value, value_size, value_bytes);
        }
        at += length;
        at += *at == '&';
    }
    return RESULT_UNKNOWN;
}
