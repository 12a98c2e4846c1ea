/* What a request says of its body. */
#include "server/http/content.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "server/http/exchange.h"

static bool is_word(const char *text, size_t bytes, const char *word)
{
    return bytes == strlen(word) && strncasecmp(text, word, bytes) == 0;
}

/* Content-Encoding: a list, whose elements may be empty (RFC 9110 sections 8.4 and 5.6.1.2). Counts
 * those that are gzip, x-gzip being the same (section 8.4.1.3). Returns false on any other. */
static bool read_codings(const char *codings, unsigned *gzips)
{
    for (codings += strspn(codings, " \t,"); *codings != '\0'; codings += strspn(codings, " \t,")) {
        size_t bytes = strcspn(codings, " \t,");
        if (is_word(codings, bytes, "gzip") || is_word(codings, bytes, "x-gzip"))
            ++*gzips;
        else if (!is_word(codings, bytes, "identity"))
            return false;
        codings += bytes;
        codings += strspn(codings, " \t");
        if (*codings != '\0' && *codings != ',')
            return false;
    }
    return true;
}

/* Of all fields together: a second one could tell a proxy otherwise. */
static bool read_coding(const struct evkeyvalq *fields, enum http_coding *coding)
{
    unsigned gzips = 0;
    const struct evkeyval *field;
    TAILQ_FOREACH(field, fields, next)
    {
        if (strcasecmp(field->key, "Content-Encoding") == 0 && !read_codings(field->value, &gzips))
            return false;
    }
    *coding = gzips > 0 ? HTTP_GZIP : HTTP_IDENTITY;
    return gzips <= 1;
}

/* The original service never looked at the type, and clients send JSON under several names (curl
 * -d, sendBeacon); what can't be JSON is refused. */
static bool is_json(const char *type)
{
    static const char *const types[] = {"application/json",
                                        "text/json",
                                        "text/plain",
                                        "application/x-www-form-urlencoded",
                                        "application/octet-stream",
                                        "application/x-ndjson",
                                        "application/ndjson"};
    type += strspn(type, " \t");
    size_t length = strcspn(type, "; \t");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (is_word(type, length, types[i]))
            return true;
    }
    return length == 0 || (length > 5 && strncasecmp(type + length - 5, "+json", 5) == 0);
}

static bool has_json(const struct evkeyvalq *fields)
{
    const struct evkeyval *field;
    TAILQ_FOREACH(field, fields, next)
    {
        if (strcasecmp(field->key, "Content-Type") == 0 && !is_json(field->value))
            return false;
    }
    return true;
}

/* Accept-Encoding says that it is for the coding, and is therefore left out otherwise (RFC 9110
 * section 12.5.3). */
bool http_content_accept(struct exchange *exchange, enum http_coding *coding)
{
    const struct evkeyvalq *fields = evhttp_request_get_input_headers(exchange->request);
    if (!read_coding(fields, coding)) {
        exchange_header(exchange, "Accept-Encoding", "gzip");
        exchange_fail(exchange, 415, "the body must not be encoded but by gzip (Content-Encoding)");
        return false;
    }
    if (!has_json(fields)) {
        exchange_header(exchange, "Accept", "application/json, application/x-ndjson, text/plain");
        exchange_fail(exchange, 415, "the body must be JSON (application/json)");
        return false;
    }
    return true;
}
