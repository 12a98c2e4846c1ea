/* From a request to its handler: the table of routes, and what is the same on all of them. */
#pragma once

#include <stddef.h>

struct evhttp_request;
struct exchanges;

/* For http_metrics_new(): the template of the route with this index, behind the last one the name
 * of all else, then NULL. */
const char *routes_endpoint(size_t index);

/* Answers one request; for evhttp_set_gencb(), with the exchanges as its argument. */
void routes_dispatch(struct evhttp_request *request, void *exchanges);
