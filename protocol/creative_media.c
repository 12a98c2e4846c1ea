/* The column media_files. */
#include <string.h>

#include "protocol/creative.h"
#include "protocol/creative_columns.h"
#include "protocol/media_type.h"
#include "protocol/memory.h"
#include "protocol/text.h"
#include "protocol/web_url.h"

/* An item while it is read; its texts are jansson's. */
struct item {
    const struct creative_column *column;
    const char *url;
    const char *type;
    const char *codec;
    const char *delivery;
    struct media_file media; /* its numbers and flags */
};

static bool read_text(const json_t *json, const char **text)
{
    *text = json_string_value(json);
    return *text != NULL && (*text)[0] != '\0' &&
           text_is_printable(*text, json_string_length(json));
}

static bool read_number(const json_t *json, int32_t *number)
{
    json_int_t value = json_integer_value(json);
    *number = (int32_t)value;
    return json_is_integer(json) && value >= 0 && value <= INT32_MAX;
}

static bool read_url(struct item *item, const json_t *json)
{
    item->url = json_string_value(json);
    return web_url_is_absolute(item->url);
}

static bool read_type(struct item *item, const json_t *json)
{
    return read_text(json, &item->type);
}

static bool read_codec(struct item *item, const json_t *json)
{
    return read_text(json, &item->codec);
}

static bool read_delivery(struct item *item, const json_t *json)
{
    item->delivery = json_string_value(json);
    return item->delivery != NULL &&
           (strcmp(item->delivery, "progressive") == 0 || strcmp(item->delivery, "streaming") == 0);
}

static bool read_width(struct item *item, const json_t *json)
{
    return read_number(json, &item->media.width);
}

static bool read_height(struct item *item, const json_t *json)
{
    return read_number(json, &item->media.height);
}

static bool read_bitrate(struct item *item, const json_t *json)
{
    return read_number(json, &item->media.bitrate_kbps);
}

static bool read_mezzanine(struct item *item, const json_t *json)
{
    item->media.is_mezzanine = json_is_true(json);
    return json_is_boolean(json);
}

static const struct member {
    const char *name;
    bool (*read)(struct item *item, const json_t *json);
    const char *fault;
} members[] = {
    {"url", read_url, "an item's url is no http or https URL"},
    {"type", read_type, "an item's type is no text"},
    {"delivery", read_delivery, "an item's delivery is neither progressive nor streaming"},
    {"width", read_width, "an item's width is no integer from 0 to 2147483647"},
    {"height", read_height, "an item's height is no integer from 0 to 2147483647"},
    {"bitrate_kbps", read_bitrate, "an item's bitrate_kbps is no integer from 0 to 2147483647"},
    {"codec", read_codec, "an item's codec is no text"},
    {"mezzanine", read_mezzanine, "an item's mezzanine is neither true nor false"},
};

enum { MEMBERS = sizeof members / sizeof members[0] };

const char *creative_media_member(size_t index)
{
    return index < MEMBERS ? members[index].name : NULL;
}

static bool read_member(struct item *item, const char *name, const json_t *json)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        if (strcmp(members[i].name, name) == 0)
            return members[i].read(item, json) || creative_fault(item->column, members[i].fault);
    }
    return creative_fault(item->column, "an item has an unknown member");
}

/* False, with a fault, where the item is to be left out. */
static bool read_item(struct item *item, json_t *json)
{
    const char *name;
    json_t *value;
    if (!json_is_object(json))
        return creative_fault(item->column, "an item is no object");
    if (!json_is_string(json_object_get(json, "url")))
        return creative_fault(item->column, "an item has no url");
    json_object_foreach(json, name, value)
    {
        if (!json_is_null(value) && !read_member(item, name, value))
            return false;
    }
    if (item->type == NULL)
        item->type = media_type_of_video(item->url);
    item->media.is_streaming = item->delivery != NULL ? strcmp(item->delivery, "streaming") == 0
                                                      : media_type_is_streaming(item->type);
    return true;
}

static void keep_item(struct creative *creative, const struct item *item)
{
    struct media_file *media = &creative->media[creative->media_count++];
    *media = item->media;
    media->url = memory_copy_text(item->url);
    media->type = memory_copy_text(item->type);
    media->codec = memory_copy_text(item->codec);
}

void creative_read_media(struct creative *creative, const struct creative_column *column,
                         json_t *value)
{
    if (!json_is_array(value)) {
        (void)creative_fault(column, "it is no array");
        return;
    }
    size_t count = json_array_size(value);
    if (count > CREATIVE_MEDIA_MAX) {
        (void)creative_fault(column, "there are more than 50 items");
        count = CREATIVE_MEDIA_MAX;
    }
    creative->media = memory_resized(creative->media, (creative->media_count + count + 1) *
                                                          sizeof creative->media[0]);
    for (size_t i = 0; i < count; i++) {
        const struct creative_column at = {column->name, column->faults, i + 1, NULL};
        struct item item = {.column = &at};
        if (read_item(&item, json_array_get(value, i)))
            keep_item(creative, &item);
    }
}
