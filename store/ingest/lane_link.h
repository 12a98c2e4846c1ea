/*
 * A connection of the writer's, and the lanes that it stores: one batch in flight. Of the first
 * one the session brings the schema up to date and claims the journal; the others join it.
 */
#pragma once

#include <stdbool.h>

#include "store/ingest/link_context.h"

struct lane_link;

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
