/* What is measured of the intake, which counts and tells. */
#pragma once

struct counter;
struct metrics;

/* They live as long as the registry. */
struct intake_counters {
    struct counter *replayed;
    struct counter *gap;
};

/* What the gauges read, of `arg`. */
struct intake_gauges {
    double (*waiting)(void *arg);
    double (*queue_max)(void *arg);
    double (*oldest)(void *arg);
    void *arg;
};

/* Adds the series, once. */
void intake_metrics_add(struct metrics *metrics, struct intake_gauges gauges,
                        struct intake_counters *counters);
