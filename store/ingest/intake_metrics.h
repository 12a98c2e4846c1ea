/* What is measured of the intake. */
#pragma once

struct counter;
struct intake;
struct metrics;

/* They live as long as the registry. */
struct intake_counters {
    struct counter *replayed;
    struct counter *gap;
};

/* Adds the series, once; `intake` is borrowed and must outlive their rendering. */
void intake_metrics_add(struct metrics *metrics, struct intake *intake,
                        struct intake_counters *counters);
