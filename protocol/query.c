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

bool query_next(const char **query, struct query_part *part)
{
    const char *at = *query != NULL ? *query : "";
    at += strspn(at, "&");
    size_t length = strcspn(at, "&");
    const char *equals = memchr(at, '=', length);
    part->name = at;
    part->name_bytes = equals != NULL ? (size_t)(equals - at) : length;
    part->value = equals != NULL ? equals + 1 : NULL;
    part->value_bytes = equals != NULL ? length - part->name_bytes - 1 : 0;
    *query = at + length;
    return length > 0;
}

bool query_is_called(const struct query_part *part, const char *name)
{
    return decodes_to((struct encoded){part->name, part->name + part->name_bytes}, name);
}

enum result query_decode(const char *text, size_t text_bytes, char *value, size_t value_size,
                         size_t *value_bytes)
{
    struct encoded encoded = {text, text + text_bytes};
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
    struct query_part part;
    while (query_next(&query, &part)) {
        if (part.value != NULL && query_is_called(&part, name))
            return query_decode(part.value, part.value_bytes, value, value_size, value_bytes);
    }
    return RESULT_UNKNOWN;
}
