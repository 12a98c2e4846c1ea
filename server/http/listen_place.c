/* Where to listen. */
#include "server/http/listen_place.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "protocol/digits.h"

enum { PORT_DIGITS_MAX = 5 };

static bool read_port(const char *text, uint16_t *port)
{
    uint64_t number;
    if (!digits_read(text, strlen(text), PORT_DIGITS_MAX, &number) || number < 1 ||
        number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

static bool read_address(const char *text, size_t bytes, struct listen_place *place)
{
    struct address address;
    bool is_bracketed = bytes > 2 && text[0] == '[' && text[bytes - 1] == ']';
    enum address_family family = is_bracketed ? ADDRESS_IPV6 : ADDRESS_IPV4;
    if (address_parse(text + is_bracketed, bytes - 2 * (size_t)is_bracketed, &address) !=
            RESULT_OK ||
        address.family != family)
        return false;
    address_format(&address, place->address);
    return true;
}

enum result listen_place_parse(const char *text, struct listen_place *place)
{
    const char *colon = strrchr(text, ':');
    if (!read_port(colon == NULL ? text : colon + 1, &place->port))
        return RESULT_MALFORMED;
    if (colon == NULL)
        (void)snprintf(place->address, sizeof place->address, "127.0.0.1");
    else if (!read_address(text, (size_t)(colon - text), place))
        return RESULT_MALFORMED;
    return RESULT_OK;
}
