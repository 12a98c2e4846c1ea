/* The answer of GET /ads/serve. */
#include "protocol/served_ad.h"

#include "protocol/ad.h"
#include "protocol/creative.h"
#include "protocol/draft.h"
#include "protocol/web_url.h"

/* Begins the next member or item of what `*before` opens. */
static void next(struct render_text *text, char *before)
{
    render_bytes(text, before, 1);
    *before = ',';
}

static void media_file(struct render_text *text, const struct media_file *media)
{
    render_key(text, '{', "url");
    render_string(text, media->url);
    render_key(text, ',', "type");
    render_string(text, media->type);
    render_key(text, ',', "delivery");
    render_string(text, media->is_streaming ? "streaming" : "progressive");
    if (media->width > 0) {
        render_key(text, ',', "width");
        render_integer(text, media->width);
    }
    if (media->height > 0) {
        render_key(text, ',', "height");
        render_integer(text, media->height);
    }
    if (media->bitrate_kbps > 0) {
        render_key(text, ',', "bitrate_kbps");
        render_integer(text, media->bitrate_kbps);
    }
    if (media->codec != NULL) {
        render_key(text, ',', "codec");
        render_string(text, media->codec);
    }
    if (media->is_mezzanine) {
        render_key(text, ',', "mezzanine");
        render_flag(text, true);
    }
    render_bytes(text, "}", 1);
}

/* The first is that of video_url, where there is one. */
static void media_files(struct render_text *text, const struct ad *ad)
{
    const struct creative *creative = ad->creative;
    size_t first = web_url_is_absolute(ad->video_url);
    char before = '[';
    if (creative->media_count == first)
        return;
    render_key(text, ',', "media_files");
    for (size_t i = first; i < creative->media_count; i++) {
        next(text, &before);
        media_file(text, &creative->media[i]);
    }
    render_bytes(text, "]", 1);
}

/* They are in the order of their kinds. */
static void third_parties(struct render_text *text, const struct creative *creative)
{
    if (creative->tracker_count == 0)
        return;
    render_key(text, ',', "trackers");
    for (size_t i = 0; i < creative->tracker_count; i++) {
        const struct third_party_tracker *tracker = &creative->trackers[i];
        bool is_new = i == 0 || tracker->kind != tracker[-1].kind;
        if (is_new && i > 0)
            render_bytes(text, "]", 1);
        if (is_new)
            render_key(text, i == 0 ? '{' : ',', event_kind_name(tracker->kind));
        render_bytes(text, is_new ? "[" : ",", 1);
        render_string(text, tracker->url);
    }
    render_bytes(text, "]}", 2);
}

static void offsets(struct render_text *text, const struct creative *creative)
{
    char before = '[';
    if (creative->offset_count == 0)
        return;
    render_key(text, ',', "progress_offsets_ms");
    for (size_t i = 0; i < creative->offset_count; i++) {
        next(text, &before);
        render_integer(text, creative->offsets_ms[i]);
    }
    render_bytes(text, "]", 1);
}

/* A tracker's URL as a string: neither it nor the token has anything to be escaped. */
static void tracker(struct draft *draft, enum event_kind kind)
{
    draft_append(draft, "\"");
    draft_tracker(draft, kind);
    if (kind == EVENT_ERROR)
        draft_append(draft, "?code=[ERRORCODE]");
    draft_append(draft, "\"");
}

static void progress_trackers(struct draft *draft, const struct creative *creative)
{
    draft_append(draft, "[");
    for (size_t i = 0; i < creative->offset_count; i++) {
        draft_append(draft, i == 0 ? "{\"offset_ms\":" : ",{\"offset_ms\":");
        render_integer(&draft->text, creative->offsets_ms[i]);
        draft_append(draft, ",\"url\":\"");
        draft_tracker(draft, EVENT_PROGRESS);
        draft_append(draft, "?offset=");
        render_integer(&draft->text, creative->offsets_ms[i]);
        draft_append(draft, "\"}");
    }
    draft_append(draft, "]");
}

static void tracking(struct draft *draft, const struct creative *creative)
{
    char before = '{';
    render_key(&draft->text, ',', "tracking");
    for (int i = 0; i < EVENT_KINDS; i++) {
        enum event_kind kind = (enum event_kind)i;
        if (!event_kind_is_clients(kind))
            continue;
        render_key(&draft->text, before, event_kind_name(kind));
        before = ',';
        if (kind == EVENT_PROGRESS)
            progress_trackers(draft, creative);
        else
            tracker(draft, kind);
    }
    draft_append(draft, "}");
}

void served_ad_render(struct draft *draft, const struct ad *ad)
{
    ad_render_served(&draft->text, ad);
    media_files(&draft->text, ad);
    third_parties(&draft->text, ad->creative);
    offsets(&draft->text, ad->creative);
    draft_append(draft, ",\"serving_id\":\"");
    draft_gap(draft, DRAFT_SERVING_ID);
    draft_append(draft, "\"");
    if (web_url_is_target(ad->target_url)) {
        draft_append(draft, ",\"click_url\":\"");
        draft_click(draft);
        draft_append(draft, "\"");
    }
    tracking(draft, ad->creative);
    draft_append(draft, "}");
}

void served_ad_render_nofill(struct draft *draft)
{
    draft_append(draft, "{\"nofill\":true,\"error_url\":");
    tracker(draft, EVENT_ERROR);
    draft_append(draft, "}");
}
