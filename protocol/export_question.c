/* The question of GET /ads/events. */
#include "protocol/export_question.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "protocol/digits.h"
#include "protocol/memory.h"
#include "protocol/query.h"
#include "protocol/timestamp.h"
#include "protocol/weight.h"

enum { VALUE_SIZE = 128, ID_DIGITS_MAX = 10, LIMIT_DIGITS_MAX = 12 };

/* Reads a value into the question; false when it is not acceptable. */
typedef bool (*read_fn)(const char *value, size_t bytes, struct export_question *question);

static bool read_start(const char *value, size_t bytes, struct export_question *question)
{
    bool is_cut;
    if (timestamp_parse(value, bytes, &question->start_us, &is_cut) != RESULT_OK)
        return false;
    question->start_us += is_cut;
    return true;
}

static bool read_end(const char *value, size_t bytes, struct export_question *question)
{
    return timestamp_parse(value, bytes, &question->end_us, NULL) == RESULT_OK;
}

static bool read_ad_id(const char *value, size_t bytes, struct export_question *question)
{
    uint64_t number;
    if (question->ad_count == EXPORT_ADS_MAX ||
        !digits_read(value, bytes, ID_DIGITS_MAX, &number) || number < 1 || number > INT32_MAX)
        return false;
    question->ad_ids[question->ad_count++] = (int32_t)number;
    return true;
}

static bool read_kind(const char *value, size_t bytes, struct export_question *question)
{
    enum event_kind kind;
    if (!event_kind_find(value, bytes, &kind))
        return false;
    question->kinds |= UINT32_C(1) << kind;
    return true;
}

static bool read_limit(const char *value, size_t bytes, struct export_question *question)
{
    return digits_read(value, bytes, LIMIT_DIGITS_MAX, &question->limit) && question->limit > 0;
}

/* Ids that clients of the original have given their clicks may be below zero. */
static bool read_id(const char *text, int64_t *id)
{
    uint64_t number;
    bool is_negative = *text == '-';
    text += is_negative;
    if (!digits_read(text, strlen(text), DIGITS_READ_MAX, &number) || number > INT64_MAX)
        return false;
    *id = is_negative ? -(int64_t)number : (int64_t)number;
    return true;
}

static bool read_cursor(const char *value, size_t bytes, struct export_question *question)
{
    const char *comma = memchr(value, ',', bytes);
    bool is_cut;
    question->has_position = true;
    return comma != NULL &&
           timestamp_parse(value, (size_t)(comma - value), &question->position.at_us, &is_cut) ==
               RESULT_OK &&
           !is_cut && read_id(comma + 1, &question->position.id);
}

static bool read_format(const char *value, size_t bytes, struct export_question *question)
{
    (void)bytes;
    question->is_csv = strcmp(value, "csv") == 0;
    return question->is_csv || strcmp(value, "ndjson") == 0;
}

static const struct parameter {
    const char *name;
    read_fn read;
    bool is_required;
    bool may_repeat; /* else the first counts */
    const char *what;
} parameters[] = {
    {"start", read_start, true, false, "is not an RFC 3339 time such as 2025-04-20T00:00:00Z"},
    {"end", read_end, true, false, "is not an RFC 3339 time such as 2025-04-20T00:00:00Z"},
    {"ad_id", read_ad_id, false, true, "must be a whole number from 1 to 2147483647, at most 100"},
    {"kind", read_kind, false, true, "must be the name of a kind of event, such as firstQuartile"},
    {"limit", read_limit, false, false, "must be a whole number from 1 to 999999999999"},
    {"cursor", read_cursor, false, false,
     "must be the occurred_at and the id of an event, with a comma between"},
    {"format", read_format, false, false, "must be ndjson or csv"},
};

/* `query` is cut at its ampersands here; the original ends at `end`. */
static enum result read_parameter(const char *query, const char *end,
                                  const struct parameter *parameter,
                                  struct export_question *question, struct error *error)
{
    bool is_there = false;
    for (const char *at = query; at < end; at += strlen(at) + 1) {
        char value[VALUE_SIZE];
        size_t bytes = 0;
        enum result result = query_find(at, parameter->name, value, sizeof value, &bytes);
        if (result == RESULT_UNKNOWN || (is_there && !parameter->may_repeat))
            continue;
        is_there = true;
        if (result != RESULT_OK || !parameter->read(value, bytes, question))
            return error_set(error, RESULT_MALFORMED, "%s %s", parameter->name, parameter->what);
    }
    if (!is_there && parameter->is_required)
        return error_set(error, RESULT_MALFORMED, "%s is missing", parameter->name);
    return RESULT_OK;
}

/* How much `accept` wants what begins with `type`, in thousandths; -1 = it does not name it. */
static int quality(const char *accept, const char *type)
{
    for (const char *at = accept; *at != '\0'; at += *at == ',') {
        at += strspn(at, " \t");
        size_t bytes = strcspn(at, ",");
        const char *parameters_at = memchr(at, ';', bytes);
        size_t type_bytes = parameters_at == NULL ? bytes : (size_t)(parameters_at - at);
        while (type_bytes > 0 && strchr(" \t", at[type_bytes - 1]) != NULL)
            type_bytes--;
        if (type_bytes == strlen(type) && strncasecmp(at, type, type_bytes) == 0) {
            const char *q = parameters_at == NULL ? NULL : strstr(parameters_at, "q=");
            if (q == NULL || q >= at + bytes)
                return WEIGHT_MAX;
            q += 2;
            int weight = weight_read(q, strcspn(q, " \t;,"));
            return weight == WEIGHT_NONE ? 0 : weight;
        }
        at += bytes;
    }
    return -1;
}

static bool prefers_csv(const char *accept)
{
    int csv = quality(accept, "text/csv");
    return csv > 0 && csv > quality(accept, "application/x-ndjson") &&
           csv > quality(accept, "application/ndjson");
}

static enum result check(struct export_question *question, struct error *error)
{
    if (question->end_us < question->start_us)
        return error_set(error, RESULT_MALFORMED, "end is before start");
    if (question->has_position && question->position.at_us < question->start_us)
        return error_set(error, RESULT_MALFORMED, "cursor is before start");
    return RESULT_OK;
}

enum result export_question_parse(const char *query, const char *accept,
                                  struct export_question *question, struct error *error)
{
    struct export_question parsed = {.is_csv = accept != NULL && prefers_csv(accept)};
    char *cut = memory_copy_text(query == NULL ? "" : query);
    const char *end = cut + strlen(cut);
    for (char *at = cut; (at = strchr(at, '&')) != NULL; at++)
        *at = '\0';
    enum result result = RESULT_OK;
    for (size_t i = 0; result == RESULT_OK && i < sizeof parameters / sizeof parameters[0]; i++)
        result = read_parameter(cut, end, &parameters[i], &parsed, error);
    free(cut);
    if (result == RESULT_OK)
        result = check(&parsed, error);
    if (result == RESULT_OK)
        *question = parsed;
    return result;
}
