/* From a request to its handler, and what is the same on every route. */
#pragma once

struct evhttp_request;

/* Answers one request, or has its handler do so; for evhttp_set_gencb(), with the exchanges as its
 * argument. */
void dispatch_request(struct evhttp_request *request, void *exchanges);
