/* The plain form in which nearly every event comes. */
#include "protocol/event_fast.h"

#include <stdint.h>
#include <string.h>

#include "protocol/event_fields.h"
#include "protocol/text.h"

enum { DIGITS_MAX = 9 }; /* what surely fits an int32_t */

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

static bool take_number(struct reader *reader, int32_t *number)
{
    skip_blanks(reader);
    const char *first = reader->at;
    *number = 0;
    const char *end = reader->end - first > DIGITS_MAX ? first + DIGITS_MAX : reader->end;
    for (; reader->at < end && *reader->at >= '0' && *reader->at <= '9'; reader->at++)
        *number = *number * 10 + (*reader->at - '0');
    return reader->at > first && (*first != '0' || reader->at == first + 1);
}

static bool take_value(struct reader *reader, size_t field, struct event *event)
{
    const char *text;
    size_t bytes;
    switch (field) {
    case FIELD_AD_ID:
        return take_number(reader, &event->ad_id) && event->ad_id > 0;
    case FIELD_PLAYBACK_TIME:
        return take_number(reader, &event->playback_seconds) &&
               event->playback_seconds <= EVENT_PLAYBACK_MAX_SECONDS;
    case FIELD_IP:
        return take_string(reader, &text, &bytes) &&
               address_parse(text, bytes, &event->address) == RESULT_OK;
    case FIELD_EVENT_ID:
        if (!take_string(reader, &text, &bytes) || bytes == 0 || bytes > EVENT_ID_MAX_BYTES)
            return false;
        memcpy(event->id, text, bytes);
        event->id_bytes = (uint8_t)bytes;
        return true;
    default:
        return false;
    }
}

bool event_decode_fast(const char *body, size_t body_bytes, struct event *event)
{
    struct reader reader = {body + text_mark_bytes(body, body_bytes), body + body_bytes};
    unsigned seen = 0;
    if (!take(&reader, '{'))
        return false;
    do {
        const char *name;
        size_t name_bytes;
        if (!take_string(&reader, &name, &name_bytes) || !take(&reader, ':'))
            return false;
        size_t field = event_field_find(name, name_bytes, strncmp);
        if ((seen & 1u << field) != 0 || !take_value(&reader, field, event))
            return false;
        seen |= 1u << field;
    } while (take(&reader, ','));
    bool is_ended = take(&reader, '}');
    skip_blanks(&reader);
    return is_ended && reader.at == reader.end && (seen & 1u << FIELD_AD_ID) != 0;
}
