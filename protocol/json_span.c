/* Where values of JSON end. */
#include "protocol/json_span.h"

#include <stddef.h>
#include <stdint.h>

enum { DEPTH_MAX = 64 };

/* The closing quote of the string that begins at `at`, or where it breaks off. */
static const char *string_end(const char *at, const char *end)
{
    for (at++; at < end && *at != '"' && *at != '\n'; at++)
        at += *at == '\\' && at + 1 < end;
    return at;
}

/* What is open: `objects` has a bit for each level, set for an object, the innermost lowest. */
struct levels {
    unsigned depth;
    uint64_t objects;
};

static void leave(struct levels *levels)
{
    levels->objects >>= 1;
    levels->depth--;
}

/* Returns whether it closes the array that all this is in. */
static bool close_array(struct levels *levels)
{
    while (levels->depth > 0 && (levels->objects & 1) != 0)
        leave(levels);
    if (levels->depth == 0)
        return true;
    leave(levels);
    return false;
}

static void close_object(struct levels *levels)
{
    if (levels->objects == 0)
        return;
    while ((levels->objects & 1) == 0)
        leave(levels);
    leave(levels);
}

static const char *pass(const char *at, const char *end, struct levels *levels)
{
    for (; at < end; at++) {
        switch (*at) {
        case '"':
            at = string_end(at, end);
            if (at == end)
                return NULL;
            break;
        case '[':
        case '{':
            if (levels->depth == DEPTH_MAX)
                return NULL;
            levels->depth++;
            levels->objects = levels->objects << 1 | (*at == '{');
            break;
        case ']':
            if (close_array(levels))
                return at;
            break;
        case '}':
            close_object(levels);
            break;
        case ',':
            if (levels->depth == 0)
                return at;
            break;
        default:
            break;
        }
    }
    return NULL;
}

const char *json_element_end(const char *at, const char *end)
{
    struct levels levels = {0, 0};
    return pass(at, end, &levels);
}

bool json_is_open(const char *at, const char *end)
{
    struct levels levels = {0, 0};
    (void)pass(at, end, &levels);
    return levels.depth > 0;
}
