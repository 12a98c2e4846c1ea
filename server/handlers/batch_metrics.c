/* What is counted of batches of events. */
#include "server/handlers/batch_metrics.h"

#include "metrics/clock.h"
#include "metrics/metrics.h"
#include "server/http/admission.h"

static double read_reserved(void *admission)
{
    return (double)http_admission_reserved(admission, clock_monotonic_us() / 1000);
}

static double read_limit(void *admission)
{
    (void)admission;
    return HTTP_BODIES_MAX_BYTES;
}

void batch_metrics_init(struct batch_metrics *metrics, struct http_admission *admission,
                        struct metrics *registry)
{
    static const char items[] = "Items of batches that were answered 202 or 422.";
    metrics->requests = metrics_counter(registry, "adtracker_batch_requests_total",
                                        "Batches of events that came, whatever the answer.", "");
    metrics->accepted =
        metrics_counter(registry, "adtracker_batch_items_total", items, "result=\"accepted\"");
    metrics->rejected =
        metrics_counter(registry, "adtracker_batch_items_total", items, "result=\"rejected\"");
    metrics->received_bytes = metrics_counter(registry, "adtracker_batch_received_bytes_total",
                                              "Bytes of batches as they came.", "");
    metrics->decoded_bytes = metrics_counter(
        registry, "adtracker_batch_decoded_bytes_total",
        "Bytes of batches that were decoded, inflated where they came as gzip.", "");
    metrics_gauge(registry, "adtracker_bodies_bytes",
                  "Room reserved for bodies that come in or wait to be read.", "", read_reserved,
                  admission);
    metrics_gauge(registry, "adtracker_bodies_max_bytes",
                  "The limit on adtracker_bodies_bytes; what is beyond is answered with 503.", "",
                  read_limit, admission);
}

void batch_metrics_count_body(const struct batch_metrics *metrics, size_t bytes)
{
    counter_add(metrics->requests, 1);
    counter_add(metrics->received_bytes, bytes);
}

void batch_metrics_count_items(const struct batch_metrics *metrics, size_t accepted,
                               size_t rejected)
{
    counter_add(metrics->accepted, accepted);
    counter_add(metrics->rejected, rejected);
}
