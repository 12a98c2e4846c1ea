/* Which ads are on offer, and how clients see them. */
#include "protocol/ad.h"

#include "protocol/creative.h"
#include "protocol/render.h"
#include "protocol/timestamp.h"

void ad_clear(struct ad *ad)
{
    static const struct ad_value none = {.text = NULL};
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        if (ad_field_has_text(field))
            (void)ad_field_set(field, ad, none);
    creative_free(ad->creative);
    *ad = (struct ad){0};
}

bool ad_is_available(const struct ad *ad, int64_t now_us)
{
    return ad->active && ad->archived_at_us == INT64_MAX && ad->starts_at_us <= now_us &&
           now_us < ad->ends_at_us;
}

bool ad_takes_events(const struct ad *ad, int64_t now_us)
{
    const int64_t taken_us = AD_EVENTS_DAYS * INT64_C(86400000000);
    return ad->archived_at_us > now_us - taken_us;
}

static void render_value(struct render_text *text, const struct ad_field *field,
                         struct ad_value value)
{
    char time[TIMESTAMP_TEXT_SIZE];
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        render_integer(text, value.number);
        break;
    case AD_FIELD_TEXT:
    case AD_FIELD_JSON:
        render_string(text, value.text != NULL ? value.text : "");
        break;
    case AD_FIELD_FLAG:
        render_flag(text, value.number != 0);
        break;
    case AD_FIELD_TIME:
        timestamp_format(value.number, time);
        render_string(text, time);
        break;
    }
}

/* JSON is not served as it stands: what is fit to be used of it is for the caller to give. */
static bool is_shown(const struct ad_field *field, struct ad_value value, bool is_served)
{
    switch (field->shown) {
    case AD_SHOWN_ALWAYS:
        return true;
    case AD_SHOWN_IF_SET:
        return ad_field_is_set(field, value);
    case AD_SHOWN_SERVED:
        return is_served && field->type != AD_FIELD_JSON && ad_field_is_set(field, value);
    case AD_SHOWN_NEVER:
        return false;
    }
    return false;
}

static void render_fields(struct render_text *text, const struct ad *ad, bool is_served)
{
    char before = '{';
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        struct ad_value value = ad_field_get(field, ad);
        if (!is_shown(field, value, is_served))
            continue;
        render_key(text, before, field->name);
        render_value(text, field, value);
        before = ',';
    }
}

void ad_render(struct render_text *text, const struct ad *ad)
{
    render_fields(text, ad, false);
    render_bytes(text, "}", 1);
}

void ad_render_served(struct render_text *text, const struct ad *ad)
{
    render_fields(text, ad, true);
}

int64_t ad_next_change(const struct ad *ad, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    if (!ad->active || ad->archived_at_us != INT64_MAX)
        return next_us;
    if (ad->ends_at_us > now_us)
        next_us = ad->ends_at_us;
    if (ad->starts_at_us > now_us && ad->starts_at_us < next_us)
        next_us = ad->starts_at_us;
    return next_us;
}
