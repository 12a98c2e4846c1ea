/* What of a lane waits for the database. */
#include "store/ingest/lane_queue.h"

#include "protocol/event.h"
#include "protocol/event_key.h"
#include "store/ingest/event_queue.h"

unsigned lane_of(const struct event *event, uint64_t sequence, unsigned lanes)
{
    if (lanes == 1)
        return 0;
    if (event->id_bytes == 0)
        return (unsigned)(sequence % lanes);
    uint8_t claims[EVENT_KEY_CLAIMS_MAX][EVENT_KEY_BYTES];
    (void)event_key_claims(event, claims);
    return event_key_lane(claims[0], lanes);
}

void lane_queue_init(struct lane_queue *lane, struct lane_past past)
{
    *lane = (struct lane_queue){.events = event_queue_new(), .past = past, .is_behind = true};
}

void lane_queue_clear(struct lane_queue *lane)
{
    event_queue_free(lane->events);
    lane->events = NULL;
}

bool lane_queue_is_full(const struct lane_queue *lane, struct lane_share share)
{
    return event_queue_count(lane->events) >= share.events ||
           event_queue_bytes(lane->events) >= share.bytes;
}

bool lane_queue_is_half_empty(const struct lane_queue *lane, struct lane_share share)
{
    return event_queue_count(lane->events) <= share.events / 2 &&
           event_queue_bytes(lane->events) <= share.bytes / 2;
}

bool lane_queue_is_hungry(const struct lane_queue *lane, struct lane_share share)
{
    return lane->is_claimed && lane->is_behind && lane_queue_is_half_empty(lane, share);
}

void lane_queue_begin(struct lane_queue *lane, uint64_t cursor, uint64_t on_disk)
{
    event_queue_drop(lane->events, UINT64_MAX);
    lane->loaded = cursor;
    lane->on_disk = on_disk;
    lane->is_claimed = true;
    lane->is_behind = true;
    lane->is_followed = false;
}

void lane_queue_stored(struct lane_queue *lane, uint64_t cursor, int64_t now_us)
{
    event_queue_drop(lane->events, cursor);
    if (cursor != lane->stored)
        lane->moved_us = now_us;
    lane->stored = cursor;
    if (cursor > lane->loaded)
        lane->loaded = cursor;
    if (cursor > lane->past.stored_max)
        lane->past.stored_max = cursor;
}
