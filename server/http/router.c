/* Finds routes: templates, the most specific first, compared one after the other. */
#include "server/http/router.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/digits.h"
#include "protocol/memory.h"
#include "protocol/percent.h"

enum { SEGMENTS_MAX = 8, LABEL_SIZE = 64, ALLOW_SIZE = 64, NUMBER_DIGITS_MAX = 10 };

/* What is between two slashes; not terminated. */
struct segment {
    const char *at;
    size_t bytes;
};

struct path {
    struct segment segments[SEGMENTS_MAX];
    size_t count;
};

/* The more specific first. */
enum segment_type { SEGMENT_LITERAL, SEGMENT_NUMBER, SEGMENT_WORD, SEGMENT_TEXT, SEGMENT_TYPES };

static const char *const type_names[SEGMENT_TYPES] = {
    [SEGMENT_NUMBER] = "number",
    [SEGMENT_WORD] = "word",
    [SEGMENT_TEXT] = "text",
};

/* A template with the routes that share it. */
struct endpoint {
    const char *template; /* borrowed, as `path` is part of it */
    struct path path;
    enum segment_type types[SEGMENTS_MAX];
    const struct route *routes[HTTP_METHODS]; /* HEAD has that of GET; NULL = none */
    char label[LABEL_SIZE];
    char allow[ROUTE_AUDIENCES][ALLOW_SIZE]; /* "" = nothing is there for them */
};

struct router {
    char allow[ROUTE_AUDIENCES][ALLOW_SIZE]; /* the methods of all endpoints */
    const char **labels;
    size_t count;
    struct endpoint endpoints[]; /* sorted: the first that fits is the one */
};

/* A slash at the end is left out. Returns false when there is no path, or one of more segments than
 * any template. */
static bool split(const char *text, struct path *path)
{
    path->count = 0;
    if (text == NULL || (*text != '/' && *text != '\0'))
        return false;
    text += *text == '/';
    for (;;) {
        const char *end = text;
        if (*text == '\0' && path->count > 0 && path->segments[path->count - 1].bytes > 0)
            return true;
        if (path->count == SEGMENTS_MAX)
            return false;
        while (*end != '/' && *end != '\0')
            end++;
        path->segments[path->count++] = (struct segment){text, (size_t)(end - text)};
        if (*end == '\0')
            return true;
        text = end + 1;
    }
}

static bool is_same(struct segment segment, const char *text, size_t bytes)
{
    return segment.bytes == bytes && memcmp(segment.at, text, bytes) == 0;
}

/* {name:type} has that type; what is not in braces is a literal. */
static enum segment_type type_of(struct segment segment)
{
    if (memchr(segment.at, '{', segment.bytes) == NULL)
        return SEGMENT_LITERAL;
    const char *colon = memchr(segment.at, ':', segment.bytes);
    const char *end = segment.at + segment.bytes - 1;
    assert(*segment.at == '{' && colon != NULL && *end == '}');
    struct segment name = {colon + 1, (size_t)(end - colon) - 1};
    enum segment_type type = SEGMENT_NUMBER;
    while (type < SEGMENT_TYPES && !is_same(name, type_names[type], strlen(type_names[type])))
        type++;
    assert(type < SEGMENT_TYPES);
    return type;
}

static void write_label(struct endpoint *endpoint)
{
    size_t bytes = 0;
    bool is_type = false;
    for (const char *at = endpoint->template; *at != '\0'; at++) {
        is_type = *at == ':' || (is_type && *at != '}');
        assert(bytes + 1 < LABEL_SIZE);
        if (!is_type)
            endpoint->label[bytes++] = *at;
    }
}

static void read_template(struct endpoint *endpoint, const char *template)
{
    size_t params = 0;
    *endpoint = (struct endpoint){.template = template};
    bool is_path = split(template, &endpoint->path);
    assert(is_path && *template == '/');
    for (size_t i = 0; i < endpoint->path.count; i++) {
        endpoint->types[i] = type_of(endpoint->path.segments[i]);
        params += endpoint->types[i] != SEGMENT_LITERAL;
    }
    assert(params <= ROUTE_PARAMS_MAX);
    write_label(endpoint);
}

