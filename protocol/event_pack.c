/*
 * The packed form of an event. It lies in journals that later versions read, so a change of layout
 * takes a new version byte. Numbers are little-endian. Version 1 is that of events with two kinds
 * and no more than an id; it is read, never written.
 */
#include "protocol/event_pack.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/event_fields.h"
#include "protocol/text.h"

enum { VERSION = 2, ADDRESS_MAX_BYTES = 16 };

/* Offsets. Behind the head come the address, of as many bytes as its family has, the placement and
 * the id. */
enum {
    AT_VERSION = 0, /* stays where it is in every version */
    AT_KIND = 1,
    AT_VERDICT = 2,
    AT_FLAGS = 3,
    AT_FAMILY = 4,
    AT_PLACEMENT_BYTES = 5,
    AT_ID_BYTES = 6,
    AT_RESERVED = 7, /* 0 */
    AT_RECEIVED_AT = 8,
    AT_OCCURRED_AT = 16,
    AT_PLAYBACK = 24,
    AT_AD_ID = 32,
    AT_DETAIL = 36,
    AT_QUANTITY = 40,
    HEAD_BYTES = 44,
};

/* The same of version 1, with an address and an id behind it. */
enum {
    AT_1_FAMILY = 2,
    AT_1_ID_BYTES = 3,
    AT_1_OCCURRED_AT = 4,
    AT_1_AD_ID = 12,
    AT_1_PLAYBACK_SECONDS = 16,
    HEAD_1_BYTES = 20,
    KINDS_1 = 2,
    PLAYBACK_1_MAX_SECONDS = 86400,
};

_Static_assert(HEAD_BYTES + ADDRESS_MAX_BYTES + EVENT_PLACEMENT_MAX_BYTES + EVENT_ID_MAX_BYTES <=
                   EVENT_PACKED_MAX_BYTES,
               "the largest event fits");

size_t event_pack(const struct event *event, uint8_t packed[static EVENT_PACKED_MAX_BYTES])
{
    assert(event->kind < EVENT_KINDS && event->id_bytes <= EVENT_ID_MAX_BYTES);
    assert(event->placement_bytes <= EVENT_PLACEMENT_MAX_BYTES);
    size_t ip_bytes = address_bytes(&event->address);
    packed[AT_VERSION] = VERSION;
    packed[AT_KIND] = event->kind;
    packed[AT_VERDICT] = event->verdict;
    packed[AT_FLAGS] = event->flags;
    packed[AT_FAMILY] = event->address.family;
    packed[AT_PLACEMENT_BYTES] = event->placement_bytes;
    packed[AT_ID_BYTES] = event->id_bytes;
    packed[AT_RESERVED] = 0;
    bytes_put_le64(packed + AT_RECEIVED_AT, (uint64_t)event->received_at_us);
    bytes_put_le64(packed + AT_OCCURRED_AT, (uint64_t)event->occurred_at_us);
    bytes_put_le64(packed + AT_PLAYBACK, (uint64_t)event->playback_ms);
    bytes_put_le32(packed + AT_AD_ID, (uint32_t)event->ad_id);
    bytes_put_le32(packed + AT_DETAIL, (uint32_t)event->detail);
    bytes_put_le32(packed + AT_QUANTITY, (uint32_t)event->quantity);
    uint8_t *at = packed + HEAD_BYTES;
    memcpy(at, event->address.bytes, ip_bytes);
    at += ip_bytes;
    memcpy(at, event->placement, event->placement_bytes);
    at += event->placement_bytes;
    memcpy(at, event->id, event->id_bytes);
    return (size_t)(at + event->id_bytes - packed);
}

size_t event_packed_bytes(const struct event *event)
{
    return HEAD_BYTES + address_bytes(&event->address) + event->placement_bytes + event->id_bytes;
}

static bool is_family(uint8_t family)
{
    return family == ADDRESS_NONE || family == ADDRESS_IPV4 || family == ADDRESS_IPV6;
}

/* In the years 1 to 9999: what PostgreSQL refuses would hold up all that is behind it. */
static bool is_time(int64_t time_us)
{
    return time_us >= INT64_C(-62135596800000000) && time_us < INT64_C(253402300800000000);
}

