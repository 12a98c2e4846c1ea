/* Counts what is answered. The labels come from closed sets, whatever is asked for. */
#pragma once

#include <stddef.h>

#include "server/http/method.h"

struct http_metrics;
struct metrics;

/* `endpoints` are the labels of the routes, NULL behind the last. All is borrowed. */
struct http_metrics *http_metrics_new(struct metrics *metrics, const char *const *endpoints);
void http_metrics_free(struct http_metrics *http_metrics);

/*
 * Counts one answer of the endpoint with this index. `status` is one that HTTP can have, from 100
 * to 599; `seconds` from the request's last byte read to its answer given.
 */
void http_metrics_count(struct http_metrics *http_metrics, size_t endpoint, enum http_method method,
                        int status, double seconds);
