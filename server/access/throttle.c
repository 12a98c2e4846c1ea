/* How long who guesses has to wait. */
#include "server/access/throttle.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/bytes.h"
#include "protocol/digest.h"
#include "protocol/memory.h"
#include "protocol/random.h"

enum { WAYS = 8, ROWS = THROTTLE_ADDRESSES_MAX / WAYS, SALT_BYTES = 16, IPV6_BYTES = 8 };

/* What an address is known by. */
struct key {
    uint8_t family;
    uint8_t bytes[IPV6_BYTES];
};

struct entry {
    struct key key;
    uint32_t failures; /* 0 = it is free */
    int64_t last_us;
};

/* Nobody knows which addresses meet in a row. */
struct throttle {
    uint8_t salt[SALT_BYTES];
    struct entry rows[ROWS][WAYS];
};

struct throttle *throttle_new(void)
{
    struct throttle *throttle = memory_zeroed(sizeof *throttle);
    random_fill(throttle->salt, sizeof throttle->salt);
    return throttle;
}

void throttle_free(struct throttle *throttle)
{
    free(throttle);
}

static struct key key_of(const struct address *address)
{
    struct key key = {.family = address->family};
    memcpy(key.bytes, address->bytes, sizeof key.bytes); /* those of IPv4 are 0 behind the fourth */
    return key;
}

static bool is_same(const struct key *one, const struct key *other)
{
    return one->family == other->family && memcmp(one->bytes, other->bytes, sizeof one->bytes) == 0;
}

static struct entry *row_of(struct throttle *throttle, const struct key *key)
{
    uint8_t bytes[SALT_BYTES + 1 + IPV6_BYTES];
    uint8_t digest[DIGEST_BYTES];
    memcpy(bytes, throttle->salt, SALT_BYTES);
    bytes[SALT_BYTES] = key->family;
    memcpy(bytes + SALT_BYTES + 1, key->bytes, IPV6_BYTES);
    digest_bytes(bytes, sizeof bytes, digest);
    return throttle->rows[bytes_get_be32(digest) % ROWS];
}

static bool goes_before(const struct entry *one, const struct entry *other)
{
    return one->failures < other->failures ||
           (one->failures == other->failures && one->last_us < other->last_us);
}

/* The address's own, or one that it takes over. */
static struct entry *find(struct throttle *throttle, const struct key *key, int64_t now_us)
{
    struct entry *row = row_of(throttle, key);
    struct entry *oldest = row;
    for (int i = 0; i < WAYS; i++) {
        if (now_us - row[i].last_us > THROTTLE_FORGET_S * INT64_C(1000000))
            row[i] = (struct entry){0};
    }
    for (int i = 0; i < WAYS; i++) {
        if (row[i].failures > 0 && is_same(&row[i].key, key))
            return &row[i];
        if (goes_before(&row[i], oldest))
            oldest = &row[i];
    }
    *oldest = (struct entry){.key = *key};
    return oldest;
}

int64_t throttle_fail(struct throttle *throttle, const struct address *address, int64_t now_us)
{
    const struct key key = key_of(address);
    struct entry *entry = find(throttle, &key, now_us);
    int64_t wait_ms = THROTTLE_FIRST_MS;
    entry->last_us = now_us;
    for (uint32_t i = 0; i < entry->failures && wait_ms < THROTTLE_MAX_MS; i++)
        wait_ms *= 2;
    if (entry->failures < UINT32_MAX)
        entry->failures++;
    return wait_ms < THROTTLE_MAX_MS ? wait_ms : THROTTLE_MAX_MS;
}
