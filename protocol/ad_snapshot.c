/* All that is known of the ads as text, to be kept over a restart. */
#include "protocol/ad_snapshot.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* NULL when a text is not UTF-8. */
static json_t *save_ad(const struct ad *ad)
{
    return json_pack("{s:i, s:s?, s:s?, s:s?, s:s?, s:s?, s:i, s:i, s:i, s:b, s:I, s:I}", "id",
                     (int)ad->id, "image_url", ad->image_url, "target_url", ad->target_url, "title",
                     ad->title, "video_url", ad->video_url, "video_type", ad->video_type,
                     "video_width", (int)ad->video_width, "video_height", (int)ad->video_height,
                     "duration_ms", (int)ad->duration_ms, "active", (int)ad->active, "starts_at_us",
                     (json_int_t)ad->starts_at_us, "ends_at_us", (json_int_t)ad->ends_at_us);
}

char *ads_save(const struct ad *ads, size_t count, size_t *text_bytes)
{
    char *text = NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (json_array_append_new(list, save_ad(&ads[i])) != 0)
            goto cleanup;
    text = json_dumps(list, JSON_COMPACT);
    if (text == NULL)
        abort();
    *text_bytes = strlen(text);
cleanup:
    json_decref(list);
    return text;
}

/* NULL where it is null. */
static char *copy_text(const json_t *text)
{
    char *copy = json_is_string(text) ? strdup(json_string_value(text)) : NULL;
    if (json_is_string(text) && copy == NULL)
        abort();
    return copy;
}

static int load_ad(json_t *json, struct ad *ad)
{
    json_t *image_url, *target_url, *title, *video_url, *video_type;
    int id, width, height, duration_ms, active;
    json_int_t starts_at_us, ends_at_us;
    /* Not "s": that takes no null. */
    if (json_unpack(json, "{s:i, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:b, s:I, s:I}", "id", &id,
                    "image_url", &image_url, "target_url", &target_url, "title", &title,
                    "video_url", &video_url, "video_type", &video_type, "video_width", &width,
                    "video_height", &height, "duration_ms", &duration_ms, "active", &active,
                    "starts_at_us", &starts_at_us, "ends_at_us", &ends_at_us) != 0)
        return -1;
    *ad = (struct ad){
        .id = id,
        .image_url = copy_text(image_url),
        .target_url = copy_text(target_url),
        .title = copy_text(title),
        .video_url = copy_text(video_url),
        .video_type = copy_text(video_type),
        .video_width = width,
        .video_height = height,
        .duration_ms = duration_ms,
        .active = active != 0,
        .starts_at_us = starts_at_us,
        .ends_at_us = ends_at_us,
    };
    return 0;
}

enum result ads_load(const char *text, size_t text_bytes, struct ad **ads, size_t *count)
{
    json_t *list = json_loadb(text, text_bytes, JSON_REJECT_DUPLICATES, NULL);
    size_t length = json_array_size(list);
    struct ad *loaded = calloc(length + 1, sizeof *loaded);
    if (loaded == NULL)
        abort();
    size_t done = 0;
    while (done < length && load_ad(json_array_get(list, done), &loaded[done]) == 0)
        done++;
    bool is_sound = json_is_array(list) && done == length;
    json_decref(list);
    if (is_sound) {
        *ads = loaded;
        *count = length;
        return RESULT_OK;
    }
    while (done > 0)
        ad_clear(&loaded[--done]);
    free(loaded);
    return RESULT_MALFORMED;
}
