/* The format that a client's Accept field asks for. */
#include "protocol/analytics/accept.h"

#include <stddef.h>

#include "protocol/accept.h"

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

enum analytics_format analytics_format_accepted(const char *accept, bool has_json)
{
    enum analytics_format format = has_json ? FORMAT_JSON : FORMAT_NDJSON;
    struct accept_wish most = {ACCEPT_NOT, 0};
    for (size_t i = has_json ? 0 : 1; i < TYPES && accept != NULL; i++) {
        struct accept_wish wish = accept_wish_for(accept, types[i].name);
        if (wish.weight > most.weight ||
            (wish.weight == most.weight && wish.weight > 0 && wish.exactness > most.exactness)) {
            most = wish;
            format = types[i].format;
        }
    }
    return format;
}
