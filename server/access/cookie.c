/* Cookies. */
#include "server/access/cookie.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without blanks around it. */
static size_t trim(const char **text, size_t bytes)
{
    for (; bytes > 0 && is_blank((*text)[0]); bytes--)
        ++*text;
    while (bytes > 0 && is_blank((*text)[bytes - 1]))
        bytes--;
    return bytes;
}

bool cookie_next(const char **field, struct cookie *cookie)
{
    while (**field != '\0') {
        const char *pair = *field;
        const char *end = strchrnul(pair, ';');
        const char *equals = memchr(pair, '=', (size_t)(end - pair));
        *field = *end == ';' ? end + 1 : end;
        if (equals == NULL)
            continue;
        *cookie = (struct cookie){.name = pair, .value = equals + 1};
        cookie->name_bytes = trim(&cookie->name, (size_t)(equals - pair));
        cookie->value_bytes = trim(&cookie->value, (size_t)(end - equals) - 1);
        return true;
    }
    return false;
}
