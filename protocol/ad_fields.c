/* The table of an ad's fields. */
#include "protocol/ad_fields.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"

#define MEMBER(member) #member, offsetof(struct ad, member)

/* Unset, an ad is not active: one of which that is not known must not be served. */
static const struct ad_field fields[] = {
    {"id", MEMBER(id), AD_FIELD_ID, AD_SHOWN_ALWAYS, 0, false},
    {"image_url", MEMBER(image_url), AD_FIELD_TEXT, AD_SHOWN_ALWAYS, 0, false},
    {"target_url", MEMBER(target_url), AD_FIELD_TEXT, AD_SHOWN_ALWAYS, 0, false},
    {"title", MEMBER(title), AD_FIELD_TEXT, AD_SHOWN_IF_SET, 0, false},
    {"video_url", MEMBER(video_url), AD_FIELD_TEXT, AD_SHOWN_IF_SET, 0, false},
    {"video_type", MEMBER(video_type), AD_FIELD_TEXT, AD_SHOWN_IF_SET, 0, false},
    {"video_width", MEMBER(video_width), AD_FIELD_NUMBER, AD_SHOWN_IF_SET, 0, false},
    {"video_height", MEMBER(video_height), AD_FIELD_NUMBER, AD_SHOWN_IF_SET, 0, false},
    {"duration_ms", MEMBER(duration_ms), AD_FIELD_NUMBER, AD_SHOWN_IF_SET, 0, false},
    {"active", MEMBER(active), AD_FIELD_FLAG, AD_SHOWN_NEVER, false, false},
    {"starts_at", MEMBER(starts_at_us), AD_FIELD_TIME, AD_SHOWN_IF_SET, INT64_MIN, false},
    {"ends_at", MEMBER(ends_at_us), AD_FIELD_TIME, AD_SHOWN_IF_SET, INT64_MAX, false},
    {"weight", MEMBER(weight), AD_FIELD_NUMBER, AD_SHOWN_NEVER, 1, true},
    {"skip_after_ms", MEMBER(skip_after_ms), AD_FIELD_NUMBER, AD_SHOWN_SERVED, -1, true},
    {"image_width", MEMBER(image_width), AD_FIELD_NUMBER, AD_SHOWN_SERVED, 0, true},
    {"image_height", MEMBER(image_height), AD_FIELD_NUMBER, AD_SHOWN_SERVED, 0, true},
    {"advertiser", MEMBER(advertiser), AD_FIELD_TEXT, AD_SHOWN_SERVED, 0, true},
    {"category", MEMBER(category), AD_FIELD_TEXT, AD_SHOWN_SERVED, 0, true},
    {"wrapper_url", MEMBER(wrapper_url), AD_FIELD_TEXT, AD_SHOWN_SERVED, 0, true},
    {"media_files", MEMBER(media_files), AD_FIELD_JSON, AD_SHOWN_SERVED, 0, true},
    {"trackers", MEMBER(trackers), AD_FIELD_JSON, AD_SHOWN_SERVED, 0, true},
    {"progress_offsets_ms", MEMBER(progress_offsets_ms), AD_FIELD_JSON, AD_SHOWN_SERVED, 0, true},
    {"ad_verifications", MEMBER(ad_verifications), AD_FIELD_TEXT, AD_SHOWN_NEVER, 0, true},
    {"archived_at", MEMBER(archived_at_us), AD_FIELD_TIME, AD_SHOWN_NEVER, INT64_MAX, true},
    {.name = NULL},
};

_Static_assert(sizeof fields / sizeof fields[0] <= AD_FIELDS_MAX + 1, "AD_FIELDS_MAX is too small");

const struct ad_field *ad_fields(void)
{
    return fields;
}

bool ad_field_has_text(const struct ad_field *field)
{
    return field->type == AD_FIELD_TEXT || field->type == AD_FIELD_JSON;
}

const char *ad_field_type_name(const struct ad_field *field)
{
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        return "integer";
    case AD_FIELD_TEXT:
        return "text";
    case AD_FIELD_JSON:
        return "jsonb";
    case AD_FIELD_FLAG:
        return "boolean";
    case AD_FIELD_TIME:
        return "timestamp with time zone";
    }
    return "";
}

struct ad_value ad_field_unset(const struct ad_field *field)
{
    return (struct ad_value){.text = NULL, .number = field->unset};
}

bool ad_field_is_set(const struct ad_field *field, struct ad_value value)
{
    return !ad_field_equal(field, value, ad_field_unset(field));
}

bool ad_field_equal(const struct ad_field *field, struct ad_value one, struct ad_value other)
{
    if (!ad_field_has_text(field))
        return one.number == other.number;
    if (one.text == NULL || other.text == NULL)
        return one.text == other.text;
    return strcmp(one.text, other.text) == 0;
}

struct ad_value ad_field_get(const struct ad_field *field, const struct ad *ad)
{
    const void *member = (const char *)ad + field->offset;
    struct ad_value value = {.text = NULL, .number = 0};
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        value.number = *(const int32_t *)member;
        break;
    case AD_FIELD_TEXT:
    case AD_FIELD_JSON:
        value.text = *(char *const *)member;
        break;
    case AD_FIELD_FLAG:
        value.number = *(const bool *)member;
        break;
    case AD_FIELD_TIME:
        value.number = *(const int64_t *)member;
        break;
    }
    return value;
}

static void set_text(char **member, const char *text)
{
    char *copy = memory_copy_text(text);
    free(*member);
    *member = copy;
}

bool ad_field_set(const struct ad_field *field, struct ad *ad, struct ad_value value)
{
    void *member = (char *)ad + field->offset;
    switch (field->type) {
    case AD_FIELD_ID:
    case AD_FIELD_NUMBER:
        if (value.number < INT32_MIN || value.number > INT32_MAX)
            return false;
        *(int32_t *)member = (int32_t)value.number;
        break;
    case AD_FIELD_TEXT:
    case AD_FIELD_JSON:
        set_text(member, value.text);
        break;
    case AD_FIELD_FLAG:
        *(bool *)member = value.number != 0;
        break;
    case AD_FIELD_TIME:
        *(int64_t *)member = value.number;
        break;
    }
    return true;
}
