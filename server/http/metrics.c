/* Counts what is answered. */
#include "server/http/metrics.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "metrics/metrics.h"
#include "protocol/memory.h"

enum { STATUS_FIRST = 100, STATUSES = 500 };

/* `requests` by status, from STATUS_FIRST on; a counter is made when it is first needed. */
struct endpoint_metrics {
    const char *name;
    struct counter *requests[HTTP_METHODS][STATUSES];
    struct histogram *seconds;
};

struct http_metrics {
    struct metrics *metrics;
    struct endpoint_metrics endpoints[];
};

struct http_metrics *http_metrics_new(struct metrics *metrics, const char *const *endpoints)
{
    size_t count = 0;
    while (endpoints[count] != NULL)
        count++;
    struct http_metrics *http_metrics =
        memory_zeroed(sizeof *http_metrics + count * sizeof http_metrics->endpoints[0]);
    http_metrics->metrics = metrics;
    for (size_t i = 0; i < count; i++) {
        char label[128];
        (void)metrics_label(label, sizeof label, "endpoint", endpoints[i]);
        http_metrics->endpoints[i].name = endpoints[i];
        http_metrics->endpoints[i].seconds = metrics_latency_histogram(
            metrics, "http_request_duration_seconds",
            "Time from reading a request to sending its response, by route.", label);
    }
    return http_metrics;
}

void http_metrics_free(struct http_metrics *http_metrics)
{
    free(http_metrics);
}

static struct counter *make_counter(struct http_metrics *http_metrics, const char *endpoint,
                                    enum http_method method, int status)
{
    char labels[192];
    char endpoint_label[128];
    (void)metrics_label(endpoint_label, sizeof endpoint_label, "endpoint", endpoint);
    (void)snprintf(labels, sizeof labels, "method=\"%s\",%s,code=\"%d\"", http_method_name(method),
                   endpoint_label, status);
    return metrics_counter(http_metrics->metrics, "http_requests_total",
                           "Requests answered, by method, route and status.", labels);
}

void http_metrics_count(struct http_metrics *http_metrics, size_t endpoint, enum http_method method,
                        int status, double seconds)
{
    assert(status >= STATUS_FIRST && status < STATUS_FIRST + STATUSES);
    struct endpoint_metrics *metrics = &http_metrics->endpoints[endpoint];
    struct counter **counter = &metrics->requests[method][status - STATUS_FIRST];
    if (*counter == NULL)
        *counter = make_counter(http_metrics, metrics->name, method, status);
    counter_add(*counter, 1);
    histogram_observe(metrics->seconds, seconds);
}
