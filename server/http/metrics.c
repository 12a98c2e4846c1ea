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
    struct counter *requests[HTTP_METHODS][STATUSES];
    struct histogram *seconds;
};

struct http_metrics {
    struct metrics *metrics;
    http_endpoint_fn endpoint;
    struct endpoint_metrics endpoints[];
};

static const char *method_name(enum http_method method)
{
    static const char *const names[HTTP_METHODS] = {
        [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
        [HTTP_OPTIONS] = "OPTIONS", [HTTP_PUT] = "PUT",     [HTTP_PATCH] = "PATCH",
        [HTTP_DELETE] = "DELETE",   [HTTP_OTHER] = "OTHER",
    };
    return names[method];
}

struct http_metrics *http_metrics_new(struct metrics *metrics, http_endpoint_fn endpoint)
{
    size_t count = 0;
    while (endpoint(count) != NULL)
        count++;
    struct http_metrics *http_metrics =
        calloc(1, sizeof *http_metrics + count * sizeof http_metrics->endpoints[0]);
    if (http_metrics == NULL)
        abort();
    http_metrics->metrics = metrics;
    http_metrics->endpoint = endpoint;
    for (size_t i = 0; i < count; i++) {
        char labels[128];
        (void)metrics_label(labels, sizeof labels, "endpoint", endpoint(i));
        http_metrics->endpoints[i].seconds = metrics_latency_histogram(
            metrics, "http_request_duration_seconds",
            "Time from a request read to its answer given, by route.", labels);
    }
    return http_metrics;
}

void http_metrics_free(struct http_metrics *http_metrics)
{
    free(http_metrics);
}

static struct counter *add_counter(struct http_metrics *http_metrics, size_t endpoint,
                                   enum http_method method, int status)
{
    char labels[192];
    char endpoint_label[128];
    (void)metrics_label(endpoint_label, sizeof endpoint_label, "endpoint",
                        http_metrics->endpoint(endpoint));
    (void)snprintf(labels, sizeof labels, "method=\"%s\",%s,code=\"%d\"", method_name(method),
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
    struct counter **counter = &http_metrics->endpoints[endpoint].requests[method][i];
    if (*counter == NULL)
        *counter = add_counter(http_metrics, endpoint, method, statuses[i]);
    counter_add(*counter, 1);
    histogram_observe(http_metrics->endpoints[endpoint].seconds, seconds);
}
