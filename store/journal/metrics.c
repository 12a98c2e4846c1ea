/* What is measured of a journal. */
#include "store/journal/metrics.h"

#include "metrics/metrics.h"
#include "store/journal/segment_file.h"
#include "store/journal/segments.h"
#include "store/journal/settings.h"

static double read_bytes(void *arg)
{
    const struct journal_metrics *journal = arg;
    return (double)segments_waiting_bytes(journal->segments);
}

static double read_disk_bytes(void *arg)
{
    const struct journal_metrics *journal = arg;
    return (double)(segments_disk_bytes(journal->segments) + journal_file_bytes(journal->spare));
}

static double read_max_bytes(void *arg)
{
    const struct journal_metrics *journal = arg;
    return (double)journal->settings->max_bytes;
}

static void add_gauges(struct journal_metrics *journal, struct metrics *metrics)
{
    char mode[32];
    (void)metrics_label(mode, sizeof mode, "mode", journal_sync_name(journal->settings->sync));
    metrics_gauge(metrics, "adtracker_journal_bytes",
                  "Bytes of journal segments not yet fully stored.", "", read_bytes, journal);
    metrics_gauge(metrics, "adtracker_journal_max_bytes",
                  "Bytes the journal may take (JOURNAL_MAX_BYTES).", "", read_max_bytes, journal);
    metrics_gauge(metrics, "adtracker_journal_disk_bytes",
                  "Bytes the journal takes, stored segments that are kept included.", "",
                  read_disk_bytes, journal);
    metrics_info(metrics, "adtracker_journal_sync_mode",
                 "Always 1; the label is the mode (JOURNAL_SYNC).", mode);
}

void journal_metrics_add(struct journal_metrics *journal, struct metrics *metrics,
                         struct segments *segments, const struct journal_file *spare,
                         const struct journal_settings *settings)
{
    journal->segments = segments;
    journal->spare = spare;
    journal->settings = settings;
    add_gauges(journal, metrics);
    journal->sync_seconds = metrics_latency_histogram(
        metrics, "adtracker_journal_sync_duration_seconds", "Duration of a journal sync.", "");
    journal->failures =
        metrics_counter(metrics, "adtracker_journal_failures_total",
                        "Segments given up because the disk refused a write or a sync.", "");
    journal->damaged =
        metrics_counter(metrics, "adtracker_journal_damaged_total",
                        "Damaged byte ranges, records and segments found in the journal.", "");
}
