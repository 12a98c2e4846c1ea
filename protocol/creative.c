/* What an ad's own columns in JSON say. */
#include "protocol/creative.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/ad_fields.h"
#include "protocol/creative_columns.h"
#include "protocol/document_text.h"
#include "protocol/media_type.h"
#include "protocol/memory.h"
#include "protocol/web_url.h"

bool creative_fault(const struct creative_column *column, const char *reason)
{
    struct creative_faults *faults = column->faults;
    for (size_t i = 0; i < faults->count; i++) {
        if (strcmp(faults->faults[i].column, column->name) == 0 &&
            strcmp(faults->faults[i].reason, reason) == 0)
            return false;
    }
    if (faults->count < CREATIVE_FAULTS_MAX)
        faults->faults[faults->count++] = (struct creative_fault){
            .column = column->name, .reason = reason, .item = column->item, .part = column->part};
    return false;
}

json_t *creative_column_value(const struct creative_column *column, const char *text)
{
    if (text == NULL)
        return NULL;
    if (strnlen(text, CREATIVE_COLUMN_MAX_BYTES + 1) > CREATIVE_COLUMN_MAX_BYTES) {
        (void)creative_fault(column, "it is over 1 MiB");
        return NULL;
    }
    json_error_t error;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value == NULL) {
        if (json_error_code(&error) == json_error_out_of_memory)
            memory_exhausted(0);
        bool twice = json_error_code(&error) == json_error_duplicate_key;
        (void)creative_fault(column, twice ? "a member is given twice" : "it is no JSON");
    }
    if (!json_is_null(value))
        return value;
    json_decref(value);
    return NULL;
}

/* video_url, and what the columns beside it say of it. */
static void read_video(struct creative *creative, const struct ad *ad)
{
    if (!web_url_is_absolute(ad->video_url))
        return;
    const char *type = ad->video_type != NULL && ad->video_type[0] != '\0'
                           ? ad->video_type
                           : media_type_of_video(ad->video_url);
    creative->media = memory_zeroed(sizeof creative->media[0]);
    creative->media_count = 1;
    creative->media[0] = (struct media_file){
        .url = memory_copy_text(ad->video_url),
        .type = memory_copy_text(type),
        .width = ad->video_width > 0 ? ad->video_width : 0,
        .height = ad->video_height > 0 ? ad->video_height : 0,
        .is_streaming = media_type_is_streaming(type),
    };
}

static int compare_offsets(const void *one, const void *other)
{
    int32_t left = *(const int32_t *)one;
    int32_t right = *(const int32_t *)other;
    return (left > right) - (left < right);
}

static void read_offset(struct creative *creative, const struct creative_column *column,
                        const json_t *item)
{
    json_int_t offset_ms = json_integer_value(item);
    if (!json_is_integer(item) || offset_ms < 0 || offset_ms > CREATIVE_OFFSET_MAX_MS)
        (void)creative_fault(column, "an offset is no integer from 0 to 86400000");
    else if (creative_has_offset(creative, (int32_t)offset_ms))
        (void)creative_fault(column, "an offset is given twice");
    else if (creative->offset_count == CREATIVE_OFFSETS_MAX)
        (void)creative_fault(column, "there are more than 20 offsets");
    else
        creative->offsets_ms[creative->offset_count++] = (int32_t)offset_ms;
}

void creative_read_offsets(struct creative *creative, const struct creative_column *column,
                           json_t *value)
{
    size_t i;
    json_t *item;
    if (!json_is_array(value)) {
        (void)creative_fault(column, "it is no array");
        return;
    }
    creative->offsets_ms = memory_zeroed_array(CREATIVE_OFFSETS_MAX, sizeof(int32_t));
    json_array_foreach(value, i, item)
    {
        const struct creative_column at = {column->name, column->faults, i + 1, NULL};
        read_offset(creative, &at, item);
    }
    qsort(creative->offsets_ms, creative->offset_count, sizeof(int32_t), compare_offsets);
}

/* Told, since the ad would be shown otherwise than was meant, or not at all. */
static void check_wrapper(const struct ad *ad, struct creative_faults *faults)
{
    const struct creative_column column = {.name = "wrapper_url", .faults = faults};
    const char *url = ad->wrapper_url;
    if (url != NULL && url[0] != '\0' && !web_url_is_absolute(url))
        (void)creative_fault(&column, "it is no http or https URL");
}

typedef void (*read_fn)(struct creative *, const struct creative_column *, json_t *);

static void read_column(struct creative *creative, struct creative_faults *faults, const char *name,
                        const char *text, read_fn read)
{
    const struct creative_column column = {.name = name, .faults = faults};
    json_t *value = creative_column_value(&column, text);
    if (value != NULL)
        read(creative, &column, value);
    json_decref(value);
}

struct creative *creative_new(const struct ad *ad, struct creative_faults *faults)
{
    struct creative *creative = memory_zeroed(sizeof *creative);
    faults->count = 0;
    creative->references = 1;
    read_video(creative, ad);
    read_column(creative, faults, "media_files", ad->media_files, creative_read_media);
    read_column(creative, faults, "trackers", ad->trackers, creative_read_trackers);
    read_column(creative, faults, "progress_offsets_ms", ad->progress_offsets_ms,
                creative_read_offsets);
    check_wrapper(ad, faults);
    return creative;
}

struct creative *creative_share(struct creative *creative)
{
    creative->references++;
    return creative;
}

void creative_free(struct creative *creative)
{
    if (creative == NULL || --creative->references > 0)
        return;
    for (size_t i = 0; i < creative->media_count; i++) {
        free(creative->media[i].url);
        free(creative->media[i].type);
        free(creative->media[i].codec);
    }
    for (size_t i = 0; i < creative->tracker_count; i++)
        free(creative->trackers[i].url);
    for (size_t i = 0; i < DOCUMENT_KINDS; i++)
        document_free(creative->documents[i]);
    free(creative->media);
    free(creative->trackers);
    free(creative->offsets_ms);
    free(creative->faults);
    free(creative);
}

bool creative_has_offset(const struct creative *creative, int32_t offset_ms)
{
    for (size_t i = 0; i < creative->offset_count; i++) {
        if (creative->offsets_ms[i] == offset_ms)
            return true;
    }
    return false;
}
