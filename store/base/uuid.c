/* Universally unique identifiers. */
#include "store/base/uuid.h"

#include <string.h>

#include <event2/util.h>

#include "protocol/hex.h"

void uuid_make(uint8_t uuid[static UUID_BYTES])
{
    evutil_secure_rng_get_bytes(uuid, UUID_BYTES);
    uuid[6] = (uint8_t)((uuid[6] & 0x0F) | 0x40);
    uuid[8] = (uint8_t)((uuid[8] & 0x3F) | 0x80);
}

void uuid_format(const uint8_t uuid[static UUID_BYTES], char text[static UUID_TEXT_SIZE])
{
    for (int i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *text++ = '-';
        text = hex_write(text, &uuid[i], 1);
    }
    *text = '\0';
}

bool uuid_equal(const uint8_t a[static UUID_BYTES], const uint8_t b[static UUID_BYTES])
{
    return memcmp(a, b, UUID_BYTES) == 0;
}
