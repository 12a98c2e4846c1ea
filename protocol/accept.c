/* What a client's Accept field says of a type. */
#include "protocol/accept.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "protocol/weight.h"

static const char blanks[] = " \t";

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

/* How exactly the range names the type: as struct accept_wish has it. */
static enum accept_exactness exactness_of(const struct range *range, const char *type)
{
    size_t main_bytes = strcspn(type, "/") + 1;
    if (range->name_bytes == strlen(type) && strncasecmp(range->name, type, range->name_bytes) == 0)
        return ACCEPT_BY_NAME;
    if (range->name_bytes == main_bytes + 1 && strncasecmp(range->name, type, main_bytes) == 0 &&
        range->name[main_bytes] == '*')
        return ACCEPT_BY_KIND;
    return range->name_bytes == 3 && strncmp(range->name, "*/*", 3) == 0 ? ACCEPT_ANY : ACCEPT_NOT;
}

struct accept_wish accept_wish_for(const char *accept, const char *type)
{
    struct accept_wish wish = {ACCEPT_NOT, 0};
    struct range range;
    while (accept != NULL && next_range(&accept, &range)) {
        enum accept_exactness exactness = exactness_of(&range, type);
        if (exactness > wish.exactness)
            wish = (struct accept_wish){exactness, range.weight};
    }
    return wish;
}
