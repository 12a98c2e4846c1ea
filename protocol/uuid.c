/* Universally unique identifiers. */
#include "protocol/uuid.h"

#include <stddef.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/hex.h"
#include "protocol/random.h"

enum { TIME_BYTES = 6, V7_RANDOM_BYTES = UUID_BYTES - TIME_BYTES };
enum { AT_VERSION = 6, AT_VARIANT = 8 };

_Static_assert(UUID_RANDOM_BYTES % V7_RANDOM_BYTES == 0, "none is left over");

static void mark(uint8_t uuid[static UUID_BYTES], int version)
{
    uuid[AT_VERSION] = (uint8_t)((uuid[AT_VERSION] & 0x0F) | version << 4);
    uuid[AT_VARIANT] = (uint8_t)((uuid[AT_VARIANT] & 0x3F) | 0x80);
}

void uuid_make(uint8_t uuid[static UUID_BYTES])
{
    random_fill(uuid, UUID_BYTES);
    mark(uuid, 4);
}

static void take_random(struct uuid_random *random, uint8_t bytes[static V7_RANDOM_BYTES])
{
    if (random->left == 0) {
        random_fill(random->bytes, sizeof random->bytes);
        random->left = sizeof random->bytes;
    }
    random->left -= V7_RANDOM_BYTES;
    memcpy(bytes, random->bytes + random->left, V7_RANDOM_BYTES);
}

void uuid_make_v7(uint8_t uuid[static UUID_BYTES], int64_t now_us, struct uuid_random *random)
{
    uint64_t now_ms = now_us < 0 ? 0 : (uint64_t)now_us / 1000;
    bytes_put_be64(uuid, now_ms << 16); /* the last two bytes are overwritten */
    take_random(random, uuid + TIME_BYTES);
    mark(uuid, 7);
}

bool uuid_is_v7(const uint8_t uuid[static UUID_BYTES])
{
    return uuid[AT_VERSION] >> 4 == 7 && uuid[AT_VARIANT] >> 6 == 2;
}

int64_t uuid_time_us(const uint8_t uuid[static UUID_BYTES])
{
    return (int64_t)(bytes_get_be64(uuid) >> 16) * 1000;
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
