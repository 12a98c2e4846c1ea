/* Whose events a question is about. */
#include "protocol/analytics/filters.h"

#include <string.h>

#include "protocol/analytics/parameters.h"
#include "protocol/digits.h"
#include "protocol/event_fields.h"

enum { AD_ID_MAX_DIGITS = 10 };

static bool read_ad_id(const char *text, int32_t *ad_id)
{
    uint64_t number;
    if (!digits_read(text, strlen(text), AD_ID_MAX_DIGITS, &number) || number < 1 ||
        number > INT32_MAX)
        return false;
    *ad_id = (int32_t)number;
    return true;
}

/* Adds it in its place, once. False = there are too many. */
static bool add_ad(struct analytics_query *query, int32_t ad_id)
{
    size_t at = query->ad_count;
    while (at > 0 && query->ad_ids[at - 1] > ad_id)
        at--;
    if (at > 0 && query->ad_ids[at - 1] == ad_id)
        return true;
    if (query->ad_count == ANALYTICS_FILTER_MAX)
        return false;
    memmove(query->ad_ids + at + 1, query->ad_ids + at,
            (query->ad_count - at) * sizeof query->ad_ids[0]);
    query->ad_ids[at] = ad_id;
    query->ad_count++;
    return true;
}

static enum result parse_ads(const char *query_string, struct analytics_query *query,
                             struct error *error)
{
    struct parameter_words words;
    analytics_words_begin(&words, query_string, PARAMETER_AD_ID, false);
    const char *word;
    while ((word = analytics_words_next(&words)) != NULL) {
        int32_t ad_id;
        if (!read_ad_id(word, &ad_id))
            return error_set(error, RESULT_MALFORMED, "ad_id must be a whole number from 1 to %d",
                             INT32_MAX);
        if (!add_ad(query, ad_id))
            return error_set(error, RESULT_MALFORMED, "ad_id may be given for %d ads at most",
                             ANALYTICS_FILTER_MAX);
    }
    return RESULT_OK;
}

/* The same for a placement, which fits. */
static bool add_placement(struct analytics_query *query, const char *name)
{
    const size_t size = sizeof query->placements[0];
    size_t at = query->placement_count;
    while (at > 0 && strcmp(query->placements[at - 1], name) > 0)
        at--;
    if (at > 0 && strcmp(query->placements[at - 1], name) == 0)
        return true;
    if (query->placement_count == ANALYTICS_FILTER_MAX)
        return false;
    memmove(query->placements[at + 1], query->placements[at], (query->placement_count - at) * size);
    memset(query->placements[at], 0, size);
    memcpy(query->placements[at], name, strlen(name));
    query->placement_count++;
    return true;
}

static enum result parse_placements(const char *query_string, struct analytics_query *query,
                                    struct error *error)
{
    struct parameter_words words;
    analytics_words_begin(&words, query_string, PARAMETER_PLACEMENT, false);
    const char *word;
    while ((word = analytics_words_next(&words)) != NULL) {
        if (!event_fields_is_placement(word, strlen(word)) &&
            strcmp(word, EVENT_PLACEMENT_OTHER) != 0)
            return error_set(error, RESULT_MALFORMED,
                             "placement must be 1 to %d of A-Z a-z 0-9 . _ -, or %s",
                             EVENT_PLACEMENT_MAX_BYTES, EVENT_PLACEMENT_OTHER);
        if (!add_placement(query, word))
            return error_set(error, RESULT_MALFORMED,
                             "placement may be given for %d placements at most",
                             ANALYTICS_FILTER_MAX);
    }
    return RESULT_OK;
}

static const char *traffic_name(int index)
{
    return analytics_traffic_name((enum analytics_traffic)index);
}

static enum result parse_traffic(const char *query_string, struct analytics_query *query,
                                 struct error *error)
{
    struct parameter_value value;
    analytics_parameter_read(query_string, PARAMETER_TRAFFIC, &value);
    int traffic = analytics_find_word(value.text, ANALYTICS_TRAFFICS, traffic_name);
    query->traffic = TRAFFIC_GROSS;
    if (value.is_given && traffic == ANALYTICS_TRAFFICS)
        return error_set(error, RESULT_MALFORMED, "traffic must be gross, net or test");
    if (value.is_given)
        query->traffic = (enum analytics_traffic)traffic;
    return RESULT_OK;
}

/* Counts are kept by one of the two, so what needs both there is not. */
static enum result check_dimensions(const struct analytics_query *query, struct error *error)
{
    if (query->ad_count > 0 && query->placement_count > 0)
        return error_set(error, RESULT_MALFORMED,
                         "ad_id and placement can't be given together: events are counted by ad "
                         "and by placement, not by both");
    if (query->placement_count > 0 &&
        (query->group == GROUP_AD || query->group == GROUP_ERROR_CODE))
        return error_set(error, RESULT_MALFORMED,
                         "placement can't be given with group_by=%s: a placement's events are not "
                         "counted by it",
                         analytics_group_name(query->group));
    if (query->ad_count > 0 &&
        (query->group == GROUP_PLACEMENT || query->group == GROUP_NOFILL_REASON))
        return error_set(error, RESULT_MALFORMED,
                         "ad_id can't be given with group_by=%s: an ad's events are not counted by "
                         "it",
                         analytics_group_name(query->group));
    return RESULT_OK;
}

enum result analytics_filters_parse(const char *query_string, struct analytics_query *query,
                                    struct error *error)
{
    enum result result = parse_ads(query_string, query, error);
    if (result == RESULT_OK)
        result = parse_placements(query_string, query, error);
    if (result == RESULT_OK)
        result = parse_traffic(query_string, query, error);
    return result == RESULT_OK ? check_dimensions(query, error) : result;
}
