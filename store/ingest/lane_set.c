/* The lanes' queues, and how far the journal is sorted into them. */
#include "store/ingest/lane_set.h"

#include <assert.h>

#include "store/ingest/event_queue.h"

static uint64_t share_of(uint64_t all, unsigned lanes)
{
    return all / lanes == 0 ? 1 : all / lanes;
}

/* A lane's events were those of the lane that it was made of by doubling. */
void lane_set_make(struct lane_set *set, unsigned count, uint64_t queue_max_events)
{
    struct lane_past past[LANES_MAX] = {0};
    assert(count >= 1 && count <= LANES_MAX);
    for (unsigned i = 0; i < count && set->count > 0; i++)
        past[i] = set->lanes[i % set->count].past;
    lane_set_clear(set);
    for (unsigned i = 0; i < count; i++)
        lane_queue_init(&set->lanes[i], past[i]);
    set->count = count;
    set->share = (struct lane_share){share_of(queue_max_events, count),
                                     share_of(BACKLOG_QUEUE_MAX_BYTES, count)};
    set->gaps.count = 0;
    set->sorted = 0;
    set->unsorted = 0;
    set->is_tail_unsorted = true;
}

void lane_set_clear(struct lane_set *set)
{
    for (unsigned i = 0; i < set->count; i++)
        lane_queue_clear(&set->lanes[i]);
    set->count = 0;
}

void lane_set_begin(struct lane_set *set, uint64_t cursor, uint64_t unsorted)
{
    set->sorted = cursor;
    set->unsorted = unsorted;
    set->is_tail_unsorted = true;
}

void lane_set_sort(struct lane_set *set, struct lane_queue *lane, uint64_t sequence)
{
    set->sorted = sequence;
    set->unsorted -= set->unsorted > 0;
    if (lane != NULL && sequence > lane->loaded)
        lane->on_disk++;
}

void lane_set_load(struct lane_queue *lane, uint64_t sequence, const uint8_t *packed,
                   size_t packed_bytes)
{
    event_queue_push(lane->events, sequence, packed, packed_bytes);
    lane->loaded = sequence;
    lane->on_disk -= lane->on_disk > 0;
}

void lane_set_end(struct lane_set *set)
{
    set->is_tail_unsorted = false;
    set->unsorted = 0;
    for (unsigned i = 0; i < set->count; i++) {
        struct lane_queue *lane = &set->lanes[i];
        if (lane->is_behind && !lane->is_followed)
            continue;
        lane->is_behind = false;
        lane->is_followed = false;
        lane->on_disk = 0;
    }
}

uint64_t lane_set_waiting(const struct lane_set *set)
{
    uint64_t waiting = set->unsorted;
    for (unsigned i = 0; i < set->count; i++)
        waiting += event_queue_count(set->lanes[i].events) + set->lanes[i].on_disk;
    return waiting;
}

bool lane_set_stored(const struct lane_set *set, uint64_t *sequence)
{
    *sequence = UINT64_MAX;
    for (unsigned i = 0; i < set->count; i++) {
        if (!set->lanes[i].is_claimed)
            return false;
        if (set->lanes[i].stored < *sequence)
            *sequence = set->lanes[i].stored;
    }
    return true;
}

struct lane_queue *lane_set_left_behind(struct lane_set *set)
{
    struct lane_queue *first = NULL;
    for (unsigned i = 0; i < set->count; i++) {
        struct lane_queue *lane = &set->lanes[i];
        if (!lane->is_followed && lane_queue_is_hungry(lane, set->share) &&
            (first == NULL || lane->loaded < first->loaded))
            first = lane;
    }
    return first;
}

bool lane_set_is_waiting_for_disk(const struct lane_set *set)
{
    if (set->is_tail_unsorted)
        return true;
    for (unsigned i = 0; i < set->count; i++) {
        if (set->lanes[i].is_behind && set->lanes[i].is_followed)
            return true;
    }
    return false;
}

bool lane_set_is_one_starving(const struct lane_set *set)
{
    for (unsigned i = 0; i < set->count; i++) {
        const struct lane_queue *lane = &set->lanes[i];
        if (lane->is_behind && lane->is_followed && event_queue_count(lane->events) == 0)
            return true;
    }
    return false;
}

void lane_set_each(const struct lane_set *set, uint64_t after, lane_event_fn take, void *arg)
{
    struct queue_position at[LANES_MAX];
    for (unsigned i = 0; i < set->count; i++)
        at[i] = event_queue_head(set->lanes[i].events);
    for (;;) {
        uint64_t least = UINT64_MAX;
        unsigned from = 0;
        const uint8_t *packed = NULL;
        size_t packed_bytes = 0;
        for (unsigned i = 0; i < set->count; i++) {
            struct queue_position next = at[i];
            size_t bytes;
            uint64_t sequence;
            const uint8_t *found = event_queue_read(&next, &bytes, &sequence);
            if (found == NULL || sequence >= least)
                continue;
            least = sequence;
            from = i;
            packed = found;
            packed_bytes = bytes;
        }
        if (packed == NULL)
            return;
        if (least > after)
            take(arg, least, packed, packed_bytes);
        (void)event_queue_read(&at[from], &packed_bytes, &least);
    }
}
