/* What is measured of the backlog, which counts and tells. */
#pragma once

struct counter;
struct metrics;

/* They live as long as the registry. */
struct backlog_counters {
    struct counter *replayed;
    struct counter *gap;
};

/* What the gauges read, of `arg`. */
struct backlog_gauges {
    double (*waiting)(void *arg);
    double (*queue_max)(void *arg);
    double (*oldest)(void *arg);
    void *arg;
};

/* Adds the series, once. */
void backlog_metrics_add(struct metrics *metrics, struct backlog_gauges gauges,
                         struct backlog_counters *counters);
