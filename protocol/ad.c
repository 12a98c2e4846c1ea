/* Which ads are on offer, and how clients see them. */
#include "protocol/ad.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "protocol/timestamp.h"

void ad_clear(struct ad *ad)
{
    static const struct ad_value none = {.text = NULL};
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++)
        if (field->type == AD_FIELD_TEXT)
            (void)ad_field_set(field, ad, none);
    *ad = (struct ad){0};
}

bool ad_is_available(const struct ad *ad, int64_t now_us)
{
    return ad->active && ad->starts_at_us <= now_us && now_us < ad->ends_at_us;
}

/* NULL when a text is not UTF-8. */
static json_t *render_value(const struct ad_field *field, struct ad_value value)
{
    char time[TIMESTAMP_TEXT_SIZE];
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        return json_integer(value.number);
    case AD_FIELD_TEXT:
        return json_string(value.text != NULL ? value.text : "");
    case AD_FIELD_FLAG:
        return json_boolean(value.number != 0);
    case AD_FIELD_TIME:
        timestamp_format(value.number, time);
        return json_string(time);
    }
    return NULL;
}

static bool is_shown(const struct ad_field *field, struct ad_value value)
{
    return field->shown == AD_SHOWN_ALWAYS ||
           (field->shown == AD_SHOWN_IF_SET && ad_field_is_set(field, value));
}

/* NULL when a text is not UTF-8. */
static json_t *render_ad(const struct ad *ad)
{
    json_t *object = json_object();
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        struct ad_value value = ad_field_get(field, ad);
        if (is_shown(field, value) &&
            json_object_set_new_nocheck(object, field->name, render_value(field, value)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

char *ads_render(const struct ad *ads, size_t count, int64_t now_us, size_t *json_bytes)
{
    char *text = NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (ad_is_available(&ads[i], now_us) &&
            json_array_append_new(list, render_ad(&ads[i])) != 0)
            goto cleanup;
    text = json_dumps(list, JSON_COMPACT);
    if (text != NULL)
        *json_bytes = strlen(text);
cleanup:
    json_decref(list);
    return text;
}

static int64_t earlier_after(int64_t now_us, int64_t time_us, int64_t earliest_us)
{
    return time_us > now_us && time_us < earliest_us ? time_us : earliest_us;
}

int64_t ads_next_change(const struct ad *ads, size_t count, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (!ads[i].active)
            continue;
        next_us = earlier_after(now_us, ads[i].starts_at_us, next_us);
        next_us = earlier_after(now_us, ads[i].ends_at_us, next_us);
    }
    return next_us;
}
