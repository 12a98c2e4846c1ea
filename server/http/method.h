/* The methods of HTTP, as few as labels need. */
#pragma once

struct evhttp_request;

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_OPTIONS,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OTHER, /* all that no route can have: TRACE, CONNECT */
    HTTP_METHODS,
};

/* As it is spelled in a request line. */
const char *http_method_name(enum http_method method);

/* The method of this name; HTTP_OTHER = no route can have it. */
enum http_method http_method_find(const char *name);

enum http_method http_method_of(struct evhttp_request *request);
