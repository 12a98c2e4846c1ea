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

static bool is_dash_before(int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_format(const uint8_t uuid[static UUID_BYTES], char text[static UUID_TEXT_SIZE])
{
    for (int i = 0; i < UUID_BYTES; i++) {
        if (is_dash_before(i))
            *text++ = '-';
        text = hex_write(text, &uuid[i], 1);
    }
    *text = '\0';
}

bool uuid_parse(const char *text, uint8_t uuid[static UUID_BYTES])
{
    for (int i = 0; i < UUID_BYTES; i++) {
        if (is_dash_before(i) && *text++ != '-')
            return false;
        int high = hex_value(text[0]);
        int low = high < 0 ? -1 : hex_value(text[1]);
        if (low < 0)
            return false;
        uuid[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return *text == '\0';
}

bool uuid_equal(const uint8_t a[static UUID_BYTES], const uint8_t b[static UUID_BYTES])
{
    return memcmp(a, b, UUID_BYTES) == 0;
}
