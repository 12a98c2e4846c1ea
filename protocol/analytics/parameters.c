/* The parameters of a question. */
#include "protocol/analytics/parameters.h"

#include <assert.h>
#include <string.h>

#include "protocol/query.h"

static const struct parameter {
    const char *name;
    int habits;
} parameters[ANALYTICS_PARAMETERS] = {
    [PARAMETER_START] = {"start", PARAMETER_FIRST | PARAMETER_WITH_VALUE},
    [PARAMETER_END] = {"end", PARAMETER_FIRST | PARAMETER_WITH_VALUE},
    [PARAMETER_PERIOD] = {"period", PARAMETER_ONCE},
    [PARAMETER_TZ] = {"tz", PARAMETER_ONCE},
    [PARAMETER_GROUP_BY] = {"group_by", PARAMETER_REPEATED},
    [PARAMETER_AD_ID] = {"ad_id", PARAMETER_REPEATED | PARAMETER_WITH_VALUE},
    [PARAMETER_PLACEMENT] = {"placement", PARAMETER_REPEATED},
    [PARAMETER_TRAFFIC] = {"traffic", PARAMETER_FIRST | PARAMETER_WITH_VALUE},
    [PARAMETER_METRICS] = {"metrics", PARAMETER_REPEATED},
    [PARAMETER_ORDER_BY] = {"order_by", PARAMETER_ONCE},
    [PARAMETER_LIMIT] = {"limit", PARAMETER_ONCE},
    [PARAMETER_CURSOR] = {"cursor", PARAMETER_ONCE},
    [PARAMETER_COMPARE] = {"compare", PARAMETER_ONCE},
    [PARAMETER_FORMAT] = {"format", PARAMETER_ONCE},
};

const char *analytics_parameter_name(enum analytics_parameter parameter)
{
    assert((unsigned)parameter < ANALYTICS_PARAMETERS);
    return parameters[parameter].name;
}

int analytics_parameter_find(const char *name)
{
    int at = 0;
    while (at < ANALYTICS_PARAMETERS && strcmp(parameters[at].name, name) != 0)
        at++;
    return at;
}

int analytics_parameter_habits(enum analytics_parameter parameter)
{
    assert((unsigned)parameter < ANALYTICS_PARAMETERS);
    return parameters[parameter].habits;
}

void analytics_parameter_read(const char *query, enum analytics_parameter parameter,
                              struct parameter_value *value)
{
    const char *name = analytics_parameter_name(parameter);
    enum result result = query_find(query, name, value->text, sizeof value->text, &value->bytes);
    value->is_given = result != RESULT_UNKNOWN;
    value->is_broken = result == RESULT_MALFORMED;
    if (result != RESULT_OK) {
        value->text[0] = '\0';
        value->bytes = 0;
    }
}

void analytics_words_begin(struct parameter_words *words, const char *query,
                           enum analytics_parameter parameter, bool has_commas)
{
    words->query = query;
    words->parameter = parameter;
    words->has_commas = has_commas;
    words->rest = NULL;
}

const char *analytics_words_next(struct parameter_words *words)
{
    const char *name = analytics_parameter_name(words->parameter);
    struct query_part part;
    while (words->rest == NULL && query_next(&words->query, &part)) {
        size_t bytes = 0;
        if (part.value == NULL || !query_is_called(&part, name))
            continue;
        if (query_decode(part.value, part.value_bytes, words->value, sizeof words->value, &bytes) !=
            RESULT_OK)
            words->value[0] = '\0';
        words->rest = words->value;
    }
    return words->rest != NULL ? strsep(&words->rest, words->has_commas ? "," : "") : NULL;
}

int analytics_find_word(const char *word, int count, const char *(*name_of)(int index))
{
    int at = 0;
    while (at < count && strcmp(word, name_of(at)) != 0)
        at++;
    return at;
}
