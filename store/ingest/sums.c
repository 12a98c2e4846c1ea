/* Sums of what the server itself has to tell. */
#include "store/ingest/sums.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/memory.h"
#include "store/base/crc32c.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)

enum { SLOTS = 65536 }; /* a power of two, more than three times SUMS_MAX */

static const char other[] = EVENT_PLACEMENT_OTHER;

/* Open addressing: a slot has the number of an item plus one, or 0. */
struct sums {
    struct sum *items;
    uint32_t *slots;
    size_t count;
    size_t capacity;
    bool is_by_minute;
    int64_t second_us;       /* in which the last one with a placement began */
    unsigned with_placement; /* in that second */
};

struct sums *sums_new(void)
{
    struct sums *sums = memory_zeroed(sizeof *sums);
    sums->slots = memory_zeroed_array(SLOTS, sizeof sums->slots[0]);
    return sums;
}

void sums_free(struct sums *sums)
{
    if (sums == NULL)
        return;
    free(sums->items);
    free(sums->slots);
    free(sums);
}

size_t sums_count(const struct sums *sums)
{
    return sums->count;
}

int64_t sums_oldest_us(const struct sums *sums)
{
    int64_t oldest_us = INT64_MAX;
    for (size_t i = 0; i < sums->count; i++) {
        if (sums->items[i].period_us < oldest_us)
            oldest_us = sums->items[i].period_us;
    }
    return oldest_us;
}

static bool is_same(const struct sum *a, const struct sum *b)
{
    return a->period_us == b->period_us && a->ad_id == b->ad_id && a->reason == b->reason &&
           a->kind == b->kind && a->verdict == b->verdict &&
           a->placement_bytes == b->placement_bytes &&
           memcmp(a->placement, b->placement, a->placement_bytes) == 0;
}

static uint32_t hash(const struct sum *sum)
{
    uint32_t numbers[] = {(uint32_t)(sum->period_us / SECOND_US), (uint32_t)sum->ad_id,
                          (uint32_t)sum->reason, (uint32_t)sum->kind << 8 | sum->verdict,
                          crc32c(sum->placement, sum->placement_bytes)};
    return crc32c(numbers, sizeof numbers);
}

static uint32_t *find_slot(struct sums *sums, const struct sum *wanted)
{
    uint32_t at = hash(wanted) % SLOTS;
    while (sums->slots[at] != 0 && !is_same(&sums->items[sums->slots[at] - 1], wanted))
        at = (at + 1) % SLOTS;
    return &sums->slots[at];
}

static void append(struct sums *sums, uint32_t *slot, const struct sum *sum)
{
    if (sums->count == sums->capacity) {
        sums->capacity = sums->capacity == 0 ? 64 : 2 * sums->capacity;
        sums->items = memory_resized(sums->items, sums->capacity * sizeof sums->items[0]);
    }
    sums->items[sums->count] = *sum;
    *slot = (uint32_t)++sums->count;
}

/* Returns whether it is in. */
static bool add(struct sums *sums, const struct sum *sum)
{
    uint32_t *slot = find_slot(sums, sum);
    if (*slot == 0 && sums->count == SUMS_MAX)
        return false;
    if (*slot == 0)
        append(sums, slot, sum);
    else
        sums->items[*slot - 1].quantity += sum->quantity;
    return true;
}

static int64_t start_of(int64_t time_us, int64_t length_us)
{
    int64_t into_us = time_us % length_us;
    return time_us - into_us - (into_us < 0 ? length_us : 0);
}

static struct sum of_others(const struct sum *sum)
{
    struct sum others = *sum;
    memset(others.placement, 0, sizeof others.placement);
    memcpy(others.placement, other, sizeof other - 1);
    others.placement_bytes = sizeof other - 1;
    return others;
}

/* Whether one more with a placement may begin in the second of `now_us`. */
static bool may_begin(struct sums *sums, int64_t now_us)
{
    int64_t second_us = start_of(now_us, SECOND_US);
    if (second_us != sums->second_us) {
        sums->second_us = second_us;
        sums->with_placement = 0;
    }
    if (sums->with_placement == SUMS_WITH_PLACEMENT_MAX)
        return false;
    sums->with_placement++;
    return true;
}

static uint64_t add_or_lose(struct sums *sums, const struct sum *sum)
{
    if (add(sums, sum))
        return 0;
    if (sum->placement_bytes > 0) {
        const struct sum others = of_others(sum);
        if (add(sums, &others))
            return 0;
    }
    return sum->quantity;
}

uint64_t sums_add(struct sums *sums, const struct sum *sum, int64_t now_us)
{
    struct sum added = *sum;
    if (sum->quantity == 0) /* no record could hold it */
        return 0;
    added.period_us = start_of(now_us, sums->is_by_minute ? MINUTE_US : SECOND_US);
    bool is_new = added.placement_bytes > 0 && *find_slot(sums, &added) == 0;
    if (is_new && !may_begin(sums, now_us))
        added = of_others(&added);
    return add_or_lose(sums, &added);
}

uint64_t sums_put_back(struct sums *sums, const struct sum *sum)
{
    struct sum added = *sum;
    if (sums->is_by_minute)
        added.period_us = start_of(added.period_us, MINUTE_US);
    return add_or_lose(sums, &added);
}

/* All are added anew, each in its own place or one before it. */
static void add_anew(struct sums *sums)
{
    size_t count = sums->count;
    memset(sums->slots, 0, SLOTS * sizeof sums->slots[0]);
    sums->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct sum sum = sums->items[i];
        if (sums->is_by_minute)
            sum.period_us = start_of(sum.period_us, MINUTE_US);
        (void)add(sums, &sum);
    }
}

void sums_by_minute(struct sums *sums)
{
    if (sums->is_by_minute)
        return;
    sums->is_by_minute = true;
    add_anew(sums);
}

void sums_by_second(struct sums *sums)
{
    sums->is_by_minute = false;
}

size_t sums_take(struct sums *sums, int64_t before_us, struct sum *taken, size_t max)
{
    size_t count = 0;
    size_t kept = 0;
    for (size_t i = 0; i < sums->count; i++) {
        if (count < max && sums->items[i].period_us < before_us)
            taken[count++] = sums->items[i];
        else
            sums->items[kept++] = sums->items[i];
    }
    sums->count = kept;
    if (count > 0)
        add_anew(sums);
    return count;
}