static bool is_valid(const struct event *event)
{
    int32_t ad_least = event_kind_may_lack_ad((enum event_kind)event->kind) ? 0 : 1;
    return is_family(event->address.family) && is_time(event->received_at_us) &&
           is_time(event->occurred_at_us) && event->id_bytes <= EVENT_ID_MAX_BYTES &&
           event->placement_bytes <= EVENT_PLACEMENT_MAX_BYTES && event->ad_id >= ad_least &&
           event->detail >= 0 && event->quantity >= 1 && event->verdict < EVENT_VERDICTS &&
           (event->flags & ~EVENT_FLAGS_MASK) == 0 && event->playback_ms >= EVENT_PLAYBACK_MIN_MS &&
           event->playback_ms <= EVENT_PLAYBACK_MAX_MS;
}

/* What PostgreSQL would refuse would be refused with all others of its batch. */
static bool is_placement(const char *text, size_t bytes)
{
    static const char other[] = EVENT_PLACEMENT_OTHER;
    return bytes == 0 || event_fields_is_placement(text, bytes) ||
           (bytes == sizeof other - 1 && memcmp(text, other, sizeof other - 1) == 0);
}

/* What stands behind the head, of exactly `bytes`: by the lengths in the event. */
static enum result take_tail(const uint8_t *tail, size_t bytes, struct event *event)
{
    size_t ip_bytes = address_bytes(&event->address);
    if (!is_valid(event) || bytes != ip_bytes + event->placement_bytes + event->id_bytes)
        return RESULT_MALFORMED;
    memcpy(event->address.bytes, tail, ip_bytes);
    memcpy(event->placement, tail + ip_bytes, event->placement_bytes);
    memcpy(event->id, tail + ip_bytes + event->placement_bytes, event->id_bytes);
    bool is_text = is_placement(event->placement, event->placement_bytes) &&
                   text_is_printable(event->id, event->id_bytes);
    return is_text ? RESULT_OK : RESULT_MALFORMED;
}

static enum result unpack_1(const uint8_t *packed, size_t packed_bytes, struct event *event)
{
    if (packed_bytes < HEAD_1_BYTES || packed[AT_KIND] >= KINDS_1)
        return RESULT_MALFORMED;
    int32_t seconds = (int32_t)bytes_get_le32(packed + AT_1_PLAYBACK_SECONDS);
    if (seconds < 0 || seconds > PLAYBACK_1_MAX_SECONDS)
        return RESULT_MALFORMED;
    *event = (struct event){
        .occurred_at_us = (int64_t)bytes_get_le64(packed + AT_1_OCCURRED_AT),
        .playback_ms = (int64_t)seconds * 1000,
        .ad_id = (int32_t)bytes_get_le32(packed + AT_1_AD_ID),
        .quantity = 1,
        .kind = packed[AT_KIND],
        .id_bytes = packed[AT_1_ID_BYTES],
        .address = {.family = packed[AT_1_FAMILY]},
    };
    event->received_at_us = event->occurred_at_us;
    return take_tail(packed + HEAD_1_BYTES, packed_bytes - HEAD_1_BYTES, event);
}

static enum result unpack_2(const uint8_t *packed, size_t packed_bytes, struct event *event)
{
    if (packed_bytes < HEAD_BYTES || packed[AT_KIND] >= EVENT_KINDS || packed[AT_RESERVED] != 0)
        return RESULT_MALFORMED;
    *event = (struct event){
        .received_at_us = (int64_t)bytes_get_le64(packed + AT_RECEIVED_AT),
        .occurred_at_us = (int64_t)bytes_get_le64(packed + AT_OCCURRED_AT),
        .playback_ms = (int64_t)bytes_get_le64(packed + AT_PLAYBACK),
        .ad_id = (int32_t)bytes_get_le32(packed + AT_AD_ID),
        .detail = (int32_t)bytes_get_le32(packed + AT_DETAIL),
        .quantity = (int32_t)bytes_get_le32(packed + AT_QUANTITY),
        .kind = packed[AT_KIND],
        .verdict = packed[AT_VERDICT],
        .flags = packed[AT_FLAGS],
        .placement_bytes = packed[AT_PLACEMENT_BYTES],
        .id_bytes = packed[AT_ID_BYTES],
        .address = {.family = packed[AT_FAMILY]},
    };
    return take_tail(packed + HEAD_BYTES, packed_bytes - HEAD_BYTES, event);
}

enum result event_unpack(const uint8_t *packed, size_t packed_bytes, struct event *event)
{
    struct event unpacked;
    enum result result = RESULT_MALFORMED;
    if (packed_bytes > AT_VERSION && packed[AT_VERSION] == VERSION)
        result = unpack_2(packed, packed_bytes, &unpacked);
    else if (packed_bytes > AT_VERSION && packed[AT_VERSION] == 1)
        result = unpack_1(packed, packed_bytes, &unpacked);
    if (result == RESULT_OK)
        *event = unpacked;
    return result;
}