/* Orders by what decides between two that fit the same path; 0 = they fit the same paths. */
static int compare(const void *one, const void *other)
{
    const struct endpoint *a = one;
    const struct endpoint *b = other;
    if (a->path.count != b->path.count)
        return a->path.count < b->path.count ? -1 : 1;
    for (size_t i = 0; i < a->path.count; i++) {
        if (a->types[i] != b->types[i])
            return (int)a->types[i] - (int)b->types[i];
        struct segment segment = a->path.segments[i];
        struct segment against = b->path.segments[i];
        if (a->types[i] == SEGMENT_LITERAL && !is_same(segment, against.at, against.bytes))
            return strcmp(segment.at, against.at);
    }
    return 0;
}

static void add_route(struct router *router, const struct route *route)
{
    struct endpoint *new = &router->endpoints[router->count];
    struct endpoint *endpoint = router->endpoints;
    read_template(new, route->path);
    while (compare(endpoint, new) != 0)
        endpoint++;
    router->count += endpoint == new;
    assert(strcmp(endpoint->template, route->path) == 0);
    assert(route->method != HTTP_HEAD && route->method != HTTP_OPTIONS &&
           route->method != HTTP_OTHER && endpoint->routes[route->method] == NULL);
    endpoint->routes[route->method] = route;
    if (route->method == HTTP_GET)
        endpoint->routes[HTTP_HEAD] = route;
}

static void write_allow(char text[static ALLOW_SIZE], const bool allowed[static HTTP_METHODS])
{
    char *end = text;
    for (int method = 0; method < HTTP_METHODS; method++) {
        if (!allowed[method])
            continue;
        if (end > text)
            end = stpcpy(end, ", ");
        end = stpcpy(end, http_method_name((enum http_method)method));
    }
}

static bool is_for(const struct route *route, enum route_audience audience)
{
    return route != NULL && (audience == ROUTE_EVERYBODY || !route->is_operators);
}

/* What each endpoint allows, and all of them together. */
static void write_allows(struct router *router, enum route_audience audience)
{
    bool by_any[HTTP_METHODS] = {[HTTP_OPTIONS] = true};
    for (size_t i = 0; i < router->count; i++) {
        struct endpoint *endpoint = &router->endpoints[i];
        bool allowed[HTTP_METHODS] = {false};
        bool is_there = false;
        for (int method = 0; method < HTTP_METHODS; method++) {
            allowed[method] = is_for(endpoint->routes[method], audience);
            by_any[method] |= allowed[method];
            is_there |= allowed[method];
        }
        allowed[HTTP_OPTIONS] = is_there;
        write_allow(endpoint->allow[audience], allowed);
    }
    write_allow(router->allow[audience], by_any);
}

struct router *router_new(const struct route *const *routes, size_t count)
{
    struct router *router = memory_zeroed(sizeof *router + count * sizeof router->endpoints[0]);
    for (size_t i = 0; i < count; i++)
        add_route(router, routes[i]);
    qsort(router->endpoints, router->count, sizeof router->endpoints[0], compare);
    router->labels = memory_zeroed_array(router->count + 2, sizeof router->labels[0]);
    for (size_t i = 0; i < router->count; i++)
        router->labels[i] = router->endpoints[i].label;
    router->labels[router->count] = "other";
    write_allows(router, ROUTE_EVERYBODY);
    write_allows(router, ROUTE_PUBLIC);
    return router;
}

void router_free(struct router *router)
{
    if (router == NULL)
        return;
    free(router->labels);
    free(router);
}

const char *const *router_labels(const struct router *router)
{
    return router->labels;
}

const char *router_allow(const struct router *router, size_t index, enum route_audience audience)
{
    return index < router->count ? router->endpoints[index].allow[audience] : NULL;
}

