/* The keys of events. Each rule here has its twin in sql/: both make the same keys for ever. */
#include "protocol/event_key.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/digest.h"
#include "protocol/hex.h"

enum { TIME_BYTES = 6, HASH_BYTES = EVENT_KEY_BYTES - TIME_BYTES };
enum { UUID_TEXT_BYTES = 36, UUID_VERSION_AT = 14, UUID_VARIANT_AT = 19 };
enum { AT_SPACE = 0, AT_KIND = 1, AT_AD_ID = 2, AT_OFFSET = 6, AT_ID = 10 };

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)
#define DAY_MS INT64_C(86400000)
#define DAYS_MAX (((INT64_C(1) << 48) - 1) / DAY_MS - 1) /* the next one has a time as well */

/* The time in a UUID of version 7, in its text form of 36 characters: its first 48 bits, in ms. */
static bool read_uuid_time(const char *id, size_t id_bytes, int64_t *time_ms)
{
    if (id_bytes != UUID_TEXT_BYTES || id[UUID_VERSION_AT] != '7')
        return false;
    *time_ms = 0;
    for (int i = 0; i < UUID_TEXT_BYTES; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        int digit = hex_value(id[i]);
        if (is_dash ? id[i] != '-' : digit < 0)
            return false;
        if (i < UUID_VERSION_AT && !is_dash)
            *time_ms = *time_ms << 4 | digit;
    }
    return (hex_value(id[UUID_VARIANT_AT]) & 0xc) == 0x8;
}

/* How far apart two times are, whatever they are. */
static uint64_t distance(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* Whether the event's id tells a time that counts. One at midnight can't be told from a day's. */
static bool read_id_time(const struct event *event, int64_t *time_ms)
{
    return read_uuid_time(event->id, event->id_bytes, time_ms) && *time_ms % DAY_MS != 0 &&
           distance(*time_ms * 1000, event->received_at_us) <= 15 * DAY_US;
}

static int64_t day_of(int64_t time_us)
{
    int64_t day = time_us / DAY_US;
    return time_us < 0 ? 0 : day > DAYS_MAX ? DAYS_MAX : day;
}

static void hash_id(const struct event *event, uint8_t hash[static DIGEST_BYTES])
{
    uint8_t bytes[AT_ID + EVENT_ID_MAX_BYTES];
    bytes[AT_SPACE] = (event->flags & EVENT_KEY_SPACE_MASK) >> EVENT_KEY_SPACE_SHIFT;
    bytes[AT_KIND] = event->kind;
    bytes_put_le32(bytes + AT_AD_ID, (uint32_t)event->ad_id);
    bytes_put_le32(bytes + AT_OFFSET, event->kind == EVENT_PROGRESS ? (uint32_t)event->detail : 0);
    memcpy(bytes + AT_ID, event->id, event->id_bytes);
    digest_bytes(bytes, (size_t)AT_ID + event->id_bytes, hash);
}

static void write_key(uint8_t key[static EVENT_KEY_BYTES], int64_t time_ms, const uint8_t *hash)
{
    bytes_put_be64(key, (uint64_t)time_ms << 16); /* its last two bytes are the hash's first */
    memcpy(key + TIME_BYTES, hash, HASH_BYTES);
}

int event_key_claims(const struct event *event,
                     uint8_t claims[static EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES])
{
    assert(event->id_bytes > 0 && event->id_bytes <= EVENT_ID_MAX_BYTES);
    uint8_t hash[DIGEST_BYTES];
    int64_t time_ms;
    int count = 0;
    hash_id(event, hash);
    if (read_id_time(event, &time_ms)) {
        write_key(claims[count++], time_ms, hash);
        if (distance(time_ms * 1000, event->occurred_at_us) < 23 * HOUR_US)
            return count;
    }
    int64_t day = day_of(event->occurred_at_us);
    write_key(claims[count++], day * DAY_MS, hash);
    write_key(claims[count++], (day + 1) * DAY_MS, hash);
    return count;
}

uint32_t event_key_lane(const uint8_t key[static EVENT_KEY_BYTES], uint32_t lanes)
{
    assert(lanes > 0);
    return bytes_get_be32(key + EVENT_KEY_BYTES - 4) % lanes;
}

int64_t placement_id(const char *text, size_t bytes)
{
    uint8_t hash[DIGEST_BYTES];
    digest_bytes(text, bytes, hash);
    int64_t id = (int64_t)(bytes_get_be64(hash) & INT64_MAX);
    return id == 0 ? 1 : id;
}
