/* The head of one HTTP/1 request, checked for everything that could be read in two ways. */
#include "server/http_head.h"

#include <string.h>
#include <strings.h>

#include "server/http_guard.h"

static const struct {
    int status;
    const char *reason;
} refusals[HTTP_REFUSALS] = {
    [HTTP_ACCEPTED] = {0, ""},
    [HTTP_BAD_LINE] = {400, "the request line is malformed"},
    [HTTP_BAD_METHOD] = {501, "the method is not one of HTTP's"},
    [HTTP_BAD_VERSION] = {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"},
    [HTTP_BAD_FIELD] = {400, "a header field is malformed"},
    [HTTP_BAD_HOST] = {400, "there must be exactly one Host header"},
    [HTTP_BAD_LENGTH] = {400, "Content-Length is malformed or given twice"},
    [HTTP_BAD_ENCODING] = {400, "Transfer-Encoding must be chunked, once, without Content-Length"},
    [HTTP_BAD_EXPECT] = {417, "only 100-continue may be expected"},
    [HTTP_UNEXPECTED_BODY] = {400, "this method takes no body"},
    [HTTP_BODY_TOO_LONG] = {413, "the body is over 1 MiB"},
    [HTTP_HEAD_TOO_LONG] = {431, "the request line and header fields are over 16 KiB"},
    [HTTP_TOO_MANY_FIELDS] = {431, "there are over 100 header fields"},
};

int http_refusal_status(enum http_refusal refusal)
{
    return refusals[refusal].status;
}

const char *http_refusal_reason(enum http_refusal refusal)
{
    return refusals[refusal].reason;
}

/* A run of bytes inside the head. */
struct slice {
    const char *at;
    size_t bytes;
};

/* What the fields said so far. */
struct fields {
    unsigned hosts;
    unsigned lengths;
    unsigned encodings;
    uint64_t length;
    bool is_1_1;
    bool takes_body;
};

static bool is(struct slice slice, const char *word)
{
    return slice.bytes == strlen(word) && strncasecmp(slice.at, word, slice.bytes) == 0;
}

static bool is_token_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static enum http_refusal read_request_line(struct slice line, struct fields *fields)
{
    static const struct {
        const char *name;
        bool takes_body;
    } methods[] = {{"GET", false},     {"POST", true},   {"HEAD", false},
                   {"OPTIONS", false}, {"PUT", true},    {"PATCH", true},
                   {"DELETE", false},  {"TRACE", false}, {"CONNECT", false}};
    const char *space = memchr(line.at, ' ', line.bytes);
    if (space == NULL)
        return HTTP_BAD_LINE;
    struct slice method = {line.at, (size_t)(space - line.at)};
    struct slice rest = {space + 1, line.bytes - method.bytes - 1};
    const char *end = memchr(rest.at, ' ', rest.bytes);
    if (end == NULL || end == rest.at)
        return HTTP_BAD_LINE;
    struct slice version = {end + 1, rest.bytes - (size_t)(end - rest.at) - 1};
    for (const char *c = rest.at; c < end; c++) {
        if ((unsigned char)*c <= 0x20 || *c == 0x7F)
            return HTTP_BAD_LINE;
    }
    fields->is_1_1 = version.bytes == 8 && memcmp(version.at, "HTTP/1.1", 8) == 0;
    if (!fields->is_1_1 && !(version.bytes == 8 && memcmp(version.at, "HTTP/1.0", 8) == 0))
        return version.bytes >= 5 && memcmp(version.at, "HTTP/", 5) == 0 ? HTTP_BAD_VERSION
                                                                         : HTTP_BAD_LINE;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (method.bytes == strlen(methods[i].name) &&
            memcmp(method.at, methods[i].name, method.bytes) == 0) {
            fields->takes_body = methods[i].takes_body;
            return HTTP_ACCEPTED;
        }
    }
    return method.bytes == 0 ? HTTP_BAD_LINE : HTTP_BAD_METHOD;
}