bool router_is_operators(const struct router *router, size_t index, enum http_method method)
{
    if (index >= router->count)
        return false;
    const struct endpoint *endpoint = &router->endpoints[index];
    const struct route *route = endpoint->routes[method];
    return route == NULL ? endpoint->allow[ROUTE_PUBLIC][0] == '\0' : route->is_operators;
}

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* Whether it holds at most `max` bytes, none a NUL. */
static bool decode(struct segment segment, struct route_param *param, size_t max)
{
    size_t bytes = 0;
    const char *end = segment.at + segment.bytes;
    for (const char *at = segment.at; at < end; bytes++) {
        if (bytes == max || !percent_take(&at, end, &param->text[bytes]) ||
            param->text[bytes] == '\0')
            return false;
    }
    param->text[bytes] = '\0';
    return true;
}

/* Digits alone are a number, and where that is out of its bounds they are nothing. */
static bool is_word(const char *text)
{
    const char *at = text;
    while (is_word_byte(*at))
        at++;
    return at > text && *at == '\0' && text[strspn(text, "0123456789")] != '\0';
}

static bool read_param(enum segment_type type, struct segment segment, struct route_param *param)
{
    if (type == SEGMENT_TEXT) {
        if (!decode(segment, param, ROUTE_TEXT_MAX_BYTES))
            param->text[0] = '\0';
        return segment.bytes > 0;
    }
    if (!decode(segment, param, ROUTE_WORD_MAX_BYTES))
        return false;
    if (type == SEGMENT_WORD)
        return is_word(param->text);
    uint64_t number;
    if (!digits_read(param->text, strlen(param->text), NUMBER_DIGITS_MAX, &number) || number < 1 ||
        number > INT32_MAX)
        return false;
    param->number = (int32_t)number;
    return true;
}

/* A byte that stands for itself and one that has to be encoded to be the same are two. */
static bool decodes_to(struct segment segment, struct segment wanted)
{
    const char *at = segment.at;
    const char *end = at + segment.bytes;
    size_t bytes = 0;
    while (at < end && bytes < wanted.bytes) {
        bool is_encoded = *at == '%';
        char c;
        if (!percent_take(&at, end, &c) || (is_encoded && !percent_is_unreserved(c)) ||
            c != wanted.at[bytes++])
            return false;
    }
    return at == end && bytes == wanted.bytes;
}

/* What is encoded is longer. */
static bool spells(struct segment segment, struct segment wanted)
{
    return is_same(segment, wanted.at, wanted.bytes) ||
           (segment.bytes > wanted.bytes && decodes_to(segment, wanted));
}

static bool fits(const struct endpoint *endpoint, const struct path *path,
                 struct route_param params[static ROUTE_PARAMS_MAX])
{
    if (path->count != endpoint->path.count)
        return false;
    for (size_t i = 0; i < path->count; i++) {
        struct segment wanted = endpoint->path.segments[i];
        bool is_literal = endpoint->types[i] == SEGMENT_LITERAL;
        if (is_literal ? !spells(path->segments[i], wanted)
                       : !read_param(endpoint->types[i], path->segments[i], params++))
            return false;
    }
    return true;
}

static bool is_server(const char *path)
{
    return path != NULL && (*path == '\0' || strcmp(path, "*") == 0);
}

void router_match(const struct router *router, const char *text, enum http_method method,
                  enum route_audience audience, struct route_match *match)
{
    struct path path;
    size_t i = 0;
    bool is_about_server = method == HTTP_OPTIONS && is_server(text);
    if (is_about_server || !split(text, &path))
        i = router->count;
    while (i < router->count && !fits(&router->endpoints[i], &path, match->params))
        i++;
    const struct endpoint *endpoint = &router->endpoints[i];
    if (i < router->count && endpoint->allow[audience][0] == '\0')
        i = router->count;
    match->endpoint = i;
    match->allow = is_about_server ? router->allow[audience] : NULL;
    match->route = NULL;
    if (i == router->count)
        return;
    match->allow = endpoint->allow[audience];
    if (is_for(endpoint->routes[method], audience))
        match->route = endpoint->routes[method];
}
