/* Events from any bytes: what decodes must survive packing unchanged, and jansson must have the
 * last word on what it is. */
#include <stdlib.h>
#include <string.h>

#include "protocol/event_body.h"
#include "protocol/event_fast.h"
#include "protocol/event_json.h"
#include "protocol/event_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
    if (!condition)
        abort();
}

static void require_same(const struct event *a, const struct event *b)
{
    require(a->occurred_at_us == b->occurred_at_us);
    require(a->ad_id == b->ad_id);
    require(a->playback_seconds == b->playback_seconds);
    require(a->kind == b->kind);
    require(a->address.family == b->address.family);
    require(memcmp(a->address.bytes, b->address.bytes, sizeof(a->address.bytes)) == 0);
    require(a->id_bytes == b->id_bytes);
    require(memcmp(a->id, b->id, a->id_bytes) == 0);
}

static void check_packing(const struct event *event)
{
    uint8_t packed[EVENT_PACKED_MAX_BYTES];
    struct event unpacked;
    size_t packed_bytes = event_pack(event, packed);
    require(packed_bytes <= EVENT_PACKED_MAX_BYTES);
    require(event_unpack(packed, packed_bytes, &unpacked) == RESULT_OK);
    require_same(event, &unpacked);
}

/* A body is the events in it, each once. */
static void check_body(const char *data, size_t size, enum event_kind kind,
                       const struct event *expected)
{
    struct event_body body;
    struct event event = {.occurred_at_us = expected == NULL ? 0 : expected->occurred_at_us};
    struct error error = {""};
    event_body_init(&body, data, size, kind);
    enum event_body_step step = event_body_next(&body, &event, &error);
    require(step == (expected == NULL ? EVENT_BODY_FAULT : EVENT_BODY_EVENT) && body.index == 0);
    if (expected != NULL)
        require_same(&event, expected);
    require(event_body_next(&body, &event, &error) == EVENT_BODY_END);
}

static void check_plain(const char *data, size_t size, const struct event *event)
{
    struct event other = {.occurred_at_us = event->occurred_at_us};
    struct error error = {""};
    require(event_decode_full(data, size, (enum event_kind)event->kind, &other, &error) ==
            RESULT_OK);
    require_same(event, &other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        struct event event = {.occurred_at_us = 1745107200000000};
        struct error error = {""};
        enum result result =
            event_decode((const char *)data, size, (enum event_kind)kind, &event, &error);
        require((result == RESULT_OK) == (error.text[0] == '\0'));
        require(result == RESULT_OK || result == RESULT_MALFORMED || result == RESULT_INVALID);
        check_body((const char *)data, size, (enum event_kind)kind,
                   result == RESULT_OK ? &event : NULL);
        if (result != RESULT_OK)
            continue;
        require(event.kind == kind && event.ad_id >= 1);
        check_plain((const char *)data, size, &event);
        check_packing(&event);
    }
    return 0;
}
