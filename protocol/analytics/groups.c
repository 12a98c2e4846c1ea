/* What a question's rows are of. */
#include "protocol/analytics/groups.h"

#include <stddef.h>

#include "protocol/analytics/parameters.h"

enum { GROUPS_MAX = 2 };

#define BIT(group) (1U << (group))
#define TIMES                                                                                      \
    (BIT(GROUP_MINUTE) | BIT(GROUP_HOUR) | BIT(GROUP_DAY) | BIT(GROUP_WEEK) | BIT(GROUP_MONTH))

/* What may stand beside each: counts are kept so. */
static const unsigned partners[ANALYTICS_GROUPS] = {
    [GROUP_AD] = TIMES | BIT(GROUP_KIND) | BIT(GROUP_ERROR_CODE) | BIT(GROUP_VERDICT),
    [GROUP_PLACEMENT] = TIMES | BIT(GROUP_KIND) | BIT(GROUP_NOFILL_REASON) | BIT(GROUP_VERDICT),
    [GROUP_KIND] = TIMES,
    [GROUP_ERROR_CODE] = TIMES,
    [GROUP_NOFILL_REASON] = TIMES,
    [GROUP_VERDICT] = TIMES,
};

static const char *name_of(int index)
{
    return analytics_group_name((enum analytics_group)index);
}

static enum result refuse(struct error *error)
{
    return error_set(error, RESULT_MALFORMED,
                     "group_by must be one of ad, placement, kind, error_code, nofill_reason, "
                     "verdict, minute, hour, day, week, month; or one of the first six with one of "
                     "the last five; or ad with kind, error_code or verdict; or placement with "
                     "kind, nofill_reason or verdict");
}

/* Reads the words; `groups` begins with GROUP_NONE. False = one is none, or they are too many. */
static bool read_groups(const char *query_string, enum analytics_group groups[static GROUPS_MAX])
{
    struct parameter_words words;
    int count = 0;
    analytics_words_begin(&words, query_string, PARAMETER_GROUP_BY, true);
    const char *word;
    while ((word = analytics_words_next(&words)) != NULL) {
        int group = analytics_find_word(word, ANALYTICS_GROUPS, name_of);
        if (group == GROUP_NONE || group == ANALYTICS_GROUPS || count == GROUPS_MAX)
            return false;
        groups[count++] = (enum analytics_group)group;
    }
    return true;
}

enum result analytics_groups_parse(const char *query_string, struct analytics_query *query,
                                   struct error *error)
{
    enum analytics_group groups[GROUPS_MAX] = {GROUP_NONE, GROUP_NONE};
    if (!read_groups(query_string, groups))
        return refuse(error);
    /* In the order of a row's columns, which is that of the enum. */
    bool is_swapped = groups[1] != GROUP_NONE && groups[1] < groups[0];
    enum analytics_group first = groups[is_swapped];
    enum analytics_group other = groups[!is_swapped];
    if (other != GROUP_NONE && (partners[first] & BIT(other)) == 0)
        return refuse(error);
    bool is_time = analytics_group_is_time(first);
    query->group = is_time ? GROUP_NONE : first;
    query->second = analytics_group_is_time(other) ? GROUP_NONE : other;
    query->bucket = is_time ? first : GROUP_NONE;
    if (analytics_group_is_time(other))
        query->bucket = other;
    return RESULT_OK;
}
