/* Elements of a VAST document. Attributes are given as they are written, with a blank before each.
 * Internal to protocol/. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/document.h"
#include "protocol/event.h"

struct ad;
struct draft;

/* A document that is being made; all is borrowed. */
struct vast {
    struct draft *draft;
    const struct ad *ad;
    enum document_kind version;
};

enum { VAST_TIME_SIZE = sizeof "00:00:00.000" };

/* Whether the text has anything to be read. */
bool vast_is_set(const char *text);

/* Writes HH:MM:SS, with .mmm where it is no whole second: below 0 as 0, from a day on as the last
 * millisecond of it (xs:time). */
void vast_time(int32_t time_ms, char text[static VAST_TIME_SIZE]);

/* An element of text. */
void vast_text(const struct vast *vast, const char *name, const char *attributes, const char *text);

/* An element of somebody else's URL, which is absolute. */
void vast_url(const struct vast *vast, const char *name, const char *attributes, const char *url);

/* An element of our click-through. */
void vast_click_through(const struct vast *vast, const char *name);

/* An element of our tracker of events of the kind; `offset_ms` is that of a progress. */
void vast_tracker(const struct vast *vast, const char *name, const char *attributes,
                  enum event_kind kind, int32_t offset_ms);

/* An element of our tracker, and one of each that third parties have for the kind. */
void vast_trackers(const struct vast *vast, const char *name, enum event_kind kind);

/* The element TrackingEvents, of a linear creative or of a nonlinear one. */
void vast_tracking_events(const struct vast *vast, bool is_linear);
