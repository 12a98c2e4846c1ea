/* The head of one HTTP/1 request, checked for everything that could be read in two ways. */
#include "server/http/head.h"

#include <string.h>
#include <strings.h>

#include "protocol/digits.h"
#include "server/http/authority.h"
#include "server/http/octet.h"

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
    struct slice encoding_line;
    bool is_1_1;
    bool names_host; /* the target does, so that the Host field is not needed */
    bool takes_body;
    bool expects_continue;
};

static bool is(struct slice slice, const char *word)
{
    return slice.bytes == strlen(word) && strncasecmp(slice.at, word, slice.bytes) == 0;
}

static enum http_refusal read_method(struct slice method, struct fields *fields)
{
    static const struct {
        const char *name;
        bool takes_body;
    } methods[] = {{"GET", false}, {"POST", true},  {"HEAD", false},  {"OPTIONS", false},
                   {"PUT", true},  {"PATCH", true}, {"DELETE", true}, {"TRACE", false}};
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (method.bytes == strlen(methods[i].name) &&
            memcmp(method.at, methods[i].name, method.bytes) == 0) {
            fields->takes_body = methods[i].takes_body;
            return HTTP_ACCEPTED;
        }
    }
    return HTTP_BAD_METHOD;
}

static enum http_refusal read_version(struct slice version, struct fields *fields)
{
    fields->is_1_1 = version.bytes == 8 && memcmp(version.at, "HTTP/1.1", 8) == 0;
    if (fields->is_1_1 || (version.bytes == 8 && memcmp(version.at, "HTTP/1.0", 8) == 0))
        return HTTP_ACCEPTED;
    return version.bytes >= 5 && memcmp(version.at, "HTTP/", 5) == 0 ? HTTP_BAD_VERSION
                                                                     : HTTP_BAD_LINE;
}

/* The length of a scheme of ours with its "://"; 0 = there is none. */
static size_t scheme_bytes(struct slice target)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t bytes = strlen(schemes[i]);
        if (target.bytes > bytes && strncasecmp(target.at, schemes[i], bytes) == 0)
            return bytes;
    }
    return 0;
}

/*
 * What is outside of ASCII is read in several character sets, and a fragment, which is no part of a
 * target, by some as part of the path: evhttp cuts it off. Other bytes that a URI has not, such as
 * those of macros that nobody has filled in ([CACHEBUSTER]), are harmless, and many send them.
 */
static enum http_refusal check_target_bytes(struct slice target)
{
    enum http_refusal refusal = HTTP_ACCEPTED;
    for (size_t i = 0; i < target.bytes; i++) {
        unsigned char c = (unsigned char)target.at[i];
        if (c <= 0x20 || c == 0x7F)
            return HTTP_BAD_LINE;
        if (c >= 0x80 || c == '#')
            refusal = HTTP_UNENCODED_TARGET;
    }
    return refusal;
}

/*
 * A path, the absolute form in which a proxy is asked, or the server as a whole. What begins with
 * two slashes is read as a path by some, by others as a host; evhttp is one of those, and answers
 * in its own words when the host is odd.
 */
static enum http_refusal check_target(struct slice target, struct slice method,
                                      struct fields *fields)
{
    enum http_refusal refusal = check_target_bytes(target);
    if (refusal != HTTP_ACCEPTED)
        return refusal;
    if (target.at[0] == '/')
        return target.bytes > 1 && target.at[1] == '/' ? HTTP_BAD_TARGET : HTTP_ACCEPTED;
    if (is(target, "*"))
        return is(method, "OPTIONS") ? HTTP_ACCEPTED : HTTP_BAD_TARGET;
    size_t scheme = scheme_bytes(target);
    size_t end = scheme;
    while (end < target.bytes && strchr("/?", target.at[end]) == NULL)
        end++;
    bool is_whole = scheme > 0 && http_is_authority(target.at + scheme, end - scheme);
    fields->names_host = true;
    return is_whole ? HTTP_ACCEPTED : HTTP_BAD_TARGET;
}

static enum http_refusal read_request_line(struct slice line, struct fields *fields)
{
    const char *space = memchr(line.at, ' ', line.bytes);
    if (space == NULL || space == line.at)
        return HTTP_BAD_LINE;
    struct slice method = {line.at, (size_t)(space - line.at)};
    struct slice rest = {space + 1, line.bytes - method.bytes - 1};
    const char *end = memchr(rest.at, ' ', rest.bytes);
    if (end == NULL || end == rest.at)
        return HTTP_BAD_LINE;
    struct slice target = {rest.at, (size_t)(end - rest.at)};
    struct slice version = {end + 1, rest.bytes - target.bytes - 1};
    enum http_refusal refusal = read_version(version, fields);
    if (refusal == HTTP_ACCEPTED)
        refusal = read_method(method, fields);
    return refusal == HTTP_ACCEPTED ? check_target(target, method, fields) : refusal;
}

