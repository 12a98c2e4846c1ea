/* What is measured of the journal. */
#include "store/journal/internal.h"

#include "metrics/metrics.h"

static double read_bytes(void *arg)
{
    return (double)segments_waiting_bytes(&((const struct journal *)arg)->segments);
}

static double read_disk_bytes(void *arg)
{
    return (double)segments_disk_bytes(&((const struct journal *)arg)->segments);
}

static double read_max_bytes(void *arg)
{
    return (double)((const struct journal *)arg)->settings->max_bytes;
}

void journal_add_metrics(struct journal *journal, struct metrics *metrics)
{
    char mode[32];
    (void)metrics_label(mode, sizeof mode, "mode", journal_sync_name(journal->settings->sync));
    metrics_gauge(metrics, "adtracker_journal_bytes",
                  "Bytes of journal segments that the database does not wholly have.", "",
                  read_bytes, journal);
    metrics_gauge(metrics, "adtracker_journal_max_bytes",
                  "Bytes the journal may take (JOURNAL_MAX_BYTES).", "", read_max_bytes, journal);
    metrics_gauge(metrics, "adtracker_journal_disk_bytes",
                  "Bytes the journal takes, stored segments that are kept included.", "",
                  read_disk_bytes, journal);
    metrics_info(metrics, "adtracker_journal_sync_mode",
                 "Always 1; the label is the mode (JOURNAL_SYNC).", mode);
    journal->sync_seconds =
        metrics_latency_histogram(metrics, "adtracker_journal_sync_duration_seconds",
                                  "Time that making the journal durable takes.", "");
    journal->failures =
        metrics_counter(metrics, "adtracker_journal_failures_total",
                        "Segments given up because the disk refused a write or a sync.", "");
    journal->segments.damaged =
        metrics_counter(metrics, "adtracker_journal_damaged_total",
                        "Ranges of journal bytes put aside because they are no records.", "");
}
