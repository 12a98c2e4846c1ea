/* Conditions of requests on what they know already. */
#include "server/http/etag.h"

#include <stddef.h>
#include <string.h>

bool http_has_etag(const char *list, const char *etag)
{
    while (list != NULL && *list != '\0') {
        list += strspn(list, " \t,");
        if (*list == '*')
            return true;
        if (strncmp(list, "W/", 2) == 0)
            list += 2;
        if (strncmp(list, etag, strlen(etag)) == 0)
            return true;
        list = strchr(list, ',');
    }
    return false;
}

bool http_next_strong_etag(const char **list, const char **etag, size_t *etag_bytes)
{
    for (;;) {
        const char *at = *list + strspn(*list, " \t,");
        bool is_weak = strncmp(at, "W/", 2) == 0;
        at += is_weak ? 2 : 0;
        const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;
        if (end == NULL)
            return false;
        *list = end + 1;
        *etag = at;
        *etag_bytes = (size_t)(end + 1 - at);
        if (!is_weak)
            return true;
    }
}
