/* What the database is asked for a page of an export. */
#include "store/analytics/export_sql.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/memory.h"
#include "protocol/timestamp.h"
#include "store/database/session_settings.h"

/* The calendar of PostgreSQL has no year 0. */
#define FIRST_US (-INT64_C(62135596800) * 1000000)

const char export_begin_sql[] = "SELECT pg_catalog.quote_ident(pg_catalog.current_schema()), "
                                "pg_catalog.to_regclass('before_events') IS NOT NULL";

static void write_time(FILE *out, int64_t time_us)
{
    char text[TIMESTAMP_TEXT_SIZE];
    timestamp_format(time_us > FIRST_US ? time_us : FIRST_US, text);
    (void)fprintf(out, "timestamptz '%s'", text);
}

static void write_filters(FILE *out, const struct export_question *question)
{
    for (size_t i = 0; i < question->ad_count; i++)
        (void)fprintf(out, "%s%" PRId32, i == 0 ? " AND ad_id IN (" : ", ", question->ad_ids[i]);
    (void)fputs(question->ad_count > 0 ? ")" : "", out);
    const char *before = " AND kind IN (";
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        if ((question->kinds & UINT32_C(1) << kind) == 0)
            continue;
        (void)fprintf(out, "%s'%s'", before, event_kind_name((enum event_kind)kind));
        before = ", ";
    }
    (void)fputs(question->kinds != 0 ? ")" : "", out);
}

/* The bounds stand in each branch: so the planner leaves out other days and finds the index. The
 * lane is what events are distributed by on Citus, which hands both branches on with the limit so.
 */
static void write_branch(FILE *out, const char *which, const struct export_question *question,
                         const struct export_page *page)
{
    (void)fprintf(
        out,
        "SELECT lane, id, occurred_at, received_at, kind, nullif(ad_id, 0) AS ad_id, verdict, "
        "placement, detail, quantity, playback_ms, coalesce(ip_text, host(ip)) AS ip, flags "
        "FROM events WHERE %s AND occurred_at >= ",
        which);
    write_time(out, page->from_us);
    (void)fputs(" AND occurred_at <= ", out);
    write_time(out, page->to_us);
    if (page->has_position) {
        (void)fputs(" AND (occurred_at, id) > (", out);
        write_time(out, page->position.at_us);
        (void)fprintf(out, ", %" PRId64 ")", page->position.id);
    }
    write_filters(out, question);
}

char *export_page_sql(const char *schema, const struct export_question *question,
                      const struct export_page *page)
{
    char *sql = NULL;
    size_t sql_bytes;
    char *settings = session_settings_implicit_sql(schema, page->timeout_ms);
    FILE *out = memory_required(open_memstream(&sql, &sql_bytes));
    (void)fprintf(
        out,
        "%sSET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL enable_seqscan = off; "
        "LOCK TABLE ONLY events IN ACCESS SHARE MODE; ",
        settings);
    (void)fputs("SELECT id, occurred_at, received_at, kind, ad_id, verdict, placement, detail, "
                "quantity, playback_ms, ip, flags FROM (",
                out);
    write_branch(out, "NOT late", question, page);
    (void)fputs(" UNION ALL ", out);
    write_branch(out, "late", question, page);
    (void)fprintf(out, ") AS e ORDER BY 2, 1 LIMIT %" PRIu32, page->limit);
    if (fclose(out) != 0)
        memory_exhausted(0);
    free(settings);
    return sql;
}
