/*
 * Keeps the database in order, on a connection of its own: closes minutes, rolls counts up, folds
 * late ones in, brings over what an older version has stored, makes partitions ahead and drops old
 * ones. Several servers may do so at a time.
 */
#pragma once

struct db_target;
struct event_base;
struct log;
struct maintenance;
struct metrics;

/* Everything is borrowed. */
struct maintenance *maintenance_new(struct event_base *base, const struct db_target *target,
                                    struct metrics *metrics, struct log *log);
void maintenance_free(struct maintenance *maintenance);

/* Connects: the database has the schema. Does nothing when it is connecting or connected. */
void maintenance_start(struct maintenance *maintenance);
void maintenance_stop(struct maintenance *maintenance);
