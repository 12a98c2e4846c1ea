/* Counts what is answered. The labels come from closed sets, whatever is asked for. */
#pragma once

#include <stddef.h>

struct http_metrics;
struct metrics;

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_OPTIONS,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OTHER,
    HTTP_METHODS,
};

/* The template of the route with this index, for ever valid; NULL behind the last. */
typedef const char *(*http_endpoint_fn)(size_t index);

/* `metrics` is borrowed. */
struct http_metrics *http_metrics_new(struct metrics *metrics, http_endpoint_fn endpoint);
void http_metrics_free(struct http_metrics *http_metrics);

/* Counts one answer. `seconds` from the request's last byte read to its answer given. */
void http_metrics_count(struct http_metrics *http_metrics, size_t endpoint, enum http_method method,
                        int status, double seconds);
