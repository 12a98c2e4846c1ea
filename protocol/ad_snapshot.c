/* All that is known of the ads as text. */
#include "protocol/ad_snapshot.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* NULL when a text is not UTF-8. */
static json_t *save_value(const struct ad_field *field, struct ad_value value)
{
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
    case AD_FIELD_TIME:
        return json_integer(value.number);
    case AD_FIELD_TEXT:
        return value.text != NULL ? json_string(value.text) : json_null();
    case AD_FIELD_FLAG:
        return json_boolean(value.number != 0);
    }
    return NULL;
}

/* Unset fields too: older versions read no ad that lacks one. NULL when a text is not UTF-8. */
static json_t *save_ad(const struct ad *ad)
{
    json_t *object = json_object();
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        json_t *value = save_value(field, ad_field_get(field, ad));
        if (json_object_set_new_nocheck(object, field->saved_name, value) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
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
        value->text = json_string_value(json);
        return json_is_string(json);
    case AD_FIELD_FLAG:
        value->number = json_is_true(json);
        return json_is_boolean(json);
    }
    return false;
}

/* False, the ad cleared, when it is to be left out. */
static bool load_ad(const json_t *json, struct ad *ad)
{
    for (const struct ad_field *field = ad_fields(); field->name != NULL; field++) {
        struct ad_value value;
        if (!load_value(field, json_object_get(json, field->saved_name), &value) ||
            !ad_field_set(field, ad, value)) {
            ad_clear(ad);
            return false;
        }
    }
    return true;
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
    struct ad *loaded = calloc(length + 1, sizeof *loaded);
    if (loaded == NULL)
        abort();
    size_t done = 0;
    for (size_t i = 0; i < length; i++)
        if (load_ad(json_array_get(list, i), &loaded[done]))
            done++;
    json_decref(list);
    *ads = loaded;
    *count = done;
    *left_out = length - done;
    return RESULT_OK;
}
