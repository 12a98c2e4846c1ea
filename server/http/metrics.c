/* Counts what is answered. */
#include "server/http/metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "metrics/metrics.h"

/* Every status that is ever sent; another one counts as the last. */
static const int statuses[] = {202, 200, 204, 304, 400, 404, 405, 413,
                               415, 417, 422, 431, 501, 503, 505, 500};
enum { STATUSES = sizeof statuses / sizeof statuses[0] };

/* The counters of one endpoint, made when first needed. */
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
        calloc(1, sizeof *http_metrics + count * sizeof http_metrics->endpoints[0]);
    if (http_metrics == NULL)
        abort();
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
    size_t i = 0;
    while (i < STATUSES - 1 && statuses[i] != status)
        i++;
    struct endpoint_metrics *metrics = &http_metrics->endpoints[endpoint];
    struct counter **counter = &metrics->requests[method][i];
    if (*counter == NULL)
        *counter = make_counter(http_metrics, metrics->name, method, statuses[i]);
    counter_add(*counter, 1);
    histogram_observe(metrics->seconds, seconds);
}
