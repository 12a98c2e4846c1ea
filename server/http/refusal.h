/*
 * Why a request is refused before a handler sees it. evhttp would answer in its own words, so a
 * refused request is replaced by one of our making, which carries the reason through evhttp.
 */
#pragma once

struct evbuffer;
struct evhttp_request;

enum http_refusal {
    HTTP_ACCEPTED,
    HTTP_BAD_LINE,
    HTTP_BAD_METHOD,
    HTTP_BAD_TARGET,
    HTTP_UNENCODED_TARGET,
    HTTP_BAD_VERSION,
    HTTP_BAD_FIELD,
    HTTP_BAD_HOST,
    HTTP_BAD_LENGTH,
    HTTP_BAD_ENCODING,
    HTTP_BAD_EXPECT,
    HTTP_UNEXPECTED_BODY,
    HTTP_BAD_CHUNK,
    HTTP_BODY_TOO_LONG,
    HTTP_HEAD_TOO_LONG,
    HTTP_TOO_MANY_FIELDS,
    HTTP_TOO_MANY_BODIES,
    HTTP_REFUSALS,
};

/* The HTTP status for a refusal and its reason in words. */
int http_refusal_status(enum http_refusal refusal);
const char *http_refusal_reason(enum http_refusal refusal);

/* Adds the request that stands for a refused one to `output`. */
void http_refusal_write(enum http_refusal refusal, struct evbuffer *output);

/* The refusal that `request` stands for; HTTP_ACCEPTED = it is a client's own request. */
enum http_refusal http_refusal_read(struct evhttp_request *request);
