/* The question and the answer of GET /ads/analytics. */
#include "protocol/analytics.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <jansson.h>

#include "protocol/digits.h"
#include "protocol/memory.h"
#include "protocol/query.h"
#include "protocol/timestamp.h"

enum { VALUE_SIZE = 128, AD_ID_MAX_DIGITS = 10 };

static enum result parse_time(const char *query, const char *name, int64_t *time_us, bool *cut,
                              struct error *error)
{
    char value[VALUE_SIZE];
    size_t value_bytes = 0;
    enum result result = query_find(query, name, value, sizeof(value), &value_bytes);
    if (result == RESULT_UNKNOWN)
        return error_set(error, RESULT_MALFORMED, "%s is missing", name);
    if (result != RESULT_OK || timestamp_parse(value, value_bytes, time_us, cut) != RESULT_OK)
        return error_set(error, RESULT_MALFORMED,
                         "%s is not an RFC 3339 time such as 2025-04-20T00:00:00Z", name);
    return RESULT_OK;
}

static bool read_ad_id(const char *text, size_t length, int32_t *ad_id)
{
    uint64_t number;
    if (!digits_read(text, length, AD_ID_MAX_DIGITS, &number) || number < 1 || number > INT32_MAX)
        return false;
    *ad_id = (int32_t)number;
    return true;
}

static enum result parse_ad_id(const char *query, int32_t *ad_id, struct error *error)
{
    char value[VALUE_SIZE];
    size_t value_bytes = 0;
    *ad_id = 0;
    enum result result = query_find(query, "ad_id", value, sizeof(value), &value_bytes);
    if (result == RESULT_UNKNOWN)
        return RESULT_OK;
    if (result != RESULT_OK || !read_ad_id(value, value_bytes, ad_id))
        return error_set(error, RESULT_MALFORMED, "ad_id must be a whole number from 1 to %d",
                         INT32_MAX);
    return RESULT_OK;
}

static enum result parse_traffic(const char *query, enum analytics_traffic *traffic,
                                 struct error *error)
{
    char value[VALUE_SIZE];
    size_t value_bytes = 0;
    *traffic = TRAFFIC_GROSS;
    enum result result = query_find(query, "traffic", value, sizeof value, &value_bytes);
    if (result == RESULT_UNKNOWN)
        return RESULT_OK;
    for (int i = 0; result == RESULT_OK && i < ANALYTICS_TRAFFICS; i++) {
        if (strcmp(value, analytics_traffic_name((enum analytics_traffic)i)) == 0) {
            *traffic = (enum analytics_traffic)i;
            return RESULT_OK;
        }
    }
    return error_set(error, RESULT_MALFORMED, "traffic must be gross, net or test");
}

enum result analytics_window_parse(const char *query, struct analytics_window *window,
                                   struct error *error)
{
    struct analytics_window parsed = {0};
    bool cut = false;
    enum result result = parse_time(query, "start", &parsed.start_us, &cut, error);
    if (result != RESULT_OK)
        return result;
    parsed.start_us += cut;
    result = parse_time(query, "end", &parsed.end_us, NULL, error);
    if (result != RESULT_OK)
        return result;
    if (parsed.end_us < parsed.start_us)
        return error_set(error, RESULT_MALFORMED, "end is before start");
    result = parse_ad_id(query, &parsed.ad_id, error);
    if (result == RESULT_OK)
        result = parse_traffic(query, &parsed.traffic, error);
    if (result == RESULT_OK)
        *window = parsed;
    return result;
}

/* `dividend / divisor` to four decimals, which is as fine as people read it; 0 without a divisor.
 */
static double ratio(double dividend, int64_t divisor)
{
    const double steps = 10000.0;
    const double largest = 1e15;
    if (divisor == 0)
        return 0.0;
    double exact = dividend / (double)divisor;
    if (exact * steps > largest)
        return exact;
    return (double)(int64_t)(exact * steps + 0.5) / steps;
}

static void add_time(json_t *answer, const char *key, int64_t time_us)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(time_us, text);
    json_object_set_new(answer, key, json_string(text));
}

static void add_count(json_t *answer, const char *key, int64_t count)
{
    json_object_set_new(answer, key, json_integer(count));
}

char *analytics_render(const struct analytics_window *window, const struct analytics_totals *totals)
{
    int64_t clicks = totals->events[EVENT_CLICK];
    int64_t impressions = totals->events[EVENT_IMPRESSION];
    double click_rate = ratio(100.0 * (double)clicks, impressions);
    double average_seconds = ratio((double)totals->playback_ms[EVENT_CLICK] / 1000.0, clicks);
    json_t *answer = json_object();
    add_time(answer, "start", window->start_us);
    add_time(answer, "end", window->end_us);
    if (window->ad_id != 0)
        add_count(answer, "ad_id", window->ad_id);
    if (window->traffic != TRAFFIC_GROSS)
        json_object_set_new(answer, "traffic",
                            json_string(analytics_traffic_name(window->traffic)));
    add_count(answer, "total_clicks", clicks);
    add_count(answer, "total_impressions", impressions);
    json_object_set_new(answer, "click_rate", json_real(click_rate));
    json_object_set_new(answer, "average_playback_time", json_real(average_seconds));
    add_count(answer, "pending_events", (int64_t)totals->pending_events);
    /* 15 digits are what a double keeps exactly, so that 33.3333 is not 33.333300000000001. */
    char *text = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(answer);
    return memory_required(text);
}
