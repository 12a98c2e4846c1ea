/* Batches from any bytes: they end, faults have words, and events are what jansson takes them for.
 */
#include <stdlib.h>
#include <string.h>

#include "protocol/event_body.h"
#include "protocol/event_json.h"
#include "test/fuzz/event_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_event(const struct event *event)
{
    require(event_kind_is_clients((enum event_kind)event->kind));
    require(event->ad_id >= (event_kind_may_lack_ad((enum event_kind)event->kind) ? 0 : 1));
    require_packs(event);
}

/* A line without a line's end in it is one item, be it good or bad; an array of it has it as well,
 * where it is good. */
static void check_alone(const char *text, size_t size, const struct event *event)
{
    struct event_body body;
    struct event other = {0};
    struct error error;
    char *array = malloc(size + 2);
    require(array != NULL);
    array[0] = '[';
    memcpy(array + 1, text, size);
    array[size + 1] = ']';
    event_body_init(&body, array, size + 2);
    require(event_body_next(&body, &other, &error) == EVENT_BODY_EVENT);
    require_same(event, &other);
    require(event_body_next(&body, &other, &error) == EVENT_BODY_END);
    free(array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct event_body body;
    struct event event = {0};
    struct error error = {""};
    enum event_body_step step;
    size_t steps = 0;
    event_body_init(&body, text, size);
    while ((step = event_body_next(&body, &event, &error)) < EVENT_BODY_TOO_MANY) {
        if (step == EVENT_BODY_GOES_ON)
            continue;
        require(body.index == steps++ && steps <= EVENT_BODY_ITEMS_MAX + 1);
        require(body.at <= body.end && body.end == text + size);
        require((step == EVENT_BODY_FAULT) == (error.text[0] != '\0'));
        require(step == EVENT_BODY_EVENT || body.result == RESULT_MALFORMED ||
                body.result == RESULT_INVALID);
        if (step == EVENT_BODY_EVENT)
            check_event(&event);
        error.text[0] = '\0';
    }
    require(event_body_next(&body, &event, &error) == step);
    if (size <= EVENT_BODY_ITEM_MAX_BYTES && size > 0 && data[0] == '{' &&
        event_decode_item_full(text, size, &event, NULL) == RESULT_OK)
        check_alone(text, size, &event);
    return 0;
}
