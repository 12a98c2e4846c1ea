/* What happened to an ad: the record, its kinds and its verdicts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/address.h"

#define EVENT_KIND(symbol, number, name, teller) symbol = (number),
enum event_kind {
#include "protocol/event_kinds.def"
    EVENT_KINDS, /* how many there are */
};
#undef EVENT_KIND

enum {
    EVENT_ID_MAX_BYTES = 64,
    EVENT_PLACEMENT_MAX_BYTES = 64,
    EVENT_AGE_MAX_MS = 14 * 86400 * 1000,
};

/* The placement that the server itself counts under those that are too many. No client's name has a
 * bracket. */
#define EVENT_PLACEMENT_OTHER "(other)"

/* The original's whole range: a signed 32-bit number of seconds. */
#define EVENT_PLAYBACK_MIN_MS (INT64_C(1000) * INT32_MIN)
#define EVENT_PLAYBACK_MAX_MS (INT64_C(1000) * INT32_MAX)

/* Whether an event counts as valid traffic, else why it does not. The numbers stand on disk and in
 * the database. */
enum event_verdict {
    VERDICT_VALID = 0,
    VERDICT_DECLARED_BOT = 1,    /* the User-Agent says so itself */
    VERDICT_MARKED_BY_PROXY = 2, /* a trusted proxy's header says so */
    VERDICT_LATE = 3,
    VERDICT_TEST = 4,
    EVENT_VERDICTS,
};

/* The bits of `flags`; they stand on disk and in the database. */
enum {
    EVENT_SERVER_SIDE_MASK = 0x03,       /* server-side ad insertion: VAST 4.2's [SERVERSIDE] */
    EVENT_FROM_SERVER = 0x01,            /* of it: a server tells for the client */
    EVENT_ADDRESS_IS_TRUNCATED = 1 << 2, /* the address's host part was cut off */
    EVENT_PRIVACY_SIGNAL = 1 << 3,
    EVENT_KEY_SPACE_SHIFT = 4, /* two bits: whose the id is, see event_key.h */
    EVENT_KEY_SPACE_MASK = 0x03 << EVENT_KEY_SPACE_SHIFT,
    EVENT_FLAGS_MASK = 0x3f,
};

/* Times are microseconds since 1970, UTC. */
struct event {
    int64_t received_at_us; /* when the server took it */
    int64_t occurred_at_us; /* when it happened, as far as the client tells; decides its bucket */
    int64_t playback_ms;    /* how far the video had played; any sign, as clients send it */
    int32_t ad_id;          /* 0 = none, where event_kind_may_lack_ad() */
    int32_t detail;   /* error: VAST's code; progress: offset in ms; nofill: its reason; else 0 */
    int32_t quantity; /* how many this record stands for, 1 or above */
    uint8_t kind;     /* enum event_kind */
    uint8_t verdict;  /* enum event_verdict */
    uint8_t flags;
    uint8_t placement_bytes; /* length of `placement`; 0 = none was given */
    uint8_t id_bytes;        /* length of `id`; 0 = the client gave none */
    struct address address;
    char placement[EVENT_PLACEMENT_MAX_BYTES]; /* where it was shown; not terminated */
    char id[EVENT_ID_MAX_BYTES];               /* the client's event_id, UTF-8, not terminated */
};

/* The word for a kind in URLs, metrics and the database: VAST 4.2's, section 3.14. */
const char *event_kind_name(enum event_kind kind);

/* Finds the kind whose name is exactly the `length` bytes at `name`. Returns false when there is
 * none.
 */
bool event_kind_find(const char *name, size_t length, enum event_kind *kind);

/* Whether clients may tell of it; else only the server itself does. */
bool event_kind_is_clients(enum event_kind kind);

/* Whether it may happen without an ad. */
bool event_kind_may_lack_ad(enum event_kind kind);
