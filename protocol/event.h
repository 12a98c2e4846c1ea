/* What a viewer did with an ad: the record and its kinds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/address.h"

#define EVENT_KIND(symbol, number, name) symbol = (number),
enum event_kind {
#include "protocol/event_kinds.def"
    EVENT_KINDS, /* how many there are */
};
#undef EVENT_KIND

enum { EVENT_ID_MAX_BYTES = 64, EVENT_PLAYBACK_MAX_SECONDS = 86400 };

struct event {
    int64_t occurred_at_us; /* when we received it; microseconds since 1970, UTC */
    int32_t ad_id;          /* 1 or above */
    int32_t playback_seconds;
    uint8_t kind;     /* enum event_kind */
    uint8_t id_bytes; /* length of `id`; 0 = the client gave none */
    struct address address;
    char id[EVENT_ID_MAX_BYTES]; /* the client's event_id, UTF-8, not terminated */
};

/* The word for a kind in URLs, metrics and the database. */
const char *event_kind_name(enum event_kind kind);

/* Finds the kind whose name is exactly the `length` bytes at `name`. Returns false when there is
 * none.
 */
bool event_kind_find(const char *name, size_t length, enum event_kind *kind);
