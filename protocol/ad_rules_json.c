/* The columns of JSON. */
#include "protocol/ad_rules_json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/ad_fields.h"
#include "protocol/creative.h"
#include "protocol/creative_columns.h"
#include "protocol/event.h"
#include "protocol/memory.h"
#include "protocol/near.h"
#include "protocol/text.h"

static bool is_media_member(const char *name)
{
    const char *known;
    for (size_t i = 0; (known = creative_media_member(i)) != NULL; i++) {
        if (strcmp(known, name) == 0)
            return true;
    }
    return false;
}

/* Names come from the client. */
static const char *quoted(const char *name)
{
    return text_is_printable(name, strlen(name)) && strlen(name) <= 64 ? name : "it";
}

static enum result check_media_members(json_t *files, struct error *error)
{
    size_t i;
    json_t *item;
    json_array_foreach(files, i, item)
    {
        const char *name;
        json_t *value;
        json_object_foreach(item, name, value)
        {
            if (!is_media_member(name))
                return error_set(error, RESULT_INVALID,
                                 "item %zu: %s is unknown: there are url, type, delivery, width, "
                                 "height, bitrate_kbps, codec, mezzanine",
                                 i + 1, quoted(name));
        }
    }
    return RESULT_OK;
}

static const char *near_kind(const char *name)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        const char *known = event_kind_name((enum event_kind)kind);
        if (event_kind_is_clients((enum event_kind)kind) && near_is(name, known))
            return known;
    }
    return NULL;
}

static enum result check_tracker_names(json_t *trackers, struct error *error)
{
    const char *name;
    json_t *value;
    json_object_foreach(trackers, name, value)
    {
        enum event_kind kind;
        if (event_kind_find(name, strlen(name), &kind) && event_kind_is_clients(kind))
            continue;
        const char *meant = near_kind(name);
        return error_set(error, RESULT_INVALID, "%s is no event that trackers can have%s%s%s",
                         quoted(name), meant != NULL ? ": did you mean " : "",
                         meant != NULL ? meant : "", meant != NULL ? "?" : "");
    }
    return RESULT_OK;
}

static enum result check_names(const char *column, json_t *value, struct error *error)
{
    if (strcmp(column, "media_files") == 0 && json_is_array(value))
        return check_media_members(value, error);
    if (strcmp(column, "trackers") == 0 && json_is_object(value))
        return check_tracker_names(value, error);
    return RESULT_OK;
}

static enum result describe(const struct creative_fault *fault, struct error *error)
{
    if (fault->item == 0)
        return error_set(error, RESULT_INVALID, "%s", fault->reason);
    if (fault->part == NULL)
        return error_set(error, RESULT_INVALID, "item %zu: %s", fault->item, fault->reason);
    return error_set(error, RESULT_INVALID, "%s, item %zu: %s", fault->part, fault->item,
                     fault->reason);
}

/* By what reads it when it is to be shown. */
static enum result check_creative(const char *column, char *text, struct error *error)
{
    struct creative_faults faults;
    const struct ad ad = {
        .media_files = strcmp(column, "media_files") == 0 ? text : NULL,
        .trackers = strcmp(column, "trackers") == 0 ? text : NULL,
        .progress_offsets_ms = strcmp(column, "progress_offsets_ms") == 0 ? text : NULL,
    };
    creative_free(creative_new(&ad, &faults));
    return faults.count == 0 ? RESULT_OK : describe(&faults.faults[0], error);
}

enum result ad_rule_check_json(const char *column, json_t *value, struct error *error)
{
    char *text = memory_required(json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));
    size_t bytes = strlen(text);
    enum result result = RESULT_OK;
    if (bytes > AD_RULE_JSON_MAX_BYTES)
        result = error_set(error, RESULT_INVALID, "must be at most %d bytes of JSON (it has %zu)",
                           AD_RULE_JSON_MAX_BYTES, bytes);
    if (result == RESULT_OK)
        result = check_names(column, value, error);
    if (result == RESULT_OK)
        result = check_creative(column, text, error);
    free(text);
    return result;
}
