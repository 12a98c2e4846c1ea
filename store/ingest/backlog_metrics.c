/* What is measured of the backlog. */
#include "store/ingest/backlog_metrics.h"

#include "metrics/metrics.h"

void backlog_metrics_add(struct metrics *metrics, struct backlog_gauges gauges,
                         struct backlog_counters *counters)
{
    counters->replayed =
        metrics_counter(metrics, "adtracker_events_replayed_total",
                        "Events sent to the database that this process did not answer with 202: "
                        "re-read from the journal, or durable although their request got 503.",
                        "");
    counters->gap =
        metrics_counter(metrics, "adtracker_journal_gap_events_total",
                        "Events lost by the database that are no longer in the journal.", "");
    metrics_gauge(metrics, "adtracker_queue_events",
                  "Records accepted and not yet stored, those on disk alone included.", "",
                  gauges.waiting, gauges.arg);
    metrics_gauge(metrics, "adtracker_queue_max_events",
                  "Records kept in memory (QUEUE_MAX_EVENTS, and never over 16 MiB of them); more "
                  "stay on disk.",
                  "", gauges.queue_max, gauges.arg);
    metrics_gauge(metrics, "adtracker_queue_oldest_event_timestamp_seconds",
                  "Unix time at which the oldest event not yet stored was taken; 0 = none.", "",
                  gauges.oldest, gauges.arg);
}
