/* The column trackers. */
#include <string.h>

#include "protocol/creative.h"
#include "protocol/creative_columns.h"
#include "protocol/memory.h"
#include "protocol/web_url.h"

static bool is_clients_kind(const char *name)
{
    enum event_kind kind;
    return event_kind_find(name, strlen(name), &kind) && event_kind_is_clients(kind);
}

static bool has_room(const struct creative *creative, const char *url)
{
    size_t bytes = strlen(url);
    for (size_t i = 0; i < creative->tracker_count; i++)
        bytes += strlen(creative->trackers[i].url);
    return bytes <= CREATIVE_TRACKERS_BYTES_MAX;
}

static void read_tracker(struct creative *creative, const struct creative_column *column,
                         enum event_kind kind, const json_t *json)
{
    const char *url = json_string_value(json);
    if (!web_url_is_https(url))
        (void)creative_fault(column, "a tracker is no https URL");
    else if (creative->tracker_count == CREATIVE_TRACKERS_MAX)
        (void)creative_fault(column, "there are more than 200 trackers");
    else if (!has_room(creative, url))
        (void)creative_fault(column, "the URLs of the trackers are longer than 65536 bytes");
    else
        creative->trackers[creative->tracker_count++] =
            (struct third_party_tracker){.kind = kind, .url = memory_copy_text(url)};
}

/* One tracker or an array of them. */
static void read_kind(struct creative *creative, const struct creative_column *column,
                      enum event_kind kind, json_t *json)
{
    size_t i;
    json_t *item;
    struct creative_column at = {column->name, column->faults, 1, event_kind_name(kind)};
    if (!json_is_array(json)) {
        read_tracker(creative, &at, kind, json);
        return;
    }
    json_array_foreach(json, i, item)
    {
        at.item = i + 1;
        read_tracker(creative, &at, kind, item);
    }
}

void creative_read_trackers(struct creative *creative, const struct creative_column *column,
                            json_t *value)
{
    const char *name;
    json_t *json;
    if (!json_is_object(value)) {
        (void)creative_fault(column, "it is no object");
        return;
    }
    creative->trackers = memory_zeroed_array(CREATIVE_TRACKERS_MAX, sizeof creative->trackers[0]);
    for (int i = 0; i < EVENT_KINDS; i++) {
        enum event_kind kind = (enum event_kind)i;
        json = json_object_get(value, event_kind_name(kind));
        if (event_kind_is_clients(kind) && json != NULL && !json_is_null(json))
            read_kind(creative, column, kind, json);
    }
    json_object_foreach(value, name, json)
    {
        if (!is_clients_kind(name))
            (void)creative_fault(column, "an event is unknown");
    }
    if (creative->tracker_count > 0)
        creative->trackers = memory_resized(creative->trackers,
                                            creative->tracker_count * sizeof creative->trackers[0]);
}
