/* What is measured of a journal. */
#pragma once

struct counter;
struct histogram;
struct journal_file;
struct journal_settings;
struct metrics;
struct segments;

/* The series that the journal counts with; they live as long as the registry. */
struct journal_metrics {
    struct histogram *sync_seconds;
    struct counter *failures; /* segments given up */
    struct counter *damaged;  /* ranges of bytes, and segments, that are quarantined */
    struct segments *segments;
    const struct journal_file *spare;
    const struct journal_settings *settings;
};

/* Adds the series, once. `journal` stays where it is; what `segments`, `spare` and `settings`
 * (borrowed) say is read whenever the metrics are. */
void journal_metrics_add(struct journal_metrics *journal, struct metrics *metrics,
                         struct segments *segments, const struct journal_file *spare,
                         const struct journal_settings *settings);
