/* What is measured of the writer, which sets it. */
#pragma once

#include <stdbool.h>

struct histogram;
struct metrics;

struct writer_gauges {
    unsigned lanes;      /* of the database, as last heard */
    unsigned lanes_up;   /* of these take events */
    bool is_up;          /* the database is connected and takes events */
    bool is_held;        /* storing is paused until somebody acts */
    double last_success; /* Unix time of the last batch committed or session opened; 0 = never */
};

struct writer_metrics {
    struct writer_gauges gauges;
    struct histogram *batch_seconds; /* from sending it to its commit's answer */
    struct histogram *batch_events;  /* of a committed one */
};

/* Adds the series, once; `writer` is borrowed and must outlive their rendering. */
void writer_metrics_init(struct writer_metrics *writer, struct metrics *metrics);
