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
