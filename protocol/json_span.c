/* Where values of JSON end. */
#include "protocol/json_span.h"

#include <stddef.h>
#include <stdint.h>

enum { DEPTH_MAX = 64 };

static void leave(struct json_span *span)
{
    span->objects >>= 1;
    span->depth--;
}

static void enter(struct json_span *span, bool is_object)
{
    if (span->depth == DEPTH_MAX) {
        span->deeper++;
        return;
    }
    span->depth++;
    span->objects = span->objects << 1 | is_object;
}

/* Returns whether it closes the array that all this is in. */
static bool close_array(struct json_span *span)
{
    while (span->depth > 0 && (span->objects & 1) != 0)
        leave(span);
    if (span->depth == 0)
        return true;
    leave(span);
    return false;
}

static void close_object(struct json_span *span)
{
    if (span->objects == 0)
        return;
    while ((span->objects & 1) == 0)
        leave(span);
    leave(span);
}

/* Returns whether the element ends before it. */
static bool close(struct json_span *span, bool is_object)
{
    if (span->deeper > 0) {
        span->deeper--;
        return false;
    }
    if (!is_object)
        return close_array(span);
    close_object(span);
    return false;
}

/* Passes over a string, or what there is of it; returns the place behind it. */
static const char *pass_string(struct json_span *span, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (span->is_escaped)
            span->is_escaped = false;
        else if (*at == '\\')
            span->is_escaped = true;
        else if (*at == '"' || *at == '\n')
            break;
    }
    span->is_in_string = at == end;
    return at + (at < end);
}

/* Takes a byte outside of strings. Returns whether the element ends before it. */
static bool take(struct json_span *span, char byte)
{
    switch (byte) {
    case '"':
        span->is_in_string = true;
        return false;
    case '[':
    case '{':
        enter(span, byte == '{');
        return false;
    case ']':
    case '}':
        return close(span, byte == '}');
    case ',':
        return span->depth == 0;
    default:
        return false;
    }
}

const char *json_span_pass(struct json_span *span, const char *at, const char *end)
{
    while (at < end) {
        if (span->is_in_string)
            at = pass_string(span, at, end);
        else if (take(span, *at))
            return at;
        else
            at++;
    }
    return NULL;
}
