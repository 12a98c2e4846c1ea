/* The Creative elements of a VAST document. */
#include "protocol/vast_creative.h"

#include <stdlib.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "protocol/draft.h"
#include "protocol/media_type.h"
#include "protocol/vast_element.h"
#include "protocol/web_url.h"
#include "protocol/xml.h"

/* What an overlay measures whose image says nothing. */
enum { IMAGE_WIDTH = 300, IMAGE_HEIGHT = 250 };

/* What stands around a Linear element, or NonLinearAds. */
static void open_creative(const struct vast *vast)
{
    draft_append(vast->draft, "<Creative id=\"");
    render_integer(&vast->draft->text, vast->ad->id);
    draft_append(vast->draft, "\">");
}

static void close_creative(const struct vast *vast)
{
    draft_append(vast->draft, "</Creative>");
}

static void universal_ad_id(const struct vast *vast)
{
    if (vast->version == DOCUMENT_VAST_4_2)
        vast_text(vast, "UniversalAdId", " idRegistry=\"unknown\"", "unknown");
}

static void add_text(struct render_text *attributes, const char *name, const char *value)
{
    render_bytes(attributes, " ", 1);
    xml_text(attributes, name);
    render_bytes(attributes, "=\"", 2);
    xml_text(attributes, value);
    render_bytes(attributes, "\"", 1);
}

static void add_number(struct render_text *attributes, const char *name, int32_t value)
{
    render_bytes(attributes, " ", 1);
    xml_text(attributes, name);
    render_bytes(attributes, "=\"", 2);
    render_integer(attributes, value);
    render_bytes(attributes, "\"", 1);
}

/* An element of a URL with these attributes, which are cleared. */
static void add_url(const struct vast *vast, const char *name, struct render_text *attributes,
                    const char *url)
{
    size_t length;
    char *text = render_take(attributes, &length);
    vast_url(vast, name, text, url);
    free(text);
}

static void media_file(const struct vast *vast, const struct media_file *media)
{
    struct render_text attributes = {NULL};
    add_text(&attributes, "delivery", media->is_streaming ? "streaming" : "progressive");
    add_text(&attributes, "type", media->type);
    add_number(&attributes, "width", media->width);
    add_number(&attributes, "height", media->height);
    if (media->codec != NULL && vast->version != DOCUMENT_VAST_2_0)
        add_text(&attributes, "codec", media->codec);
    if (media->bitrate_kbps > 0 && !media->is_mezzanine)
        add_number(&attributes, "bitrate", media->bitrate_kbps);
    add_url(vast, media->is_mezzanine ? "Mezzanine" : "MediaFile", &attributes, media->url);
}

/* Mezzanines come behind the others, in version 4 alone. */
static void media_files(const struct vast *vast)
{
    const struct creative *creative = vast->ad->creative;
    draft_append(vast->draft, "<MediaFiles>");
    for (size_t i = 0; i < creative->media_count; i++) {
        if (!creative->media[i].is_mezzanine)
            media_file(vast, &creative->media[i]);
    }
    for (size_t i = 0; i < creative->media_count && vast->version == DOCUMENT_VAST_4_2; i++) {
        if (creative->media[i].is_mezzanine)
            media_file(vast, &creative->media[i]);
    }
    draft_append(vast->draft, "</MediaFiles>");
}

static void duration(const struct vast *vast)
{
    char time[VAST_TIME_SIZE];
    vast_time(vast->ad->duration_ms, time);
    vast_text(vast, "Duration", "", time);
}

static void click_through(const struct vast *vast, const char *name)
{
    if (web_url_is_target(vast->ad->target_url))
        vast_click_through(vast, name);
}

static void video_clicks(const struct vast *vast)
{
    bool is_4 = vast->version == DOCUMENT_VAST_4_2;
    draft_append(vast->draft, "<VideoClicks>");
    if (!is_4)
        click_through(vast, "ClickThrough");
    vast_trackers(vast, "ClickTracking", EVENT_CLICK);
    if (is_4)
        click_through(vast, "ClickThrough");
    draft_append(vast->draft, "</VideoClicks>");
}

