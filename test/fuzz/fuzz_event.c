/* Events from any bytes: what decodes must survive packing unchanged, and jansson must have the
 * last word on what it is. */
#include <stdlib.h>
#include <string.h>

#include "protocol/event_body.h"
#include "protocol/event_fast.h"
#include "protocol/event_json.h"
#include "test/fuzz/event_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    /* Those that have members of their own, and one that has none. */
    static const enum event_kind kinds[] = {EVENT_CLICK, EVENT_ERROR, EVENT_PROGRESS};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        enum event_kind kind = kinds[i];
        struct event event = {.occurred_at_us = 1745107200000000};
        struct error error = {""};
        enum result result = event_decode((const char *)data, size, kind, &event, &error);
        require((result == RESULT_OK) == (error.text[0] == '\0'));
        require(result == RESULT_OK || result == RESULT_MALFORMED || result == RESULT_INVALID);
        check_body((const char *)data, size, kind, result == RESULT_OK ? &event : NULL);
        if (result != RESULT_OK)
            continue;
        require(event.kind == kind);
        require(event.ad_id >= (event_kind_may_lack_ad(kind) ? 0 : 1));
        check_plain((const char *)data, size, &event);
        require_packs(&event);
    }
    return 0;
}
