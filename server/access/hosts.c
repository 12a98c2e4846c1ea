/* Under which names operators reach their listener. */
#include "server/access/hosts.h"

#include <string.h>

#include "protocol/address.h"
#include "server/http/authority.h"

static bool is_name(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        char c = text[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return bytes > 0 && bytes <= HOST_NAME_MAX_BYTES;
}

enum result host_list_parse(const char *variable, const char *value, struct host_list *hosts,
                            struct error *error)
{
    hosts->count = 0;
    for (value += strspn(value, ", "); *value != '\0'; value += strspn(value, ", ")) {
        size_t bytes = strcspn(value, ", ");
        if (hosts->count == HOST_LIST_MAX)
            return error_set(error, RESULT_INVALID, "%s has more than %d names", variable,
                             HOST_LIST_MAX);
        if (!is_name(value, bytes))
            return error_set(error, RESULT_INVALID,
                             "%s: entry %zu is no host name (without scheme and port)", variable,
                             hosts->count + 1);
        hosts->names[hosts->count] = value;
        hosts->bytes[hosts->count++] = bytes;
        value += bytes;
    }
    return RESULT_OK;
}

static bool is_address(const char *host, size_t bytes)
{
    struct address address;
    return host[0] == '[' || address_parse(host, bytes, &address) == RESULT_OK;
}

bool host_list_admits(const struct host_list *hosts, const char *authority)
{
    static const char local[] = "localhost";
    struct http_authority parts;
    if (!http_authority_split(authority, strlen(authority), &parts))
        return false;
    if (is_address(parts.host, parts.host_bytes) ||
        http_host_is_same(parts.host, parts.host_bytes, local, sizeof local - 1))
        return true;
    for (size_t i = 0; i < hosts->count; i++) {
        if (http_host_is_same(parts.host, parts.host_bytes, hosts->names[i], hosts->bytes[i]))
            return true;
    }
    return false;
}
