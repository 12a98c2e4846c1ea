/* What is counted of batches of events. */
#pragma once

#include <stddef.h>

struct counter;
struct http_admission;
struct metrics;

struct batch_metrics {
    struct counter *requests;
    struct counter *accepted; /* items */
    struct counter *rejected;
    struct counter *received_bytes; /* of bodies, as they came */
    struct counter *decoded_bytes;  /* inflated, if need be */
};

/* Everything is borrowed. */
void batch_metrics_init(struct batch_metrics *metrics, struct http_admission *admission,
                        struct metrics *registry);

/* A body of this many bytes, whatever becomes of it. */
void batch_metrics_count_body(const struct batch_metrics *metrics, size_t bytes);

/* One that was answered for its items. */
void batch_metrics_count_items(const struct batch_metrics *metrics, size_t accepted,
                               size_t rejected);
