/* All that is known of the ads as text. */
#include "protocol/ad_snapshot.h"

#include <stdbool.h>
#include <stdlib.h>

#include <jansson.h>

#include "protocol/memory.h"
#include "protocol/render.h"

static void save_value(struct render_text *text, const struct ad_field *field,
                       struct ad_value value)
{
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
    case AD_FIELD_TIME:
        render_integer(text, value.number);
        break;
    case AD_FIELD_TEXT:
    case AD_FIELD_JSON:
        if (value.text != NULL)
            render_string(text, value.text);
        else
            render_null(text);
        break;
    case AD_FIELD_FLAG:
        render_flag(text, value.number != 0);
        break;
    }
}

/* Unset fields too, but for those that came later: the first versions read no ad that lacks one. */
void ad_save(struct render_text *text, const struct ad *ad)
{
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        struct ad_value value = ad_field_get(field, ad);
        if (field->is_later && !ad_field_is_set(field, value))
            continue;
        render_key(text, field == ad_fields() ? '{' : ',', field->saved_name);
        save_value(text, field, value);
    }
    render_bytes(text, "}", 1);
}

/* False when it is of another type. */
static bool load_value(const struct ad_field *field, const json_t *json, struct ad_value *value)
{
    *value = ad_field_unset(field);
    if (json == NULL || json_is_null(json))
        return field->type != AD_FIELD_ID;
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
    case AD_FIELD_TIME:
        value->number = json_integer_value(json);
        return json_is_integer(json);
    case AD_FIELD_TEXT:
    case AD_FIELD_JSON:
        value->text = json_string_value(json);
        return json_is_string(json);
    case AD_FIELD_FLAG:
        value->number = json_is_true(json);
        return json_is_boolean(json);
    }
    return false;
}

static bool read_ad(const json_t *json, struct ad *ad)
{
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        struct ad_value value;
        if (!load_value(field, json_object_get(json, field->saved_name), &value) ||
            !ad_field_set(field, ad, value))
            return false;
    }
    return true;
}

/* False, the ad cleared, when it is to be left out. */
static bool load_ad(const json_t *json, const struct ad *before, struct ad *ad)
{
    if (read_ad(json, ad) && (before == NULL || ad->id > before->id))
        return true;
    ad_clear(ad);
    return false;
}

enum result ads_load(const char *text, size_t text_bytes, struct ad **ads, size_t *count,
                     size_t *left_out)
{
    json_t *list = json_loadb(text, text_bytes, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_array(list)) {
        json_decref(list);
        return RESULT_MALFORMED;
    }
    size_t length = json_array_size(list);
    struct ad *loaded = memory_zeroed_array(length + 1, sizeof *loaded);
    size_t done = 0;
    for (size_t i = 0; i < length; i++)
        if (load_ad(json_array_get(list, i), done > 0 ? &loaded[done - 1] : NULL, &loaded[done]))
            done++;
    json_decref(list);
    *ads = loaded;
    *count = done;
    *left_out = length - done;
    return RESULT_OK;
}