static enum http_refusal read_length(struct slice value, struct fields *fields)
{
    fields->lengths++;
    if (fields->lengths > 1 || value.bytes == 0 || value.bytes > 18)
        return HTTP_BAD_LENGTH;
    for (size_t i = 0; i < value.bytes; i++) {
        if (value.at[i] < '0' || value.at[i] > '9')
            return HTTP_BAD_LENGTH;
        fields->length = fields->length * 10 + (uint64_t)(value.at[i] - '0');
    }
    return HTTP_ACCEPTED;
}

static enum http_refusal read_field(struct slice line, struct fields *fields)
{
    const char *colon = memchr(line.at, ':', line.bytes);
    if (colon == NULL || colon == line.at)
        return HTTP_BAD_FIELD;
    struct slice name = {line.at, (size_t)(colon - line.at)};
    struct slice value = {colon + 1, line.bytes - name.bytes - 1};
    while (value.bytes > 0 && (*value.at == ' ' || *value.at == '\t'))
        value = (struct slice){value.at + 1, value.bytes - 1};
    while (value.bytes > 0 &&
           (value.at[value.bytes - 1] == ' ' || value.at[value.bytes - 1] == '\t'))
        value.bytes--;
    for (size_t i = 0; i < name.bytes; i++) {
        if (!is_token_byte(name.at[i]))
            return HTTP_BAD_FIELD;
    }
    if (is(name, "content-length"))
        return read_length(value, fields);
    if (is(name, "transfer-encoding"))
        return ++fields->encodings > 1 || !is(value, "chunked") ? HTTP_BAD_ENCODING : HTTP_ACCEPTED;
    if (is(name, "expect"))
        return is(value, "100-continue") ? HTTP_ACCEPTED : HTTP_BAD_EXPECT;
    if (is(name, "host"))
        fields->hosts++;
    return HTTP_ACCEPTED;
}

static enum http_refusal check_fields(const struct fields *fields, struct http_head *head)
{
    if (fields->hosts > 1 || (fields->hosts == 0 && fields->is_1_1))
        return HTTP_BAD_HOST;
    if (fields->encodings > 0 && (fields->lengths > 0 || !fields->is_1_1))
        return HTTP_BAD_ENCODING;
    if (!fields->takes_body && (fields->length > 0 || fields->encodings > 0))
        return HTTP_UNEXPECTED_BODY;
    if (fields->length > HTTP_BODY_MAX_BYTES)
        return HTTP_BODY_TOO_LONG;
    head->body_bytes = fields->length;
    head->is_chunked = fields->encodings > 0;
    return HTTP_ACCEPTED;
}

enum http_refusal http_head_read(const char *text, size_t bytes, struct http_head *head)
{
    struct fields fields = {0};
    const char *end = text + bytes - 2; /* the empty line */
    if (memchr(text, '\0', bytes) != NULL)
        return HTTP_BAD_FIELD;
    unsigned lines = 0;
    for (const char *at = text; at < end; lines++) {
        const char *newline = memchr(at, '\n', (size_t)(text + bytes - at));
        if (newline == at || newline[-1] != '\r')
            return lines == 0 ? HTTP_BAD_LINE : HTTP_BAD_FIELD;
        struct slice line = {at, (size_t)(newline - 1 - at)};
        if (memchr(line.at, '\r', line.bytes) != NULL)
            return lines == 0 ? HTTP_BAD_LINE : HTTP_BAD_FIELD;
        enum http_refusal refusal =
            lines == 0 ? read_request_line(line, &fields) : read_field(line, &fields);
        if (refusal != HTTP_ACCEPTED)
            return refusal;
        if (lines > HTTP_FIELDS_MAX)
            return HTTP_TOO_MANY_FIELDS;
        at = newline + 1;
    }
    return check_fields(&fields, head);
}
