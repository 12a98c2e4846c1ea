/* A question of GET /ads/analytics, put together from its parts. */
#include "protocol/analytics/question.h"

#include <string.h>

#include "protocol/analytics/filters.h"
#include "protocol/analytics/groups.h"
#include "protocol/analytics/slips.h"
#include "protocol/analytics/view.h"
#include "protocol/analytics/windows.h"

bool analytics_query_is_of_all(const struct analytics_query *query)
{
    return query->ad_count == 0 && query->placement_count == 0 &&
           (query->group == GROUP_NONE || query->group == GROUP_KIND ||
            query->group == GROUP_VERDICT);
}

enum result analytics_question_parse(const char *query_string, const char *accept, int64_t now_us,
                                     struct analytics_question *question, struct error *error)
{
    struct analytics_question parsed;
    /* Also what lies between its members: a query is compared byte for byte. */
    memset(&parsed, 0, sizeof parsed);
    enum result result = analytics_slips_check(query_string, error);
    if (result == RESULT_OK)
        result = analytics_windows_parse(query_string, now_us, &parsed, error);
    if (result == RESULT_OK)
        result = analytics_groups_parse(query_string, &parsed.query, error);
    if (result == RESULT_OK)
        result = analytics_filters_parse(query_string, &parsed.query, error);
    if (result == RESULT_OK)
        result = analytics_view_parse(query_string, accept, &parsed, error);
    if (result == RESULT_OK)
        result = analytics_cursor_parse(query_string, &parsed, error);
    if (result == RESULT_OK)
        memcpy(question, &parsed, sizeof parsed);
    return result;
}
