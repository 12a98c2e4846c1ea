/* What the writer's links have in common. */
#pragma once

#include "store/ingest/lane_queue.h"
#include "store/ingest/writer_lane.h"
#include "store/ingest/writer_source.h"

struct db_target;
struct event_base;
struct ingest_settings;
struct log;
struct metrics;
struct writer_metrics;

enum { LINKS_MAX = 8, LINK_LANES_MAX = LANES_MAX / LINKS_MAX };

/* What the writer hears of a link. None of these frees one. */
struct link_owner {
    /* The journal is claimed, in a database of so many lanes: the link is given its own from
     * inside. */
    void (*claimed)(void *arg, unsigned lanes);
    /* Its lanes are claimed, too. */
    void (*opened)(void *arg);
    /* The database has another number of lanes than the link's batches are built for. */
    void (*outdated)(void *arg);
    /* Its gauges may have changed. */
    void (*changed)(void *arg);
    void *arg;
};

/* All is borrowed and must outlive the links. */
struct link_context {
    struct event_base *base;
    const struct db_target *target;
    const struct ingest_settings *settings;
    struct writer_source source;
    struct writer_listener listener;
    struct writer_metrics *measured;
    struct metrics *metrics;
    struct log *log;
    struct link_owner owner;
};
