/* The plain form in which nearly every event comes. */
#include "protocol/event_fast.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/event_fields.h"
#include "protocol/text.h"

enum { DIGITS_MAX = 10, DECIMAL_MAX_BYTES = 30 };

/* Members that only one kind has. */
struct extras {
    int32_t code;
    int32_t offset_ms;
};

struct reader {
    const char *at;
    const char *end;
};

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && text_is_blank(*reader->at))
        reader->at++;
}

static bool take(struct reader *reader, char wanted)
{
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != wanted)
        return false;
    reader->at++;
    return true;
}

/* Printable ASCII that stands for itself in a string. */
static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static bool take_string(struct reader *reader, const char **text, size_t *bytes)
{
    if (!take(reader, '"'))
        return false;
    *text = reader->at;
    while (reader->at < reader->end && is_plain(*reader->at))
        reader->at++;
    *bytes = (size_t)(reader->at - *text);
    return reader->at < reader->end && *reader->at++ == '"';
}

/* Digits without a leading 0, as many as fit. */
static bool take_digits(struct reader *reader, int64_t *number)
{
    const char *first = reader->at;
    *number = 0;
    const char *end = reader->end - first > DIGITS_MAX ? first + DIGITS_MAX : reader->end;
    for (; reader->at < end && *reader->at >= '0' && *reader->at <= '9'; reader->at++)
        *number = *number * 10 + (*reader->at - '0');
    return reader->at > first && (*first != '0' || reader->at == first + 1);
}

static bool take_whole(struct reader *reader, int32_t high, int32_t *number)
{
    int64_t digits;
    skip_blanks(reader);
    if (!take_digits(reader, &digits) || digits > high)
        return false;
    *number = (int32_t)digits;
    return true;
}

/* The number from `first` on, whose fraction comes next: by strtod(), as jansson does it. */
static bool take_fraction(struct reader *reader, const char *first, double *number)
{
    char text[DECIMAL_MAX_BYTES + 1];
    const char *point = reader->at++;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
    size_t bytes = (size_t)(reader->at - first);
    if (reader->at == point + 1 || bytes > DECIMAL_MAX_BYTES)
        return false;
    memcpy(text, first, bytes);
    text[bytes] = '\0';
    char *end;
    *number = strtod(text, &end); /* nobody calls setlocale(): the point is a point */
    return end == text + bytes;
}

static bool take_playback(struct reader *reader, int64_t *milliseconds)
{
    int64_t digits;
    skip_blanks(reader);
    const char *first = reader->at;
    bool is_negative = first < reader->end && *first == '-';
    reader->at += is_negative;
    if (!take_digits(reader, &digits))
        return false;
    double seconds = (double)(is_negative ? -digits : digits);
    if (reader->at < reader->end && *reader->at == '.' && !take_fraction(reader, first, &seconds))
        return false;
    return event_fields_playback(seconds, milliseconds);
}

static bool take_address(struct reader *reader, struct address *address)
{
    const char *text;
    size_t bytes;
    return take_string(reader, &text, &bytes) && address_parse(text, bytes, address) == RESULT_OK;
}

static bool take_id(struct reader *reader, struct event *event)
{
    const char *text;
    size_t bytes;
    if (!take_string(reader, &text, &bytes) || bytes == 0 || bytes > EVENT_ID_MAX_BYTES)
        return false;
    memcpy(event->id, text, bytes);
    event->id_bytes = (uint8_t)bytes;
    return true;
}

static bool take_placement(struct reader *reader, struct event *event)
{
    const char *text;
    size_t bytes;
    if (!take_string(reader, &text, &bytes) || !event_fields_is_placement(text, bytes))
        return false;
    memcpy(event->placement, text, bytes);
    event->placement_bytes = (uint8_t)bytes;
    return true;
}

static bool take_age(struct reader *reader, struct event *event)
{
    int32_t age_ms;
    if (!take_whole(reader, EVENT_AGE_MAX_MS, &age_ms))
        return false;
    event->occurred_at_us = INT64_C(-1000) * age_ms;
    return true;
}

static bool take_type(struct reader *reader, struct event *event)
{
    const char *text;
    size_t bytes;
    enum event_kind kind;
    if (!take_string(reader, &text, &bytes) || !event_kind_find(text, bytes, &kind))
        return false;
    event->kind = (uint8_t)kind;
    return event_kind_is_clients(kind);
}

static bool take_value(struct reader *reader, size_t field, struct event *event,
                       struct extras *extras)
{
    switch (field) {
    case FIELD_AD_ID:
        return take_whole(reader, INT32_MAX, &event->ad_id);
    case FIELD_IP:
        return take_address(reader, &event->address);
    case FIELD_PLAYBACK_TIME:
        return take_playback(reader, &event->playback_ms);
    case FIELD_EVENT_ID:
        return take_id(reader, event);
    case FIELD_PLACEMENT:
        return take_placement(reader, event);
    case FIELD_AGE:
        return take_age(reader, event);
    case FIELD_CODE:
        return take_whole(reader, EVENT_CODE_MAX, &extras->code);
    case FIELD_OFFSET:
        return take_whole(reader, INT32_MAX, &extras->offset_ms);
    case FIELD_TYPE:
        return take_type(reader, event);
    default:
        return false;
    }
}

/* The members' sum: `seen` has a bit for each. */
static bool settle(struct event *event, unsigned seen, const struct extras *extras)
{
    unsigned useless = 1u << FIELD_CODE | 1u << FIELD_OFFSET;
    if (event->kind == EVENT_ERROR) {
        event->detail = extras->code;
        useless &= ~(1u << FIELD_CODE);
    } else if (event->kind == EVENT_PROGRESS) {
        event->detail = extras->offset_ms;
        useless &= ~(1u << FIELD_OFFSET);
    }
    return (seen & useless) == 0 &&
           (event->ad_id > 0 || event_kind_may_lack_ad((enum event_kind)event->kind));
}

/* An object whose members are among those that `allowed` has a bit for. */
static bool take_object(struct reader *reader, unsigned allowed, struct event *event)
{
    struct extras extras = {0, 0};
    unsigned seen = 0;
    event_fields_begin(event);
    if (!take(reader, '{'))
        return false;
    do {
        const char *name;
        size_t name_bytes;
        if (!take_string(reader, &name, &name_bytes) || !take(reader, ':'))
            return false;
        size_t field = event_field_find(name, name_bytes, strncmp);
        if ((allowed & ~seen & 1u << field) == 0 || !take_value(reader, field, event, &extras))
            return false;
        seen |= 1u << field;
    } while (take(reader, ','));
    bool is_whole = (allowed & 1u << FIELD_TYPE) == 0 || (seen & 1u << FIELD_TYPE) != 0;
    return is_whole && take(reader, '}') && settle(event, seen, &extras);
}

#define ITEM_FIELDS ((1u << EVENT_FIELDS) - 1)
#define SINGLE_FIELDS (ITEM_FIELDS & ~(1u << FIELD_TYPE))

bool event_decode_fast(const char *body, size_t body_bytes, struct event *event)
{
    struct reader reader = {body + text_mark_bytes(body, body_bytes), body + body_bytes};
    if (!take_object(&reader, SINGLE_FIELDS, event))
        return false;
    skip_blanks(&reader);
    return reader.at == reader.end;
}

bool event_decode_fast_item(const char *text, size_t bytes, struct event *event, const char **end)
{
    struct reader reader = {text, text + bytes};
    bool is_read = take_object(&reader, ITEM_FIELDS, event);
    *end = reader.at;
    return is_read;
}
