/* URLs of the web. */
#include "protocol/url.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "protocol/hex.h"
#include "protocol/memory.h"

enum { ENCODED_BYTES = 3 };

static const char http[] = "http://";
static const char https[] = "https://";

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == '\x7f';
}

/* Behind the scheme comes a host, perhaps behind a user. */
static bool has_scheme(const char *url, const char *scheme)
{
    size_t bytes = strlen(scheme);
    if (strncasecmp(url, scheme, bytes) != 0)
        return false;
    const char *host = url + bytes;
    for (const char *at = host; *at != '\0'; at++) {
        if (is_control(*at))
            return false;
    }
    return strchr("/?#:@ ", *host) == NULL;
}

bool url_is_web(const char *url)
{
    return has_scheme(url, http) || has_scheme(url, https);
}

bool url_is_https(const char *url)
{
    return has_scheme(url, https);
}

static bool has_place(const char *at)
{
    if (*at == '%')
        return hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
    return *at > ' ' && *at < '\x7f' && strchr("\"<>\\^`", *at) == NULL;
}

char *url_encode(const char *url)
{
    char *encoded = memory_zeroed(strlen(url) * ENCODED_BYTES + 1);
    char *end = encoded;
    for (const char *at = url; *at != '\0'; at++) {
        if (has_place(at)) {
            *end++ = *at;
            continue;
        }
        *end++ = '%';
        end = hex_write(end, at, 1);
    }
    return encoded;
}
