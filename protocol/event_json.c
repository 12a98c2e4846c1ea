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

/* Leaves `*number` alone where the member is absent. */
static enum result read_whole(const json_t *const *values, enum event_field field, int32_t low,
                              int32_t high, int32_t *number, struct error *error)
{
    const json_t *value = values[field];
    if (value == NULL)
        return RESULT_OK;
    json_int_t given = json_integer_value(value);
    if (!json_is_integer(value) || given < low || given > high)
        return error_set(error, RESULT_INVALID, "%s must be a whole number from %d to %d",
                         event_field_names[field].text, low, high);
    *number = (int32_t)given;
    return RESULT_OK;
}

static enum result read_ad_id(const json_t *const *values, struct event *event, struct error *error)
{
    bool may_lack = event_kind_may_lack_ad((enum event_kind)event->kind);
    if (values[FIELD_AD_ID] == NULL && !may_lack)
        return error_set(error, RESULT_INVALID, "ad_id is missing");
    return read_whole(values, FIELD_AD_ID, may_lack ? 0 : 1, INT32_MAX, &event->ad_id, error);
}

static enum result read_seconds(const json_t *value, int64_t *milliseconds, struct error *error)
{
    if (json_is_number(value) && event_fields_playback(json_number_value(value), milliseconds))
        return RESULT_OK;
    return error_set(error, RESULT_INVALID,
                     "video_playback_time must be a number of seconds from %d to %d", INT32_MIN,
                     INT32_MAX);
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

static enum result read_placement(const json_t *value, struct event *event, struct error *error)
{
    if (!json_is_string(value))
        return error_set(error, RESULT_INVALID, "placement must be a string");
    const char *text = json_string_value(value);
    size_t bytes = json_string_length(value);
    if (!event_fields_is_placement(text, bytes))
        return error_set(error, RESULT_INVALID,
                         "placement must be 1 to %d of the characters A-Z a-z 0-9 . _ -",
                         EVENT_PLACEMENT_MAX_BYTES);
    memcpy(event->placement, text, bytes);
    event->placement_bytes = (uint8_t)bytes;
    return RESULT_OK;
}

static enum result read_type(const json_t *value, struct event *event, struct error *error)
{
    if (value == NULL)
        return error_set(error, RESULT_INVALID, "type is missing");
    if (!json_is_string(value))
        return error_set(error, RESULT_INVALID, "type must be a string");
    enum event_kind kind;
    if (!event_kind_find(json_string_value(value), json_string_length(value), &kind))
        return error_set(error, RESULT_INVALID, "type is no kind of event");
    if (!event_kind_is_clients(kind))
        return error_set(error, RESULT_INVALID, "type is a kind that only the server reports");
    event->kind = (uint8_t)kind;
    return RESULT_OK;
}

/* What one kind alone has: with others it is a member like any that is not ours. */
static enum result read_detail(const json_t *const *values, struct event *event,
                               struct error *error)
{
    if (event->kind == EVENT_ERROR)
        return read_whole(values, FIELD_CODE, 0, EVENT_CODE_MAX, &event->detail, error);
    if (event->kind == EVENT_PROGRESS)
        return read_whole(values, FIELD_OFFSET, 0, INT32_MAX, &event->detail, error);
    return RESULT_OK;
}

static enum result read_fields(const json_t *const *values, struct event *event,
                               struct error *error)
{
    int32_t age_ms = 0;
    enum result result = read_ad_id(values, event, error);
    if (result == RESULT_OK && values[FIELD_IP] != NULL)
        result = read_ip(values[FIELD_IP], &event->address, error);
    if (result == RESULT_OK && values[FIELD_PLAYBACK_TIME] != NULL)
        result = read_seconds(values[FIELD_PLAYBACK_TIME], &event->playback_ms, error);
    if (result == RESULT_OK && values[FIELD_EVENT_ID] != NULL)
        result = read_event_id(values[FIELD_EVENT_ID], event, error);
    if (result == RESULT_OK && values[FIELD_PLACEMENT] != NULL)
        result = read_placement(values[FIELD_PLACEMENT], event, error);
    if (result == RESULT_OK)
        result = read_whole(values, FIELD_AGE, 0, EVENT_AGE_MAX_MS, &age_ms, error);
    if (result == RESULT_OK)
        result = read_detail(values, event, error);
    event->occurred_at_us = INT64_C(-1000) * age_ms;
    return result;
}

static enum result read_object(json_t *object, bool is_item, struct event *event,
                               struct error *error)
{
    const json_t *values[EVENT_FIELDS] = {NULL};
    enum result result = collect_fields(object, values, error);
    if (result == RESULT_OK && is_item)
        result = read_type(values[FIELD_TYPE], event, error);
    return result == RESULT_OK ? read_fields(values, event, error) : result;
}

static enum result decode_full(const char *text, size_t bytes, bool is_item, struct event *event,
                               struct error *error)
{
    json_t *object = NULL;
    enum result result = strict_json_parse_object(text, bytes, &object, error);
    if (result != RESULT_OK)
        return result;
    event_fields_begin(event);
    result = read_object(object, is_item, event, error);
    json_decref(object);
    return result;
}

enum result event_decode(const char *body, size_t body_bytes, enum event_kind kind,
                         struct event *event, struct error *error)
{
    assert((unsigned)kind < EVENT_KINDS);
    event->kind = (uint8_t)kind;
    if (event_decode_fast(body, body_bytes, event))
        return RESULT_OK;
    return decode_full(body, body_bytes, false, event, error);
}

enum result event_decode_full(const char *body, size_t body_bytes, enum event_kind kind,
                              struct event *event, struct error *error)
{
    event->kind = (uint8_t)kind;
    return decode_full(body, body_bytes, false, event, error);
}

enum result event_decode_item(const char *text, size_t bytes, struct event *event,
                              struct error *error)
{
    const char *end;
    if (event_decode_fast_item(text, bytes, event, &end)) {
        while (end < text + bytes && text_is_blank(*end))
            end++;
        if (end == text + bytes)
            return RESULT_OK;
    }
    return decode_full(text, bytes, true, event, error);
}

enum result event_decode_item_full(const char *text, size_t bytes, struct event *event,
                                   struct error *error)
{
    return decode_full(text, bytes, true, event, error);
}
