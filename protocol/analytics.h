/* The window an analytics question asks about, and its answer as JSON. */
#pragma once

#include <stdint.h>

#include "protocol/analytics/terms.h"
#include "protocol/event.h"
#include "protocol/result.h"

struct analytics_window {
    int64_t start_us; /* first microsecond inside, since 1970 UTC */
    int64_t end_us;   /* last microsecond inside */
    int32_t ad_id;    /* 0 = every ad */
    enum analytics_traffic traffic;
};

/* By enum event_kind. */
struct analytics_totals {
    int64_t events[EVENT_KINDS];
    int64_t playback_ms[EVENT_KINDS]; /* of all events of the kind together */
    uint64_t pending_events;          /* accepted by this instance, not yet stored */
};

/*
 * Reads `start` and `end` (RFC 3339, both inclusive; a start finer than a microsecond is rounded
 * up, an end down), `ad_id` and `traffic` (gross unless given) from a query string (NULL is empty).
 * Other parameters are ignored. Returns RESULT_MALFORMED with an error that names the parameter
 * when one is missing, no time, or `end`, so cut, is before `start`; also when `ad_id` is no whole
 * number from 1 to 2147483647, or `traffic` none of its names.
 */
MUST_CHECK enum result analytics_window_parse(const char *query, struct analytics_window *window,
                                              struct error *error);

/*
 * Renders the answer: start and end as understood, ad_id where one was asked for, traffic unless it
 * is gross, total_clicks, total_impressions, click_rate (clicks per 100 impressions, 0 without
 * impressions), average_playback_time (seconds per click, 0 without clicks), pending_events.
 * Returns a terminated string that the caller frees with free().
 */
char *analytics_render(const struct analytics_window *window,
                       const struct analytics_totals *totals);
