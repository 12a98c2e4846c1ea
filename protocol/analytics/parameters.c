/* The parameters of a question. */
#include "protocol/analytics/parameters.h"

#include <assert.h>
#include <string.h>

#include "protocol/analytics/slips.h"
#include "protocol/query.h"
#include "protocol/text.h"

/* What is longer is nobody's, nor a slip. */
enum { NAME_SIZE = 64 };

enum {
    ONCE = 0,
    REPEATED = 1,   /* it may be given several times */
    FIRST = 2,      /* as it first stands, as the original had it */
    WITH_VALUE = 4, /* without a `=` it is none, as the original had it */
};

static const struct parameter {
    const char *name;
    int habits;
} parameters[ANALYTICS_PARAMETERS] = {
    [PARAMETER_START] = {"start", FIRST | WITH_VALUE},
    [PARAMETER_END] = {"end", FIRST | WITH_VALUE},
    [PARAMETER_PERIOD] = {"period", ONCE},
    [PARAMETER_TZ] = {"tz", ONCE},
    [PARAMETER_GROUP_BY] = {"group_by", REPEATED},
    [PARAMETER_AD_ID] = {"ad_id", REPEATED | WITH_VALUE},
    [PARAMETER_PLACEMENT] = {"placement", REPEATED},
    [PARAMETER_TRAFFIC] = {"traffic", FIRST | WITH_VALUE},
    [PARAMETER_METRICS] = {"metrics", REPEATED},
    [PARAMETER_ORDER_BY] = {"order_by", ONCE},
    [PARAMETER_LIMIT] = {"limit", ONCE},
    [PARAMETER_CURSOR] = {"cursor", ONCE},
    [PARAMETER_COMPARE] = {"compare", ONCE},
    [PARAMETER_FORMAT] = {"format", ONCE},
};

const char *analytics_parameter_name(enum analytics_parameter parameter)
{
    assert((unsigned)parameter < ANALYTICS_PARAMETERS);
    return parameters[parameter].name;
}

static size_t find(const char *name)
{
    size_t at = 0;
    while (at < ANALYTICS_PARAMETERS && strcmp(parameters[at].name, name) != 0)
        at++;
    return at;
}

static enum result check_stranger(const char *name, size_t bytes, struct error *error)
{
    const char *meant = analytics_slip_of(name);
    if (meant == NULL)
        return RESULT_OK;
    if (!text_is_printable(name, bytes))
        return error_set(error, RESULT_MALFORMED, "unknown parameter: did you mean %s?", meant);
    return error_set(error, RESULT_MALFORMED, "unknown parameter %s: did you mean %s?", name,
                     meant);
}

enum result analytics_parameters_check(const char *query, struct error *error)
{
    struct query_part part;
    bool is_seen[ANALYTICS_PARAMETERS] = {false};
    enum result result = RESULT_OK;
    while (result == RESULT_OK && query_next(&query, &part)) {
        char name[NAME_SIZE];
        size_t bytes = 0;
        if (query_decode(part.name, part.name_bytes, name, sizeof name, &bytes) != RESULT_OK)
            continue;
        size_t at = find(name);
        if (at == ANALYTICS_PARAMETERS) {
            result = check_stranger(name, bytes, error);
            continue;
        }
        if (part.value == NULL && (parameters[at].habits & WITH_VALUE) == 0)
            result = error_set(error, RESULT_MALFORMED, "%s has no value", name);
        else if (is_seen[at] && (parameters[at].habits & (REPEATED | FIRST)) == 0)
            result = error_set(error, RESULT_MALFORMED, "%s is given twice", name);
        is_seen[at] = true;
    }
    return result;
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
