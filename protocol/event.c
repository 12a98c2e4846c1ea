/* The kinds of events. */
#include "protocol/event.h"

#include <assert.h>
#include <string.h>

#define EVENT_KIND(symbol, number, name) [number] = (name),
static const char *const NAMES[EVENT_KINDS] = {
#include "protocol/event_kinds.def"
};
#undef EVENT_KIND

const char *event_kind_name(enum event_kind kind)
{
    assert((unsigned)kind < EVENT_KINDS);
    return NAMES[kind];
}

bool event_kind_find(const char *name, size_t length, enum event_kind *kind)
{
    for (int i = 0; i < EVENT_KINDS; i++) {
        if (strlen(NAMES[i]) == length && memcmp(NAMES[i], name, length) == 0) {
            *kind = (enum event_kind)i;
            return true;
        }
    }
    return false;
}
