/* The methods of HTTP. */
#include "server/http/method.h"

#include <string.h>

#include <event2/http.h>

const char *http_method_name(enum http_method method)
{
    static const char *const names[HTTP_METHODS] = {
        [HTTP_GET] = "GET",         [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
        [HTTP_OPTIONS] = "OPTIONS", [HTTP_PUT] = "PUT",     [HTTP_PATCH] = "PATCH",
        [HTTP_DELETE] = "DELETE",   [HTTP_OTHER] = "OTHER",
    };
    return names[method];
}

enum http_method http_method_find(const char *name)
{
    enum http_method method = HTTP_GET;
    while (method < HTTP_OTHER && strcmp(http_method_name(method), name) != 0)
        method++;
    return method;
}

enum http_method http_method_of(struct evhttp_request *request)
{
    switch (evhttp_request_get_command(request)) {
    case EVHTTP_REQ_GET:
        return HTTP_GET;
    case EVHTTP_REQ_HEAD:
        return HTTP_HEAD;
    case EVHTTP_REQ_POST:
        return HTTP_POST;
    case EVHTTP_REQ_OPTIONS:
        return HTTP_OPTIONS;
    case EVHTTP_REQ_PUT:
        return HTTP_PUT;
    case EVHTTP_REQ_PATCH:
        return HTTP_PATCH;
    case EVHTTP_REQ_DELETE:
        return HTTP_DELETE;
    case EVHTTP_REQ_TRACE:
    case EVHTTP_REQ_CONNECT:
        break;
    }
    return HTTP_OTHER;
}
