/* URLs of the web. */
#include "protocol/web_url.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "protocol/digits.h"
#include "protocol/percent.h"
#include "protocol/render.h"
#include "protocol/utf8.h"

/* The length of the scheme and what is behind it, up to the authority; 0 = another scheme. */
static size_t scheme_bytes(const char *url)
{
    if (strncasecmp(url, "https://", 8) == 0)
        return 8;
    return strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

static bool is_sub_delimiter(char c)
{
    return c != '\0' && strchr("!$&'()*+,;=", c) != NULL;
}

/* Whether a % and two hexadecimal digits stand at `at`, which a NUL ends. */
static bool is_encoded(const char *at)
{
    return at[0] == '%' && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
}

/* Whether the `bytes` at `at` can be a name: what RFC 3986 has in both, and what is encoded there;
 * `also` is allowed as well. */
static bool is_name(const char *at, size_t bytes, char also)
{
    for (size_t i = 0; i < bytes; i++) {
        char c = at[i];
        if (!percent_is_unreserved(c) && !is_sub_delimiter(c) && (unsigned char)c < 0x80 &&
            !is_encoded(at + i) && c != also)
            return false;
    }
    return true;
}

/* The length of the host that begins at `at`, within `bytes`; 0 = there is none. */
static size_t host_bytes(const char *at, size_t bytes)
{
    if (bytes > 0 && at[0] == '[') {
        size_t length = 1 + strspn(at + 1, "0123456789abcdefABCDEF:.");
        return length > 1 && length < bytes && at[length] == ']' ? length + 1 : 0;
    }
    const char *colon = memchr(at, ':', bytes);
    size_t length = colon != NULL ? (size_t)(colon - at) : bytes;
    return is_name(at, length, '\0') ? length : 0;
}

static bool is_port(const char *at, size_t bytes)
{
    uint64_t port;
    return at[0] == ':' && digits_read(at + 1, bytes - 1, 5, &port) && port <= UINT16_MAX;
}

static bool is_authority(const char *at, size_t bytes)
{
    const char *sign = memchr(at, '@', bytes);
    if (sign != NULL) {
        size_t user = (size_t)(sign - at);
        if (!is_name(at, user, ':'))
            return false;
        at += user + 1;
        bytes -= user + 1;
    }
    size_t host = host_bytes(at, bytes);
    return host > 0 && (host == bytes || is_port(at + host, bytes - host));
}

bool web_url_is_absolute(const char *url)
{
    if (url == NULL)
        return false;
    size_t scheme = scheme_bytes(url);
    return scheme > 0 && strnlen(url, WEB_URL_MAX_BYTES + 1) <= WEB_URL_MAX_BYTES &&
           is_authority(url + scheme, strcspn(url + scheme, "/?#"));
}

bool web_url_is_https(const char *url)
{
    return web_url_is_absolute(url) && scheme_bytes(url) == strlen("https://");
}

bool web_url_is_target(const char *url)
{
    if (!web_url_is_absolute(url))
        return false;
    size_t length = strlen(url);
    for (size_t i = 0, step; i < length; i += step) {
        step = utf8_bytes(url + i, length - i);
        if (step == 0 || utf8_is_control(url + i, step))
            return false;
    }
    return true;
}

/* The length of the macro at `at`; 0 = there is none. */
static size_t macro_bytes(const char *at)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (at[0] == '[') {
        size_t name = strspn(at + 1, capitals);
        return name > 0 && at[1 + name] == ']' ? name + 2 : 0;
    }
    if (at[0] == '$' && at[1] == '{') {
        size_t name =
            strspn(at + 2, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
        return name > 0 && at[2 + name] == '}' ? name + 3 : 0;
    }
    return 0;
}

static void render_encoded(struct render_text *text, char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char encoded[3] = {'%', digits[(unsigned char)c >> 4], digits[c & 0xf]};
    render_bytes(text, encoded, sizeof encoded);
}

static void render_authority(struct render_text *text, const char *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if ((unsigned char)at[i] < 0x80)
            render_bytes(text, at + i, 1);
        else
            render_encoded(text, at[i]);
    }
}

/* How many bytes at `at` stay as they are; 0 = its first is to be encoded. */
static size_t plain_bytes(const char *at, bool is_in_fragment)
{
    if (is_encoded(at))
        return 3;
    size_t macro = macro_bytes(at);
    if (macro > 0)
        return macro;
    if (at[0] == '#')
        return !is_in_fragment;
    return percent_is_unreserved(at[0]) || is_sub_delimiter(at[0]) || strchr(":@/?", at[0]) != NULL;
}

void web_url_render(struct render_text *text, const char *url)
{
    size_t scheme = scheme_bytes(url);
    size_t authority = strcspn(url + scheme, "/?#");
    render_bytes(text, url, scheme);
    render_authority(text, url + scheme, authority);
    bool is_in_fragment = false;
    for (const char *at = url + scheme + authority; *at != '\0';) {
        size_t bytes = plain_bytes(at, is_in_fragment);
        if (bytes == 0)
            render_encoded(text, *at);
        else
            render_bytes(text, at, bytes);
        is_in_fragment = is_in_fragment || *at == '#';
        at += bytes > 0 ? bytes : 1;
    }
}
