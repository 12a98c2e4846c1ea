/* The part of a question's statement that reads events. */
#include "store/analytics/ask_events.h"

#include "store/analytics/ask_parts.h"

/* How the events of a dimension are counted, as count_events() does. */
static const struct {
    const char *key;
    const char *detail;
    const char *condition;
    const char *column; /* that has the keys of a filter */
} dimensions[] = {
    [DIMENSION_ALL] = {"0::bigint", "0", "", ""},
    [DIMENSION_AD] = {"ad_id::bigint", "0", " AND ad_id <> 0", "ad_id"},
    [DIMENSION_PLACEMENT] = {"placement_id", "0", " AND placement_id <> 0", "placement_id"},
    [DIMENSION_ERROR] = {"coalesce(ad_id, 0)::bigint", "error_code(detail)", " AND kind = 'error'",
                         "ad_id"},
    [DIMENSION_NOFILL] = {"coalesce(placement_id, 0)", "detail", " AND kind = 'nofill'",
                          "placement_id"},
};

static void write_part(FILE *out, const struct ask *ask, const struct strip *strip,
                       const char *late, int lane)
{
    (void)fprintf(out,
                  "SELECT ad_id, placement_id, detail, verdict, kind, quantity, playback_ms "
                  "FROM events WHERE %s AND lane = %d AND occurred_at >= ",
                  late, lane);
    ask_write_time(out, strip->first_us);
    (void)fputs(" AND occurred_at < ", out);
    ask_write_time(out, strip->past_us);
    (void)fprintf(out, "%s AND %s", dimensions[ask->dimension].condition,
                  ask_traffic_condition(ask->traffic));
    if (ask->key_count > 0)
        ask_write_keys(out, ask, dimensions[ask->dimension].column);
}

/* Late ones and others apart, or no partition is left out. */
static void write_kinds(FILE *out, const struct ask *ask, const struct strip *strip, int lane)
{
    (void)fputs("SELECT ", out);
    ask_write_group_columns(out, ask, dimensions[ask->dimension].key,
                            dimensions[ask->dimension].detail);
    (void)fputs(", kind, sum(quantity) AS quantity, sum(least(greatest(playback_ms, 0), 86400000)) "
                "FILTER (WHERE kind = 'click') AS playback_ms, sum(quantity) FILTER (WHERE verdict "
                "IN (" ASK_INVALID_VERDICTS ")) AS invalid FROM (",
                out);
    write_part(out, ask, strip, "NOT late", lane);
    (void)fputs(" UNION ALL ", out);
    write_part(out, ask, strip, "late", lane);
    (void)fputs(") AS e GROUP BY 1, 2, 3, 4", out);
}

void ask_write_events(FILE *out, const struct ask *ask, const struct strip *strip, size_t number,
                      int lane)
{
    (void)fprintf(
        out, "SELECT %zu, 0, key, detail, verdict, sum(playback_ms)::bigint, %s::bigint, ARRAY[",
        number, ask->has_invalid ? "sum(invalid)" : "NULL");
    for (size_t i = 0; i < ask_cell_count(ask); i++)
        (void)fprintf(out, "%ssum(quantity) FILTER (WHERE kind = '%s')", i == 0 ? "" : ", ",
                      event_kind_name(ask_cell_kind(ask, i)));
    (void)fputs("]::bigint[] FROM (", out);
    write_kinds(out, ask, strip, lane);
    (void)fputs(") AS k GROUP BY key, detail, verdict", out);
}
