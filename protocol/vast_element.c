/* Elements of a VAST document. */
#include "protocol/vast_element.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "protocol/draft.h"
#include "protocol/vast_events.h"
#include "protocol/web_url.h"
#include "protocol/xml.h"

enum { ATTRIBUTES_SIZE = 96 };

bool vast_is_set(const char *text)
{
    return text != NULL && text[strspn(text, " \t\r\n")] != '\0';
}

void vast_time(int32_t time_ms, char text[static VAST_TIME_SIZE])
{
    enum { DAY_MS = 24 * 3600 * 1000 };
    unsigned ms = time_ms < 0 ? 0 : time_ms < DAY_MS ? (unsigned)time_ms : DAY_MS - 1;
    unsigned s = ms / 1000;
    int length =
        snprintf(text, VAST_TIME_SIZE, "%02u:%02u:%02u", s / 3600 % 24, s / 60 % 60, s % 60);
    if (ms % 1000 != 0)
        (void)snprintf(text + length, (size_t)(VAST_TIME_SIZE - length), ".%03u", ms % 1000);
}

static void open_element(const struct vast *vast, const char *name, const char *attributes)
{
    draft_append(vast->draft, "<");
    draft_append(vast->draft, name);
    draft_append(vast->draft, attributes);
    draft_append(vast->draft, ">");
}

static void close_element(const struct vast *vast, const char *name)
{
    draft_append(vast->draft, "</");
    draft_append(vast->draft, name);
    draft_append(vast->draft, ">");
}

void vast_text(const struct vast *vast, const char *name, const char *attributes, const char *text)
{
    open_element(vast, name, attributes);
    xml_text(&vast->draft->text, text);
    close_element(vast, name);
}

/* URLs stand in CDATA, which none of them can end: their > is encoded. */
static void open_url(const struct vast *vast, const char *name, const char *attributes)
{
    open_element(vast, name, attributes);
    draft_append(vast->draft, "<![CDATA[");
}

static void close_url(const struct vast *vast, const char *name)
{
    draft_append(vast->draft, "]]>");
    close_element(vast, name);
}

void vast_url(const struct vast *vast, const char *name, const char *attributes, const char *url)
{
    open_url(vast, name, attributes);
    web_url_render(&vast->draft->text, url);
    close_url(vast, name);
}

void vast_click_through(const struct vast *vast, const char *name)
{
    open_url(vast, name, "");
    draft_click(vast->draft);
    close_url(vast, name);
}

/* What players and stitchers put in for a macro comes as a parameter; [SERVERSIDE] is version 4's.
 */
static void append_query(const struct vast *vast, enum event_kind kind, int32_t offset_ms)
{
    const char *before = "?";
    if (kind == EVENT_ERROR) {
        draft_append(vast->draft, "?code=[ERRORCODE]");
        before = "&";
    } else if (kind == EVENT_PROGRESS) {
        draft_append(vast->draft, "?offset=");
        render_integer(&vast->draft->text, offset_ms);
        before = "&";
    }
    if (vast->version != DOCUMENT_VAST_4_2)
        return;
    draft_append(vast->draft, before);
    draft_append(vast->draft, "ss=[SERVERSIDE]");
}

void vast_tracker(const struct vast *vast, const char *name, const char *attributes,
                  enum event_kind kind, int32_t offset_ms)
{
    open_url(vast, name, attributes);
    draft_tracker(vast->draft, kind);
    append_query(vast, kind, offset_ms);
    close_url(vast, name);
}

static void third_parties(const struct vast *vast, const char *name, const char *attributes,
                          enum event_kind kind)
{
    const struct creative *creative = vast->ad->creative;
    for (size_t i = 0; i < creative->tracker_count; i++) {
        if (creative->trackers[i].kind == kind)
            vast_url(vast, name, attributes, creative->trackers[i].url);
    }
}

void vast_trackers(const struct vast *vast, const char *name, enum event_kind kind)
{
    vast_tracker(vast, name, "", kind, 0);
    third_parties(vast, name, "", kind);
}

static void tracking(const struct vast *vast, const char *event, enum event_kind kind)
{
    char attributes[ATTRIBUTES_SIZE];
    (void)snprintf(attributes, sizeof attributes, " event=\"%s\"", event);
    vast_tracker(vast, "Tracking", attributes, kind, 0);
    third_parties(vast, "Tracking", attributes, kind);
}

static void progress_tracking(const struct vast *vast, const char *event)
{
    const struct creative *creative = vast->ad->creative;
    for (size_t i = 0; i < creative->offset_count; i++) {
        char time[VAST_TIME_SIZE];
        char attributes[ATTRIBUTES_SIZE];
        vast_time(creative->offsets_ms[i], time);
        (void)snprintf(attributes, sizeof attributes, " event=\"%s\" offset=\"%s\"", event, time);
        vast_tracker(vast, "Tracking", attributes, EVENT_PROGRESS, creative->offsets_ms[i]);
        third_parties(vast, "Tracking", attributes, EVENT_PROGRESS);
    }
}

void vast_tracking_events(const struct vast *vast, bool is_linear)
{
    open_element(vast, "TrackingEvents", "");
    for (int i = 0; i < EVENT_KINDS; i++) {
        enum event_kind kind = (enum event_kind)i;
        const char *event = is_linear ? vast_event_linear(vast->version, kind)
                                      : vast_event_nonlinear(vast->version, kind);
        if (event != NULL && kind == EVENT_PROGRESS)
            progress_tracking(vast, event);
        else if (event != NULL)
            tracking(vast, event, kind);
    }
    close_element(vast, "TrackingEvents");
}
