/* The kinds of events. */
#include "protocol/event.h"

#include <assert.h>
#include <string.h>

enum teller { CLIENT, SERVER };

#define EVENT_KIND(symbol, number, name, teller) [number] = {(name), sizeof(name) - 1, (teller)},
static const struct kind {
    const char *name;
    size_t length;
    enum teller teller;
} kinds[EVENT_KINDS] = {
#include "protocol/event_kinds.def"
};
#undef EVENT_KIND

const char *event_kind_name(enum event_kind kind)
{
    assert((unsigned)kind < EVENT_KINDS);
    return kinds[kind].name;
}

bool event_kind_find(const char *name, size_t length, enum event_kind *kind)
{
    for (int i = 0; i < EVENT_KINDS; i++) {
        if (kinds[i].length == length && memcmp(kinds[i].name, name, length) == 0) {
            *kind = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

bool event_kind_is_clients(enum event_kind kind)
{
    assert((unsigned)kind < EVENT_KINDS);
    return kinds[kind].teller == CLIENT;
}

bool event_kind_may_lack_ad(enum event_kind kind)
{
    return kind == EVENT_ERROR || kind == EVENT_REQUEST || kind == EVENT_NOFILL;
}
