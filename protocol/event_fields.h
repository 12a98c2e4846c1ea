/* The members of an event's JSON object. Internal to protocol/. */
#pragma once

#include <stddef.h>

enum event_field { FIELD_AD_ID, FIELD_IP, FIELD_PLAYBACK_TIME, FIELD_EVENT_ID };
enum { EVENT_FIELDS = 4 };

struct event_field_name {
    const char *text;
    size_t length;
};

static const struct event_field_name EVENT_FIELD_NAMES[EVENT_FIELDS] = {
    [FIELD_AD_ID] = {"ad_id", 5},
    [FIELD_IP] = {"ip", 2},
    [FIELD_PLAYBACK_TIME] = {"video_playback_time", 19},
    [FIELD_EVENT_ID] = {"event_id", 8},
};
