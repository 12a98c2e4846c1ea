/* Which codings a client takes an answer in. */
#include "server/http/coding_wish.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "protocol/weight.h"
#include "server/http/exchange.h"
#include "server/http/octet.h"

static const char blanks[] = " \t";

/* What is behind a name, up to `end`: nothing, or ";q=" and a weight. */
static int read_parameter(const char *at, const char *end)
{
    while (end > at && strchr(blanks, end[-1]) != NULL)
        end--;
    at += strspn(at, blanks);
    if (at >= end)
        return WEIGHT_MAX;
    if (*at != ';')
        return CODING_NOT_NAMED;
    at++;
    at += strspn(at, blanks);
    if (strncasecmp(at, "q=", 2) != 0)
        return CODING_NOT_NAMED;
    return weight_read(at + 2, (size_t)(end - at) - 2);
}

static bool is_name(const char *at, size_t bytes, const char *name)
{
    return bytes == strlen(name) && strncasecmp(at, name, bytes) == 0;
}

/* Which of the wishes is meant; NULL = none of ours. x-gzip is the same as gzip. */
static int *find(struct coding_wish *wish, const char *at, size_t bytes)
{
    if (is_name(at, bytes, "gzip") || is_name(at, bytes, "x-gzip"))
        return &wish->gzip;
    if (is_name(at, bytes, "identity"))
        return &wish->identity;
    return is_name(at, bytes, "*") ? &wish->others : NULL;
}

void coding_wish_add(struct coding_wish *wish, const char *value)
{
    while (*value != '\0') {
        value += strspn(value, " \t,");
        size_t bytes = 0;
        while (http_is_token_byte(value[bytes]))
            bytes++;
        const char *end = value + strcspn(value, ",");
        int *meant = find(wish, value, bytes);
        if (meant != NULL) {
            int weight = read_parameter(value + bytes, end);
            if (weight > *meant)
                *meant = weight;
        }
        value = end;
    }
}

bool coding_wish_is_gzip(const struct coding_wish *wish)
{
    int gzip = wish->gzip != CODING_NOT_NAMED ? wish->gzip : wish->others;
    return gzip > 0 && gzip >= wish->identity;
}

bool http_wants_gzip(const struct exchange *exchange)
{
    struct coding_wish wish = {CODING_NOT_NAMED, CODING_NOT_NAMED, CODING_NOT_NAMED};
    const struct evkeyval *field;
    TAILQ_FOREACH(field, evhttp_request_get_input_headers(exchange->request), next)
    {
        if (strcasecmp(field->key, "Accept-Encoding") == 0)
            coding_wish_add(&wish, field->value);
    }
    return coding_wish_is_gzip(&wish);
}
