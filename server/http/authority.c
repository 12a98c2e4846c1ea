/* Reads an authority. */
#include "server/http/authority.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "protocol/address.h"
#include "protocol/digits.h"

enum { PORT_DIGITS_MAX = 5 };

static bool is_name_byte(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')
        return true;
    return (c >= 'A' && c <= 'Z') || (c != '\0' && strchr("_~!$&'*+", c) != NULL);
}

/* The length of the host at the beginning; 0 = there is none. */
static size_t read_host(const char *text, size_t bytes)
{
    size_t host = 0;
    if (bytes == 0 || text[0] != '[') {
        while (host < bytes && is_name_byte(text[host]))
            host++;
        return host;
    }
    const char *bracket = memchr(text, ']', bytes);
    struct address address;
    if (bracket == NULL)
        return 0;
    host = (size_t)(bracket - text) + 1;
    bool is_address = address_parse(text + 1, host - 2, &address) == RESULT_OK;
    return is_address && address.family == ADDRESS_IPV6 ? host : 0;
}

bool http_authority_split(const char *text, size_t bytes, struct http_authority *authority)
{
    size_t host = read_host(text, bytes);
    uint64_t port = 0;
    *authority = (struct http_authority){.host = text, .host_bytes = host};
    if (host == 0 || host == bytes)
        return host > 0;
    bool is_port = text[host] == ':' &&
                   digits_read(text + host + 1, bytes - host - 1, PORT_DIGITS_MAX, &port) &&
                   port <= UINT16_MAX;
    authority->has_port = is_port;
    authority->port = (uint16_t)port;
    return is_port;
}

bool http_is_authority(const char *text, size_t bytes)
{
    struct http_authority authority;
    return http_authority_split(text, bytes, &authority);
}

static size_t without_dot(const char *host, size_t bytes)
{
    return bytes > 1 && host[bytes - 1] == '.' ? bytes - 1 : bytes;
}

bool http_host_is_same(const char *host, size_t host_bytes, const char *other, size_t other_bytes)
{
    size_t bytes = without_dot(host, host_bytes);
    return bytes == without_dot(other, other_bytes) && strncasecmp(host, other, bytes) == 0;
}
