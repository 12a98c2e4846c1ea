/* What the database says it has stored of a journal, turned into counters. */
#include "store/ingest/totals.h"

#include <stdlib.h>

#include "metrics/metrics.h"

static const char *const reject_reasons[REJECT_REASONS] = {"unknown_ad", "refused", "too_late"};

void writer_totals_init(struct writer_totals *totals, struct metrics *metrics)
{
    *totals = (struct writer_totals){0};
    char labels[64];
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        (void)metrics_label(labels, sizeof labels, "kind", event_kind_name((enum event_kind)kind));
        totals->stored[kind] =
            metrics_counter(metrics, "adtracker_events_stored_total",
                            "Events committed to the database, by kind.", labels);
        totals->duplicate[kind] =
            metrics_counter(metrics, "adtracker_events_duplicate_total",
                            "Events not stored because their event_id was stored before.", labels);
    }
    for (int reason = 0; reason < REJECT_REASONS; reason++) {
        (void)metrics_label(labels, sizeof labels, "reason", reject_reasons[reason]);
        totals->rejected[reason] =
            metrics_counter(metrics, "adtracker_events_rejected_total",
                            "Accepted events kept in rejected_events, by reason.", labels);
    }
}

void totals_read_array(const char *text, int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        numbers[i] = 0;
        if (*text == '\0' || *text == '}')
            continue;
        char *end;
        numbers[i] = strtoll(text + 1, &end, 10); /* behind the brace or the comma */
        text = end;
    }
}

static void advance(struct counter *counter, int64_t known, int64_t now)
{
    if (now > known)
        counter_add(counter, (uint64_t)(now - known));
}

void writer_totals_begin(struct writer_totals *totals)
{
    totals->known = (struct totals){0};
    totals->is_known = true;
}

uint64_t writer_totals_take(struct writer_totals *totals, const PGresult *row)
{
    struct totals now;
    totals_read_array(PQgetvalue(row, 0, 1), now.stored, EVENT_KINDS);
    totals_read_array(PQgetvalue(row, 0, 2), now.duplicate, EVENT_KINDS);
    totals_read_array(PQgetvalue(row, 0, 3), now.rejected, REJECT_REASONS);
    if (totals->is_known) {
        for (int i = 0; i < EVENT_KINDS; i++) {
            advance(totals->stored[i], totals->known.stored[i], now.stored[i]);
            advance(totals->duplicate[i], totals->known.duplicate[i], now.duplicate[i]);
        }
        for (int i = 0; i < REJECT_REASONS; i++)
            advance(totals->rejected[i], totals->known.rejected[i], now.rejected[i]);
    }
    totals->known = now;
    totals->is_known = true;
    return (uint64_t)strtoull(PQgetvalue(row, 0, 0), NULL, 10);
}
