/*
 * Keeps the database in order, on a connection of its own: closes minutes, rolls counts up, folds
 * late ones in, brings over what an older version has stored, makes partitions ahead and drops old
 * ones, takes old addresses away. Several servers may do so at a time. It commits something at
 * least once a minute, so that a replica whose last commit is older has fallen behind.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct db_target;
struct event_base;
struct log;
struct maintenance;
struct metrics;

struct maintenance_settings {
    const char *journal;            /* this server's id, as text; borrowed */
    uint64_t (*waiting)(void *arg); /* events that are in it and not stored */
    void *arg;
    uint32_t retention_days; /* events go when they are so old, 16 at least; 0 = never */
    uint32_t address_days;   /* viewers' addresses go when they are so old; 0 = never */
};

/* The settings are copied, all else is borrowed. */
struct maintenance *maintenance_new(struct event_base *base, const struct db_target *target,
                                    const struct maintenance_settings *settings,
                                    struct metrics *metrics, struct log *log);
void maintenance_free(struct maintenance *maintenance);

/* Connects: the database has the schema. Does nothing when it is connecting or connected. */
void maintenance_start(struct maintenance *maintenance);
void maintenance_stop(struct maintenance *maintenance);

/* What it knows of the database, without asking it. */
struct maintenance_news {
    bool is_connected;
    int64_t told_us;    /* since 1970: when the database was last heard of; 0 = not yet */
    uint32_t instances; /* servers that have stored something of late, this one among them */
};

struct maintenance_news maintenance_tell(const struct maintenance *maintenance);
