/* Events out of JSON. Called for every event a client sends: the plain form is read without
 * jansson. */
#include "protocol/event_json.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "protocol/event_fast.h"
#include "protocol/event_fields.h"
#include "protocol/strict_json.h"
#include "protocol/text.h"

/* Points `values` at the object's fields; NULL where one is absent or null. */
static enum result collect_fields(json_t *object, const json_t *values[static EVENT_FIELDS],
                                  struct error *error)
{
    bool given[EVENT_FIELDS] = {false};
    const char *key;
    size_t key_bytes;
    json_t *value;
    json_object_keylen_foreach(object, key, key_bytes, value)
    {
        size_t field = event_field_find(key, key_bytes, strncasecmp); /* as the Go service did */
        if (field == EVENT_FIELDS)
            continue;
        if (given[field])
            return error_set(error, RESULT_MALFORMED, "%s is given twice",
                             event_field_names[field].text);
        given[field] = true;
        values[field] = json_is_null(value) ? NULL : value;
    }
    return RESULT_OK;
}

static enum result read_whole(const json_t *value, enum event_field field, int32_t low,
                              int32_t high, int32_t *number, struct error *error)
{
    json_int_t given = json_integer_value(value);
    if (!json_is_integer(value) || given < low || given > high)
        return error_set(error, RESULT_INVALID, "%s must be a whole number from %d to %d",
                         event_field_names[field].text, low, high);
    *number = (int32_t)given;
    return RESULT_OK;
}

static enum result read_ip(const json_t *value, struct address *address, struct error *error)
{
    if (!json_is_string(value))
        return error_set(error, RESULT_INVALID, "ip must be a string");
    if (address_parse(json_string_value(value), json_string_length(value), address) != RESULT_OK)
        return error_set(error, RESULT_INVALID, "ip is not an IP address");
    return RESULT_OK;
}

static enum result read_event_id(const json_t *value, struct event *event, struct error *error)
{
    if (!json_is_string(value))
        return error_set(error, RESULT_INVALID, "event_id must be a string");
    const char *id = json_string_value(value);
    size_t id_bytes = json_string_length(value);
    if (id_bytes == 0)
        return error_set(error, RESULT_INVALID, "event_id is empty");
    if (id_bytes > EVENT_ID_MAX_BYTES)
        return error_set(error, RESULT_INVALID, "event_id is longer than %d bytes",
                         EVENT_ID_MAX_BYTES);
    if (!text_is_printable(id, id_bytes))
        return error_set(error, RESULT_INVALID, "event_id has a control character");
    memcpy(event->id, id, id_bytes);
    event->id_bytes = (uint8_t)id_bytes;
    return RESULT_OK;
}

static enum result read_fields(json_t *object, struct event *event, struct error *error)
{
    const json_t *values[EVENT_FIELDS] = {NULL};
    enum result result = collect_fields(object, values, error);
    if (result != RESULT_OK)
        return result;
    if (values[FIELD_AD_ID] == NULL)
        return error_set(error, RESULT_INVALID, "ad_id is missing");
    result = read_whole(values[FIELD_AD_ID], FIELD_AD_ID, 1, INT32_MAX, &event->ad_id, error);
    if (result == RESULT_OK && values[FIELD_IP] != NULL)
        result = read_ip(values[FIELD_IP], &event->address, error);
    if (result == RESULT_OK && values[FIELD_PLAYBACK_TIME] != NULL)
        result = read_whole(values[FIELD_PLAYBACK_TIME], FIELD_PLAYBACK_TIME, 0,
                            EVENT_PLAYBACK_MAX_SECONDS, &event->playback_seconds, error);
    if (result == RESULT_OK && values[FIELD_EVENT_ID] != NULL)
        result = read_event_id(values[FIELD_EVENT_ID], event, error);
    return result;
}

static void begin(struct event *event, enum event_kind kind)
{
    event->kind = (uint8_t)kind;
    event->playback_seconds = 0;
    event->id_bytes = 0;
    event->address = (struct address){.family = ADDRESS_NONE};
}

enum result event_decode(const char *body, size_t body_bytes, enum event_kind kind,
                         struct event *event, struct error *error)
{
    assert((unsigned)kind < EVENT_KINDS);
    begin(event, kind);
    if (event_decode_fast(body, body_bytes, event))
        return RESULT_OK;
    return event_decode_full(body, body_bytes, kind, event, error);
}

enum result event_decode_full(const char *body, size_t body_bytes, enum event_kind kind,
                              struct event *event, struct error *error)
{
    json_t *object = NULL;
    enum result result = strict_json_parse_object(body, body_bytes, &object, error);
    if (result != RESULT_OK)
        return result;
    begin(event, kind);
    result = read_fields(object, event, error);
    json_decref(object);
    return result;
}
