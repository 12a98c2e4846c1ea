/* How much a client wants a thing: the weights of Accept and Accept-Encoding (RFC 9110 section
 * 12.4.2). */
#pragma once

#include <stddef.h>

enum { WEIGHT_MAX = 1000, WEIGHT_NONE = -1 };

/* A weight of up to three decimals, in thousandths; WEIGHT_NONE = it is none. */
static inline int weight_read(const char *at, size_t bytes)
{
    int weight = 0;
    if (bytes < 1 || bytes > 5 || (at[0] != '0' && at[0] != '1') || (bytes > 1 && at[1] != '.'))
        return WEIGHT_NONE;
    for (size_t i = 0; i < 5; i++) {
        int digit = i < bytes ? at[i] : '0';
        if (i == 1)
            continue;
        if (digit < '0' || digit > '9')
            return WEIGHT_NONE;
        weight = 10 * weight + (digit - '0');
    }
    return weight <= WEIGHT_MAX ? weight : WEIGHT_NONE;
}
