/* Documents of VAST. */
#include "protocol/vast.h"

#include <stdbool.h>
#include <stdio.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "protocol/draft.h"
#include "protocol/vast_creative.h"
#include "protocol/vast_element.h"
#include "protocol/web_url.h"

enum vast_form vast_form(const struct ad *ad)
{
    const struct creative *creative = ad->creative;
    if (web_url_is_absolute(ad->wrapper_url))
        return VAST_WRAPPER;
    for (size_t i = 0; i < creative->media_count; i++) {
        if (!creative->media[i].is_mezzanine)
            return VAST_LINEAR;
    }
    return web_url_is_absolute(ad->image_url) ? VAST_NONLINEAR : VAST_NO_FORM;
}

/* Version 4 has a namespace; those before have none. */
static void begin(struct draft *draft, enum document_kind version)
{
    static const char *const roots[] = {
        [DOCUMENT_VAST_2_0] = "<VAST version=\"2.0\">",
        [DOCUMENT_VAST_3_0] = "<VAST version=\"3.0\">",
        [DOCUMENT_VAST_4_2] = "<VAST version=\"4.2\" xmlns=\"http://www.iab.com/VAST\">",
    };
    draft_append(draft, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    draft_append(draft, roots[version]);
}

/* Versions before 4 have room for one alone: ours. */
static void errors(const struct vast *vast)
{
    if (vast->version == DOCUMENT_VAST_4_2)
        vast_trackers(vast, "Error", EVENT_ERROR);
    else
        vast_tracker(vast, "Error", "", EVENT_ERROR, 0);
}

static void viewability(const struct vast *vast)
{
    draft_append(vast->draft, "<ViewableImpression>");
    vast_trackers(vast, "Viewable", EVENT_VIEWABLE);
    vast_trackers(vast, "NotViewable", EVENT_NOT_VIEWABLE);
    vast_trackers(vast, "ViewUndetermined", EVENT_VIEW_UNDETERMINED);
    draft_append(vast->draft, "</ViewableImpression>");
}

static void title(const struct vast *vast)
{
    char number[24];
    (void)snprintf(number, sizeof number, "Ad %d", vast->ad->id);
    vast_text(vast, "AdTitle", "", vast_is_set(vast->ad->title) ? vast->ad->title : number);
}

static void advertiser(const struct vast *vast)
{
    if (vast_is_set(vast->ad->advertiser))
        vast_text(vast, "Advertiser", "", vast->ad->advertiser);
}

static void category(const struct vast *vast)
{
    if (vast_is_set(vast->ad->category))
        vast_text(vast, "Category", " authority=\"https://www.iabtechlab.com/\"",
                  vast->ad->category);
}

static void verifications(const struct vast *vast)
{
    if (vast->ad->creative->has_verifications)
        draft_append(vast->draft, vast->ad->ad_verifications);
}

/* Where versions before 4 have the verifications. */
static void extensions(const struct vast *vast)
{
    if (!vast->ad->creative->has_verifications)
        return;
    draft_append(vast->draft, "<Extensions><Extension type=\"AdVerifications\">");
    verifications(vast);
    draft_append(vast->draft, "</Extension></Extensions>");
}

static void creatives(const struct vast *vast, enum vast_form form)
{
    draft_append(vast->draft, "<Creatives>");
    if (form == VAST_WRAPPER)
        vast_wrapped_creatives(vast);
    else if (form == VAST_LINEAR)
        vast_linear_creative(vast);
    else
        vast_nonlinear_creative(vast);
    draft_append(vast->draft, "</Creatives>");
}

/* VAST 4.2 sections 3.4 to 3.7. */
static void inline_ad_4(const struct vast *vast, enum vast_form form)
{
    errors(vast);
    vast_trackers(vast, "Impression", EVENT_IMPRESSION);
    viewability(vast);
    draft_append(vast->draft, "<AdServingId>");
    draft_gap(vast->draft, DRAFT_SERVING_ID);
    draft_append(vast->draft, "</AdServingId>");
    title(vast);
    verifications(vast);
    advertiser(vast);
    category(vast);
    creatives(vast, form);
}

static void inline_ad(const struct vast *vast, enum vast_form form)
{
    title(vast);
    if (vast->version == DOCUMENT_VAST_3_0)
        advertiser(vast);
    errors(vast);
    vast_trackers(vast, "Impression", EVENT_IMPRESSION);
    creatives(vast, form);
    extensions(vast);
}

/* VAST 4.2 section 3.19. One answer, one token: a pod of several ads would share it. */
static void wrapper_4(const struct vast *vast)
{
    errors(vast);
    vast_trackers(vast, "Impression", EVENT_IMPRESSION);
    viewability(vast);
    verifications(vast);
    creatives(vast, VAST_WRAPPER);
    vast_url(vast, "VASTAdTagURI", "", vast->ad->wrapper_url);
}

static void wrapper(const struct vast *vast)
{
    vast_url(vast, "VASTAdTagURI", "", vast->ad->wrapper_url);
    errors(vast);
    vast_trackers(vast, "Impression", EVENT_IMPRESSION);
    creatives(vast, VAST_WRAPPER);
    extensions(vast);
}

void vast_render(struct draft *draft, const struct ad *ad, enum document_kind version)
{
    const struct vast vast = {.draft = draft, .ad = ad, .version = version};
    enum vast_form form = vast_form(ad);
    bool is_4 = version == DOCUMENT_VAST_4_2;
    bool is_wrapper = form == VAST_WRAPPER;
    begin(draft, version);
    draft_append(draft, "<Ad id=\"");
    render_integer(&draft->text, ad->id);
    draft_append(draft, "\">");
    if (!is_wrapper)
        draft_append(draft, "<InLine>");
    else
        draft_append(draft, is_4 ? "<Wrapper followAdditionalWrappers=\"true\" "
                                   "allowMultipleAds=\"false\">"
                                 : "<Wrapper>");
    vast_text(&vast, "AdSystem", " version=\"" ADTRACKER_VERSION "\"", "video-ad-tracker");
    if (is_wrapper && is_4)
        wrapper_4(&vast);
    else if (is_wrapper)
        wrapper(&vast);
    else if (is_4)
        inline_ad_4(&vast, form);
    else
        inline_ad(&vast, form);
    draft_append(draft, is_wrapper ? "</Wrapper></Ad></VAST>\n" : "</InLine></Ad></VAST>\n");
}

void vast_render_nofill(struct draft *draft, enum document_kind version)
{
    const struct vast vast = {.draft = draft, .version = version};
    begin(draft, version);
    vast_tracker(&vast, "Error", "", EVENT_ERROR, 0);
    draft_append(draft, "</VAST>\n");
}
