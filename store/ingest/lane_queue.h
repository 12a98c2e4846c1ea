/* What of a lane waits for the database: some in memory, and more of it perhaps in the journal
 * alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct event;
struct event_queue;

/* As many as the database may have (a power of two). */
enum { LANES_MAX = 64 };

/* What is known of a lane's events whoever sends them; lanes that are made of it know it too. */
struct lane_past {
    uint64_t stored_max; /* the highest that the cursor ever was */
    uint64_t replayed;   /* what an earlier run wrote is counted as a replay up to here */
};

struct lane_queue {
    struct event_queue *events; /* owned; ends with `loaded`, if it has any */
    struct lane_past past;
    uint64_t loaded; /* up to here none is in the journal alone */
    uint64_t stored; /* the lane's cursor, as last heard */
    uint64_t
        on_disk; /* about how many of those that are known to be its are in the journal alone */
    int64_t moved_us; /* monotonic: when the cursor moved last */
    bool is_claimed;  /* its cursor is known */
    bool is_behind;   /* some of it are in the journal alone */
    bool is_followed; /* what of these the journal's reader comes to next is what comes behind
                         `loaded` */
};

/* The lane of an event, whose sequence is that, of as many as `lanes`. */
unsigned lane_of(const struct event *event, uint64_t sequence, unsigned lanes);

void lane_queue_init(struct lane_queue *lane, struct lane_past past);
void lane_queue_clear(struct lane_queue *lane);

/* How much of its share of the queues' bounds it has; more is left on disk, and read back in long
 * runs. */
struct lane_share {
    uint64_t events;
    uint64_t bytes;
};
bool lane_queue_is_full(const struct lane_queue *lane, struct lane_share share);
bool lane_queue_is_half_empty(const struct lane_queue *lane, struct lane_share share);

/* Whether it waits for the journal to be read. */
bool lane_queue_is_hungry(const struct lane_queue *lane, struct lane_share share);

/* Begins anew behind the cursor; about `on_disk` of it lie there. */
void lane_queue_begin(struct lane_queue *lane, uint64_t cursor, uint64_t on_disk);

/* The cursor is at `cursor`, not lower than before. */
void lane_queue_stored(struct lane_queue *lane, uint64_t cursor, int64_t now_us);