/*
 * Whom the client means. Nothing here depends on it, but a proxy that reads it otherwise than the
 * next one can be made to mix up sites. A target that names a host goes before the field, whatever
 * that says; then, and only then, it may be empty (RFC 9112 sections 3.2 and 3.2.2).
 */
static enum http_refusal read_host(struct slice value, struct fields *fields)
{
    bool is_sound =
        http_is_authority(value.at, value.bytes) || (value.bytes == 0 && fields->names_host);
    return ++fields->hosts > 1 || !is_sound ? HTTP_BAD_HOST : HTTP_ACCEPTED;
}

static enum http_refusal read_length(struct slice value, struct fields *fields)
{
    fields->lengths++;
    if (fields->lengths > 1 || !digits_read(value.at, value.bytes, 18, &fields->length))
        return HTTP_BAD_LENGTH;
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
        if (!http_is_token_byte(name.at[i]))
            return HTTP_BAD_FIELD;
    }
    if (!http_is_value(value.at, value.bytes))
        return HTTP_BAD_FIELD;
    if (is(name, "content-length"))
        return read_length(value, fields);
    if (is(name, "transfer-encoding")) {
        /* Not every libevent takes a tab before the value for a blank. */
        bool is_sound = is(value, "chunked") && memchr(line.at, '\t', line.bytes) == NULL;
        fields->encoding_line = line;
        return ++fields->encodings > 1 || !is_sound ? HTTP_BAD_ENCODING : HTTP_ACCEPTED;
    }
    if (is(name, "host"))
        return read_host(value, fields);
    if (!is(name, "expect"))
        return HTTP_ACCEPTED;
    fields->expects_continue = is(value, "100-continue");
    return fields->expects_continue ? HTTP_ACCEPTED : HTTP_BAD_EXPECT;
}

static enum http_refusal check_fields(const char *text, const struct fields *fields,
                                      struct http_head *head)
{
    if (fields->hosts == 0 && fields->is_1_1)
        return HTTP_BAD_HOST;
    if (fields->encodings > 0 && (fields->lengths > 0 || !fields->is_1_1))
        return HTTP_BAD_ENCODING;
    if (!fields->takes_body && (fields->length > 0 || fields->encodings > 0))
        return HTTP_UNEXPECTED_BODY;
    *head = (struct http_head){.body_bytes = fields->length,
                               .is_chunked = fields->encodings > 0,
                               .expects_continue = fields->expects_continue};
    if (head->is_chunked) {
        head->encoding_at = (size_t)(fields->encoding_line.at - text);
        head->encoding_bytes = fields->encoding_line.bytes;
    }
    return fields->length > HTTP_BODY_MAX_BYTES ? HTTP_BODY_TOO_LONG : HTTP_ACCEPTED;
}

size_t http_head_end(const char *text, size_t bytes)
{
    const char *end = text + bytes;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        if (end - at > 1 && at[1] == '\n')
            return (size_t)(at + 2 - text);
        if (end - at > 2 && at[1] == '\r' && at[2] == '\n')
            return (size_t)(at + 3 - text);
    }
    return 0;
}

enum http_refusal http_head_read(const char *text, size_t bytes, struct http_head *head)
{
    struct fields fields = {0};
    if (memchr(text, '\0', bytes) != NULL)
        return HTTP_BAD_FIELD;
    const char *end = text + bytes;
    unsigned lines = 0;
    for (const char *at = text; at < end; lines++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        enum http_refusal malformed = lines == 0 ? HTTP_BAD_LINE : HTTP_BAD_FIELD;
        if (newline == NULL || newline == at || newline[-1] != '\r')
            return malformed;
        struct slice line = {at, (size_t)(newline - 1 - at)};
        at = newline + 1;
        if (line.bytes == 0)
            return at == end && lines > 0 ? check_fields(text, &fields, head) : malformed;
        if (memchr(line.at, '\r', line.bytes) != NULL)
            return malformed;
        if (lines > HTTP_FIELDS_MAX)
            return HTTP_TOO_MANY_FIELDS;
        enum http_refusal refusal =
            lines == 0 ? read_request_line(line, &fields) : read_field(line, &fields);
        if (refusal != HTTP_ACCEPTED)
            return refusal;
    }
    return HTTP_BAD_FIELD;
}
