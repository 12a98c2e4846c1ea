/*
 * A connection of the writer's, and the lanes that it stores: one batch in flight. Of the first
 * one the session brings the schema up to date and claims the journal; the others join it.
 */
#pragma once

#include <stdbool.h>

#include "store/ingest/lane_queue.h"
#include "store/ingest/writer.h"
#include "store/ingest/writer_lane.h"

enum { LINKS_MAX = 8, LINK_LANES_MAX = LANES_MAX / LINKS_MAX };

struct lane_link;
struct writer_metrics;

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

/* `first` is the link that this one joins; NULL = it is the first. */
struct lane_link *lane_link_new(const struct link_context *context, const struct lane_link *first);
void lane_link_free(struct lane_link *link);

void lane_link_start(struct lane_link *link);
void lane_link_stop(struct lane_link *link);

/* Gives it the lanes that it stores, borrowed, `count` of `all` there are; what it had is
 * forgotten. Only while it is stopped or tells of a claim. */
void lane_link_set_lanes(struct lane_link *link, struct writer_lane *const *lanes, unsigned count,
                         unsigned all);

/* As those of the writer. */
void lane_link_wake(struct lane_link *link);
void lane_link_hurry(struct lane_link *link);
void lane_link_give_up(struct lane_link *link);
bool lane_link_is_fenced(const struct lane_link *link);
bool lane_link_is_held(const struct lane_link *link);

/* How many of its lanes take events. */
unsigned lane_link_lanes_up(const struct lane_link *link);
