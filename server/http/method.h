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

enum http_method http_method_of(struct evhttp_request *request);
