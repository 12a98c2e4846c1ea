/*
 * The packed form of an event. It lies in journals that later versions read, so a change of layout
 * takes a new version byte. Numbers are little-endian:
 *
 *     0  version (1)     1  kind    2  address family    3  bytes of the id
 *     4  occurred_at_us  12 ad_id   16 playback_seconds  20 address, then the id
 */
#include "protocol/event_pack.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/text.h"

enum { VERSION = 1, HEAD_BYTES = 20, ADDRESS_MAX_BYTES = 16 };

_Static_assert(HEAD_BYTES + ADDRESS_MAX_BYTES + EVENT_ID_MAX_BYTES <= EVENT_PACKED_MAX_BYTES,
               "the largest event fits");

size_t event_pack(const struct event *event, uint8_t packed[static EVENT_PACKED_MAX_BYTES])
{
    assert(event->kind < EVENT_KINDS && event->id_bytes <= EVENT_ID_MAX_BYTES);
    size_t ip_bytes = address_bytes(&event->address);
    packed[0] = VERSION;
    packed[1] = event->kind;
    packed[2] = event->address.family;
    packed[3] = event->id_bytes;
    bytes_put_le64(packed + 4, (uint64_t)event->occurred_at_us);
    bytes_put_le32(packed + 12, (uint32_t)event->ad_id);
    bytes_put_le32(packed + 16, (uint32_t)event->playback_seconds);
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
    if (packed_bytes < HEAD_BYTES || packed[0] != VERSION)
        return RESULT_MALFORMED;
    struct event unpacked = {
        .occurred_at_us = (int64_t)bytes_get_le64(packed + 4),
        .ad_id = (int32_t)bytes_get_le32(packed + 12),
        .playback_seconds = (int32_t)bytes_get_le32(packed + 16),
        .kind = packed[1],
        .id_bytes = packed[3],
        .address = {.family = packed[2]},
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