static void open_linear(const struct vast *vast)
{
    char time[VAST_TIME_SIZE];
    draft_append(vast->draft, "<Linear");
    if (vast->ad->skip_after_ms >= 0 && vast->version != DOCUMENT_VAST_2_0) {
        vast_time(vast->ad->skip_after_ms, time);
        add_text(&vast->draft->text, "skipoffset", time);
    }
    draft_append(vast->draft, ">");
}

void vast_linear_creative(const struct vast *vast)
{
    open_creative(vast);
    open_linear(vast);
    if (vast->version == DOCUMENT_VAST_4_2) {
        vast_tracking_events(vast, true);
        duration(vast);
        media_files(vast);
        video_clicks(vast);
    } else {
        duration(vast);
        vast_tracking_events(vast, true);
        video_clicks(vast);
        media_files(vast);
    }
    draft_append(vast->draft, "</Linear>");
    universal_ad_id(vast);
    close_creative(vast);
}

static void open_nonlinear(const struct vast *vast)
{
    const struct ad *ad = vast->ad;
    struct render_text *text = &vast->draft->text;
    char time[VAST_TIME_SIZE];
    draft_append(vast->draft, "<NonLinear");
    add_number(text, "width", ad->image_width > 0 ? ad->image_width : IMAGE_WIDTH);
    add_number(text, "height", ad->image_height > 0 ? ad->image_height : IMAGE_HEIGHT);
    if (ad->duration_ms > 0) {
        vast_time(ad->duration_ms, time);
        add_text(text, "minSuggestedDuration", time);
    }
    draft_append(vast->draft, ">");
}

/* 2.0 knows no tracking of its clicks: the click-through counts them. */
static void nonlinear_clicks(const struct vast *vast)
{
    if (vast->version == DOCUMENT_VAST_3_0)
        vast_trackers(vast, "NonLinearClickTracking", EVENT_CLICK);
    click_through(vast, "NonLinearClickThrough");
    if (vast->version == DOCUMENT_VAST_4_2)
        vast_trackers(vast, "NonLinearClickTracking", EVENT_CLICK);
}

void vast_nonlinear_creative(const struct vast *vast)
{
    struct render_text attributes = {NULL};
    open_creative(vast);
    draft_append(vast->draft, "<NonLinearAds>");
    vast_tracking_events(vast, false);
    open_nonlinear(vast);
    add_text(&attributes, "creativeType", media_type_of_image(vast->ad->image_url));
    add_url(vast, "StaticResource", &attributes, vast->ad->image_url);
    nonlinear_clicks(vast);
    draft_append(vast->draft, "</NonLinear></NonLinearAds>");
    universal_ad_id(vast);
    close_creative(vast);
}

/* 2.0 has none of it in a wrapper, 4.2 room for one. */
static void wrapped_nonlinear_clicks(const struct vast *vast)
{
    if (vast->version == DOCUMENT_VAST_2_0)
        return;
    draft_append(vast->draft, "<NonLinear>");
    if (vast->version == DOCUMENT_VAST_4_2)
        vast_tracker(vast, "NonLinearClickTracking", "", EVENT_CLICK, 0);
    else
        vast_trackers(vast, "NonLinearClickTracking", EVENT_CLICK);
    draft_append(vast->draft, "</NonLinear>");
}

void vast_wrapped_creatives(const struct vast *vast)
{
    open_creative(vast);
    draft_append(vast->draft, "<Linear>");
    vast_tracking_events(vast, true);
    draft_append(vast->draft, "<VideoClicks>");
    vast_trackers(vast, "ClickTracking", EVENT_CLICK);
    draft_append(vast->draft, "</VideoClicks></Linear>");
    close_creative(vast);
    open_creative(vast);
    draft_append(vast->draft, "<NonLinearAds>");
    vast_tracking_events(vast, false);
    wrapped_nonlinear_clicks(vast);
    draft_append(vast->draft, "</NonLinearAds>");
    close_creative(vast);
}
