/* What the fuzz targets of events require. A failure aborts. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "protocol/event.h"
#include "protocol/event_pack.h"

static inline void require(int condition)
{
    if (!condition)
        abort();
}

static inline void require_same(const struct event *a, const struct event *b)
{
    require(a->received_at_us == b->received_at_us);
    require(a->occurred_at_us == b->occurred_at_us);
    require(a->playback_ms == b->playback_ms);
    require(a->ad_id == b->ad_id);
    require(a->detail == b->detail && a->quantity == b->quantity);
    require(a->kind == b->kind && a->verdict == b->verdict && a->flags == b->flags);
    require(a->address.family == b->address.family);
    require(memcmp(a->address.bytes, b->address.bytes, sizeof(a->address.bytes)) == 0);
    require(a->placement_bytes == b->placement_bytes);
    require(memcmp(a->placement, b->placement, a->placement_bytes) == 0);
    require(a->id_bytes == b->id_bytes);
    require(memcmp(a->id, b->id, a->id_bytes) == 0);
}

/* What decodes must survive packing unchanged. */
static inline void require_packs(const struct event *event)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event unpacked;
    size_t packed_bytes = event_pack(event, packed);
    require(packed_bytes <= EVENT_PACKED_MAX_BYTES);
    require(event_unpack(packed, packed_bytes, &unpacked) == RESULT_OK);
    require_same(event, &unpacked);
}
