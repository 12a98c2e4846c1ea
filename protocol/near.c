/* Names that are most likely meant for another. */
#include "protocol/near.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static char lower(char c)
{
    return (char)tolower((unsigned char)c);
}

bool near_is(const char *one, const char *other)
{
    while (*one != '\0' && lower(*one) == lower(*other)) {
        one++;
        other++;
    }
    if (*one == '\0' || *other == '\0')
        return strlen(one) + strlen(other) <= 1;
    return strcasecmp(one + 1, other + 1) == 0 || strcasecmp(one + 1, other) == 0 ||
           strcasecmp(one, other + 1) == 0 ||
           (lower(one[0]) == lower(other[1]) && lower(one[1]) == lower(other[0]) &&
            strcasecmp(one + 2, other + 2) == 0);
}
