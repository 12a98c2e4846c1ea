/* The members of an event's JSON object. Internal to protocol/. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/event.h"

enum event_field {
    FIELD_AD_ID,
    FIELD_IP,
    FIELD_PLAYBACK_TIME,
    FIELD_EVENT_ID,
    FIELD_PLACEMENT,
    FIELD_AGE,
    FIELD_CODE,   /* of an error */
    FIELD_OFFSET, /* of a progress */
    FIELD_TYPE,   /* of an item among others; a single event has its kind from elsewhere */
    EVENT_FIELDS
};

struct event_field_name {
    const char *text;
    size_t length;
};

static const struct event_field_name event_field_names[EVENT_FIELDS] = {
    [FIELD_AD_ID] = {"ad_id", 5},
    [FIELD_IP] = {"ip", 2},
    [FIELD_PLAYBACK_TIME] = {"video_playback_time", 19},
    [FIELD_EVENT_ID] = {"event_id", 8},
    [FIELD_PLACEMENT] = {"placement", 9},
    [FIELD_AGE] = {"age_ms", 6},
    [FIELD_CODE] = {"code", 4},
    [FIELD_OFFSET] = {"offset_ms", 9},
    [FIELD_TYPE] = {"type", 4},
};

enum { EVENT_CODE_MAX = 65535 }; /* of an error; VAST 4.2's go up to 901 */

/* The field of this name by `compare`, which is strncmp() or strncasecmp(); EVENT_FIELDS when there
 * is none. */
static inline size_t event_field_find(const char *name, size_t name_bytes,
                                      int (*compare)(const char *, const char *, size_t))
{
    size_t field = 0;
    while (field < EVENT_FIELDS && (event_field_names[field].length != name_bytes ||
                                    compare(event_field_names[field].text, name, name_bytes) != 0))
        field++;
    return field;
}

/* What an event without any member is; `received_at_us` is not touched. */
static inline void event_fields_begin(struct event *event)
{
    event->occurred_at_us = 0;
    event->playback_ms = 0;
    event->ad_id = 0;
    event->detail = 0;
    event->quantity = 1;
    event->verdict = VERDICT_VALID;
    event->flags = 0;
    event->placement_bytes = 0;
    event->id_bytes = 0;
    event->address = (struct address){.family = ADDRESS_NONE};
}

/*
 * Seconds to the nearest millisecond, halves away from 0: 12.483 is no binary fraction, and must be
 * 12483 all the same. False out of the range of a signed 32-bit number of seconds.
 */
static inline bool event_fields_playback(double seconds, int64_t *milliseconds)
{
    if (!(seconds >= INT32_MIN && seconds <= INT32_MAX))
        return false;
    *milliseconds = llround(seconds * 1000);
    return true;
}

/* Whether clients may name a placement so. */
static inline bool event_fields_is_placement(const char *text, size_t bytes)
{
    if (bytes == 0 || bytes > EVENT_PLACEMENT_MAX_BYTES)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        char c = text[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}
