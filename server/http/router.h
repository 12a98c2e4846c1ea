/*
 * Which handler a path and a method belong to. A path is looked for among the templates, and the
 * most specific that fits it decides: segment by segment from the left, a literal goes before a
 * number, a number before a word and a word before a text. Only then the method is looked at.
 *
 *   /ads/{id:number}/vast      number: 1 to 2147483647, of at most 10 digits and nothing else
 *   /ads/{kind:word}           word: 1 to 32 of A-Z a-z 0-9 _ -, not only digits
 *   /c/{token:text}            text: whatever is there, for the handler to judge
 *
 * Other spellings of a path are the same path: with a slash behind it, and with letters, digits and
 * any of "-._~" percent-encoded (RFC 3986 section 6.2.2.2); anything else that is encoded belongs
 * to no path here. So a proxy that is to deny /metrics has to deny /metrics/ and /%6Detrics as
 * well, as it does when it compares decoded paths. Matching literals as they are spelled would
 * spare it that, at the expense of every client that joins or normalises its URLs otherwise.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/http/method.h"

struct exchange;
struct router;

/* Who is served: where operators have a listener of their own, their routes are not there for the
 * public. */
enum route_audience { ROUTE_EVERYBODY, ROUTE_PUBLIC, ROUTE_AUDIENCES };

/* One method of one template; it stands beside its handler. HEAD comes with GET and OPTIONS with
 * everything: neither has a route of its own. */
struct route {
    enum http_method method;
    const char *path; /* the template */
    void (*handle)(struct exchange *exchange);
    bool is_operators; /* not there where operators have a listener of their own */
};

enum { ROUTE_WORD_MAX_BYTES = 32, ROUTE_TEXT_MAX_BYTES = 160, ROUTE_PARAMS_MAX = 2 };

struct route_param {
    char text[ROUTE_TEXT_MAX_BYTES + 1]; /* decoded, of any type; "" = a text that is longer, or has
                                            a NUL or a bad % sequence */
    int32_t number;                      /* of a number */
};

struct route_match {
    size_t endpoint;           /* index of the template's label */
    const char *allow;         /* the methods that it has, for Allow; NULL = no template fits */
    const struct route *route; /* NULL = it has not this method */
    struct route_param params[ROUTE_PARAMS_MAX]; /* as they come in the template */
};

/* A router over `count` routes, which are borrowed. What is wrong with a template, or twice there,
 * is a programmer's error (asserted). */
struct router *router_new(const struct route *const *routes, size_t count);
void router_free(struct router *router);

/* The templates without their types (`/ads/{kind}`), behind them "other" for paths that fit none,
 * then NULL. Valid as long as the router. */
const char *const *router_labels(const struct router *router);

/* The methods of the template with this label that are there for `audience`, as for Allow, "" where
 * there are none; NULL for what is behind the last template. */
const char *router_allow(const struct router *router, size_t index, enum route_audience audience);

/* Whether the route of `method` (HEAD and OPTIONS aside) of the template with this label is
 * operators'; where it has none of that method, whether all that it has are. False for what is
 * behind the last. */
bool router_is_operators(const struct router *router, size_t index, enum http_method method);

/*
 * Sets all of `match`; of `params` those that the template has. `path` is the raw path of a
 * request, without its query; an empty one is "/", NULL fits nothing. OPTIONS of "*" or of an empty
 * path asks about the server (RFC 9110 section 9.3.7): then `allow` has every method of any
 * template. A template of which nothing is there for `audience` is none, and its path fits no other
 * one instead.
 */
void router_match(const struct router *router, const char *path, enum http_method method,
                  enum route_audience audience, struct route_match *match);
