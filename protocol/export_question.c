/* The question of GET /ads/events. */
#include "protocol/export_question.h"

#include <string.h>

#include "protocol/analytics/accept.h"
#include "protocol/analytics/parameters.h"
#include "protocol/analytics/slips.h"
#include "protocol/digits.h"
#include "protocol/query.h"
#include "protocol/text.h"
#include "protocol/timestamp.h"

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

enum { PARAMETERS = sizeof parameters / sizeof parameters[0] };

/* What /ads/analytics knows, or is most likely a slip: nobody gets more than was asked for. */
static enum result check_stranger(const struct query_part *part, struct error *error)
{
    char name[VALUE_SIZE];
    size_t bytes;
    if (query_decode(part->name, part->name_bytes, name, sizeof name, &bytes) != RESULT_OK ||
        (analytics_parameter_find(name) == ANALYTICS_PARAMETERS && analytics_slip_of(name) == NULL))
        return RESULT_OK;
    return error_set(error, RESULT_MALFORMED,
                     "unknown parameter%s%s: there are start, end, ad_id, kind, limit, cursor and "
                     "format",
                     text_is_printable(name, bytes) ? " " : "",
                     text_is_printable(name, bytes) ? name : "");
}

static enum result read_part(const struct query_part *part, bool is_seen[static PARAMETERS],
                             struct export_question *question, struct error *error)
{
    char value[VALUE_SIZE];
    size_t bytes = 0;
    size_t at = 0;
    while (at < PARAMETERS && !query_is_called(part, parameters[at].name))
        at++;
    if (at == PARAMETERS)
        return check_stranger(part, error);
    if (part->value == NULL || (is_seen[at] && !parameters[at].may_repeat))
        return RESULT_OK;
    is_seen[at] = true;
    if (query_decode(part->value, part->value_bytes, value, sizeof value, &bytes) != RESULT_OK ||
        !parameters[at].read(value, bytes, question))
        return error_set(error, RESULT_MALFORMED, "%s %s", parameters[at].name,
                         parameters[at].what);
    return RESULT_OK;
}

static enum result check(const struct export_question *question,
                         const bool is_seen[static PARAMETERS], struct error *error)
{
    for (size_t i = 0; i < PARAMETERS; i++) {
        if (parameters[i].is_required && !is_seen[i])
            return error_set(error, RESULT_MALFORMED, "%s is missing", parameters[i].name);
    }
    if (question->end_us < question->start_us)
        return error_set(error, RESULT_MALFORMED, "end is before start");
    if (question->has_position && question->position.at_us < question->start_us)
        return error_set(error, RESULT_MALFORMED, "cursor is before start");
    return RESULT_OK;
}

enum result export_question_parse(const char *query, const char *accept,
                                  struct export_question *question, struct error *error)
{
    struct export_question parsed = {.is_csv =
                                         analytics_format_accepted(accept, false) == FORMAT_CSV};
    bool is_seen[PARAMETERS] = {false};
    struct query_part part;
    enum result result = RESULT_OK;
    while (result == RESULT_OK && query_next(&query, &part))
        result = read_part(&part, is_seen, &parsed, error);
    if (result == RESULT_OK)
        result = check(&parsed, is_seen, error);
    if (result == RESULT_OK)
        *question = parsed;
    return result;
}
