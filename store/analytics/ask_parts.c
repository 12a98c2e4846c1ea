/* What the statements of questions are put together from. */
#include "store/analytics/ask_parts.h"

#include <inttypes.h>

#include "protocol/timestamp.h"

size_t ask_cell_count(const struct ask *ask)
{
    return ask->has_every_kind ? (size_t)EVENT_KINDS : (size_t)ANALYTICS_CELLS;
}

enum event_kind ask_cell_kind(const struct ask *ask, size_t cell)
{
    return ask->has_every_kind ? (enum event_kind)cell
                               : analytics_cell_kind((enum analytics_cell)cell);
}

void ask_write_group_columns(FILE *out, const struct ask *ask, const char *key, const char *detail)
{
    (void)fprintf(out, "%s AS key, %s AS detail, %s AS verdict", ask->is_by_key ? key : "0::bigint",
                  ask->is_by_detail ? detail : "0", ask->is_by_verdict ? "verdict" : "0::smallint");
}

void ask_write_keys(FILE *out, const struct ask *ask, const char *column)
{
    (void)fprintf(out, " AND %s = ANY ('{", column);
    for (size_t i = 0; i < ask->key_count; i++)
        (void)fprintf(out, "%s%" PRId64, i == 0 ? "" : ",", ask->keys[i]);
    (void)fputs("}'::bigint[])", out);
}

/* A constant, so that the planner leaves out the partitions of other days. PostgreSQL writes years
 * before the first otherwise, and nothing is in them. */
void ask_write_time(FILE *out, int64_t time_us)
{
    const int64_t first_us = INT64_C(-62135596800000000); /* 0001-01-01 */
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(time_us < first_us ? first_us : time_us, text);
    (void)fprintf(out, "timestamptz '%s'", text);
}

const char *ask_traffic_condition(enum analytics_traffic traffic)
{
    static const char *const conditions[ANALYTICS_TRAFFICS] = {[TRAFFIC_GROSS] = "verdict <> 4",
                                                               [TRAFFIC_NET] = "verdict = 0",
                                                               [TRAFFIC_TEST] = "verdict = 4"};
    return conditions[traffic];
}
