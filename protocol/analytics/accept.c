/* The format that a client's Accept field asks for. */
#include "protocol/analytics/accept.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "protocol/weight.h"

static const char blanks[] = " \t";

static const struct {
    const char *name;
    enum analytics_format format;
} types[] = {
    /* JSON first */
    {"application/json", FORMAT_JSON},
    {"application/x-ndjson", FORMAT_NDJSON},
    {"application/ndjson", FORMAT_NDJSON},
    {"text/csv", FORMAT_CSV},
};

enum { TYPES = sizeof types / sizeof types[0] };

/* How exactly a type is named, and with what weight. */
struct wish {
    int exactness; /* 0 = not at all, 1 = "*", 2 = as "text" and any, 3 = by its name */
    int weight;
};

/* A part of the field, up to a comma. */
struct range {
    const char *name;
    size_t name_bytes;
    int weight;
};

/* The weight among the parameters between `at` and `end`: 1000 without one, 0 where it is none. */
static int find_weight(const char *at, const char *end)
{
    while (at < end) {
        size_t bytes = strcspn(at, ";,");
        const char *parameter = at + strspn(at, blanks);
        const char *behind = at + bytes;
        while (behind > parameter && strchr(blanks, behind[-1]) != NULL)
            behind--;
        if (behind - parameter >= 2 && strncasecmp(parameter, "q=", 2) == 0) {
            int weight = weight_read(parameter + 2, (size_t)(behind - parameter) - 2);
            return weight == WEIGHT_NONE ? 0 : weight;
        }
        at += bytes + 1;
    }
    return WEIGHT_MAX;
}

/* Takes the next range from `*field`; false = there is none. */
static bool next_range(const char **field, struct range *range)
{
    const char *at = *field + strspn(*field, " \t,");
    const char *end = at + strcspn(at, ",");
    range->name = at;
    range->name_bytes = strcspn(at, " \t;,");
    const char *parameters = at + range->name_bytes;
    parameters += strspn(parameters, " \t;");
    range->weight = find_weight(parameters, end);
    *field = end;
    return at < end;
}

/* How exactly the range names the type: as struct wish has it. */
static int exactness_of(const struct range *range, const char *type)
{
    size_t main_bytes = strcspn(type, "/") + 1;
    if (range->name_bytes == strlen(type) && strncasecmp(range->name, type, range->name_bytes) == 0)
        return 3;
    if (range->name_bytes == main_bytes + 1 && strncasecmp(range->name, type, main_bytes) == 0 &&
        range->name[main_bytes] == '*')
        return 2;
    return range->name_bytes == 3 && strncmp(range->name, "*/*", 3) == 0 ? 1 : 0;
}

/* What the field says of a type: its most exact range counts. */
static struct wish wish_for(const char *accept, const char *type)
{
    struct wish wish = {0, 0};
    struct range range;
    while (next_range(&accept, &range)) {
        int exactness = exactness_of(&range, type);
        if (exactness > wish.exactness)
            wish = (struct wish){exactness, range.weight};
    }
    return wish;
}

enum analytics_format analytics_format_accepted(const char *accept, bool has_json)
{
    enum analytics_format format = has_json ? FORMAT_JSON : FORMAT_NDJSON;
    struct wish most = {0, 0};
    for (size_t i = has_json ? 0 : 1; i < TYPES && accept != NULL; i++) {
        struct wish wish = wish_for(accept, types[i].name);
        if (wish.weight > most.weight ||
            (wish.weight == most.weight && wish.weight > 0 && wish.exactness > most.exactness)) {
            most = wish;
            format = types[i].format;
        }
    }
    return format;
}
