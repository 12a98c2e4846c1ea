/* Where to listen, as it is written: `[address:]port`. */
#pragma once

#include <stdint.h>

#include "protocol/address.h"

struct listen_place {
    uint16_t port; /* 0 = nowhere */
    char address[ADDRESS_TEXT_SIZE];
};

/* Reads a port, or an IPv4 address, or an IPv6 address in brackets, with ":" and a port behind;
 * without an address it is 127.0.0.1. Returns RESULT_MALFORMED for anything else. */
MUST_CHECK enum result listen_place_parse(const char *text, struct listen_place *place);
