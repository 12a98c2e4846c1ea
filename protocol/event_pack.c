/*
 * The packed form of an event. It lies in journals that later versions read, so a change of layout
 * takes a new version byte. Numbers are little-endian.
 */
#include "protocol/event_pack.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/text.h"

enum { VERSION = 1, ADDRESS_MAX_BYTES = 16 };

/* Offsets. Behind the head come the address, of as many bytes as its family has, and the id. */
enum {
    AT_VERSION = 0, /* stays where it is in every version */
    AT_KIND = 1,
    AT_FAMILY = 2,
    AT_ID_BYTES = 3,
    AT_OCCURRED_AT = 4,
    AT_AD_ID = 12,
    AT_PLAYBACK = 16,
    HEAD_BYTES = 20,
};

_Static_assert(HEAD_BYTES + ADDRESS_MAX_BYTES + EVENT_ID_MAX_BYTES <= EVENT_PACKED_MAX_BYTES,
               "the largest event fits");

size_t event_pack(const struct event *event, uint8_t packed[static EVENT_PACKED_MAX_BYTES])
{
    assert(event->kind < EVENT_KINDS && event->id_bytes <= EVENT_ID_MAX_BYTES);
    size_t ip_bytes = address_bytes(&event->address);
    packed[AT_VERSION] = VERSION;
    packed[AT_KIND] = event->kind;
    packed[AT_FAMILY] = event->address.family;
    packed[AT_ID_BYTES] = event->id_bytes;
    bytes_put_le64(packed + AT_OCCURRED_AT, (uint64_t)event->occurred_at_us);
    bytes_put_le32(packed + AT_AD_ID, (uint32_t)event->ad_id);
    bytes_put_le32(packed + AT_PLAYBACK, (uint32_t)event->playback_seconds);
    memcpy(packed + HEAD_BYTES, event->address.bytes, ip_bytes);
    memcpy(packed + HEAD_BYTES + ip_bytes, event->id, event->id_bytes);
    return HEAD_BYTES + ip_bytes + event->id_bytes;
}

static bool is_family(uint8_t family)
{
    return family == ADDRESS_NONE || family == ADDRESS_IPV4 || family == ADDRESS_IPV6;
}

static bool is_valid(const struct event *event)
{
    return event->kind < EVENT_KINDS && is_family(event->address.family) &&
           event->id_bytes <= EVENT_ID_MAX_BYTES && event->ad_id >= 1 &&
           event->playback_seconds >= 0 && event->playback_seconds <= EVENT_PLAYBACK_MAX_SECONDS;
}

enum result event_unpack(const uint8_t *packed, size_t packed_bytes, struct event *event)
{
    if (packed_bytes < HEAD_BYTES || packed[AT_VERSION] != VERSION)
        return RESULT_MALFORMED;
    struct event unpacked = {
        .occurred_at_us = (int64_t)bytes_get_le64(packed + AT_OCCURRED_AT),
        .ad_id = (int32_t)bytes_get_le32(packed + AT_AD_ID),
        .playback_seconds = (int32_t)bytes_get_le32(packed + AT_PLAYBACK),
        .kind = packed[AT_KIND],
        .id_bytes = packed[AT_ID_BYTES],
        .address = {.family = packed[AT_FAMILY]},
    };
    size_t ip_bytes = address_bytes(&unpacked.address);
    if (!is_valid(&unpacked) || packed_bytes != HEAD_BYTES + ip_bytes + unpacked.id_bytes)
        return RESULT_MALFORMED;
    memcpy(unpacked.address.bytes, packed + HEAD_BYTES, ip_bytes);
    memcpy(unpacked.id, packed + HEAD_BYTES + ip_bytes, unpacked.id_bytes);
    if (!text_is_printable(unpacked.id, unpacked.id_bytes))
        return RESULT_MALFORMED;
    *event = unpacked;
    return RESULT_OK;
}
