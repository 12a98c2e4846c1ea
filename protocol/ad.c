/* Which ads are on offer, and how clients see them. */
#include "protocol/ad.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "protocol/timestamp.h"

void ad_clear(struct ad *ad)
{
    free(ad->image_url);
    free(ad->target_url);
    free(ad->title);
    free(ad->video_url);
    free(ad->video_type);
    *ad = (struct ad){0};
}

bool ad_is_available(const struct ad *ad, int64_t now_us)
{
    return ad->active && ad->starts_at_us <= now_us && now_us < ad->ends_at_us;
}

static const char *text_or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* These leave out what is unset. They return 0, or -1 when the text is not UTF-8. */
static int add_text(json_t *object, const char *key, const char *text)
{
    return text != NULL ? json_object_set_new(object, key, json_string(text)) : 0;
}

static int add_number(json_t *object, const char *key, int32_t number)
{
    return number != 0 ? json_object_set_new(object, key, json_integer(number)) : 0;
}

static int add_time(json_t *object, const char *key, int64_t time_us, int64_t unset_us)
{
    char text[TIMESTAMP_TEXT_SIZE];
    if (time_us == unset_us)
        return 0;
    timestamp_format(time_us, text);
    return add_text(object, key, text);
}

/* NULL when a text is not UTF-8. */
static json_t *ad_to_json(const struct ad *ad)
{
    json_t *object = json_object();
    int failed = add_number(object, "id", ad->id);
    failed |= add_text(object, "image_url", text_or_empty(ad->image_url));
    failed |= add_text(object, "target_url", text_or_empty(ad->target_url));
    failed |= add_text(object, "title", ad->title);
    failed |= add_text(object, "video_url", ad->video_url);
    failed |= add_text(object, "video_type", ad->video_type);
    failed |= add_number(object, "video_width", ad->video_width);
    failed |= add_number(object, "video_height", ad->video_height);
    failed |= add_number(object, "duration_ms", ad->duration_ms);
    failed |= add_time(object, "starts_at", ad->starts_at_us, INT64_MIN);
    failed |= add_time(object, "ends_at", ad->ends_at_us, INT64_MAX);
    if (failed == 0)
        return object;
    json_decref(object);
    return NULL;
}

char *ads_render(const struct ad *ads, size_t count, int64_t now_us, size_t *json_bytes)
{
    char *text = NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (ad_is_available(&ads[i], now_us) &&
            json_array_append_new(list, ad_to_json(&ads[i])) != 0)
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
