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

const char *http_method_name(enum http_method method);

/* `endpoints` (borrowed) are the routes' templates, by their index. */
struct http_metrics *http_metrics_new(struct metrics *metrics, const char *const *endpoints,
                                      size_t count);
void http_metrics_free(struct http_metrics *http_metrics);

/* Counts one answer. `seconds` from the request's last byte read to its answer given. */
void http_metrics_count(struct http_metrics *http_metrics, size_t endpoint, enum http_method method,
                        int status, double seconds);
