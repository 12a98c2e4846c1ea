/* The members of an event's JSON object. Internal to protocol/. */
#pragma once

#include <stddef.h>

enum event_field { FIELD_AD_ID, FIELD_IP, FIELD_PLAYBACK_TIME, FIELD_EVENT_ID };
enum { EVENT_FIELDS = 4 };

struct event_field_name {
    const char *text;
    size_t length;
};

static const struct event_field_name event_field_names[EVENT_FIELDS] = {
    [FIELD_AD_ID] = {"ad_id", 5},
    [FIELD_IP] = {"ip", 2},
    [FIELD_PLAYBACK_TIME] = {"video_playback_time", 19},
    [FIELD_EVENT_ID] = {"event_id", 8},
};

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
