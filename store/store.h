/*
 * Everything that lasts. Events come in through store_submit(), lie in the journal, and leave it
 * for PostgreSQL in batches; ads and analytics come out. One store per process, on one event loop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/analytics.h"
#include "protocol/event.h"
#include "protocol/result.h"
#include "store/catalogue/ad_listing.h"
#include "store/journal/settings.h"

struct event_base;
struct log;
struct metrics;
struct store;

struct store_settings {
    const char *db_conn;       /* libpq URI or keywords; NULL = libpq's defaults */
    uint64_t queue_max_events; /* kept in memory; more stay on disk */
    struct journal_settings journal;
    bool sample_data; /* load the samples into an empty database */
};

/*
 * Makes a store; it does nothing before store_start(). Everything is borrowed and must outlive it.
 * Returns NULL with an error that names the variable when the settings are unusable.
 */
struct store *store_new(struct event_base *base, const struct store_settings *settings,
                        struct metrics *metrics, struct log *log, struct error *error);
void store_free(struct store *store);

/* Connects to the database, and goes on trying. */
void store_start(struct store *store);

/* Runs when all events of a submission are durable (RESULT_OK), or one could not be made so
 * (RESULT_UNAVAILABLE): of the others some may be. */
typedef void (*store_done_fn)(void *arg, enum result result);

/* Why events were not taken. */
struct store_fault {
    const char *reason; /* in words, for ever valid */
    size_t index;       /* with RESULT_UNKNOWN: of the first event whose ad there is not */
};

/*
 * Appends copies of `count` events, one or more, to the journal: all of them or none. `done` runs
 * exactly once, later, from the event loop. Returns RESULT_UNKNOWN when the catalogue is fresh and
 * has not the ad of one of them, RESULT_BUSY while store_refusal() has a reason, for which they
 * are counted: `done` is then never called, and `fault` is set. A full queue refuses nothing: the
 * events stay on disk.
 */
MUST_CHECK enum result store_submit(struct store *store, const struct event *events, size_t count,
                                    store_done_fn done, void *arg, struct store_fault *fault);

/* Why an event would be refused just now, in words; NULL = it would be taken. */
const char *store_refusal(const struct store *store);

/* Events accepted by this process and not yet stored. */
uint64_t store_pending_events(const struct store *store);

/* The list of available ads, one reference taken (ad_listing_release()); NULL when none was ever
 * loaded. */
struct ad_listing *store_ads(struct store *store);

/* Why there is none, in words for clients; valid until the next turn of the event loop. */
const char *store_ads_trouble(const struct store *store);

/* As analytics_done_fn: `totals` has all but the pending events; without RESULT_OK it is NULL, and
 * `reason` tells why. */
typedef void (*store_analytics_fn)(void *arg, enum result result,
                                   const struct analytics_totals *totals, const char *reason);

/*
 * Asks the database. Returns RESULT_OK when `done` will run, exactly once, later; else
 * RESULT_UNAVAILABLE or RESULT_BUSY, and it never does: `reason` tells why, in words that are for
 * ever valid.
 */
MUST_CHECK enum result store_analytics(struct store *store, const struct analytics_window *window,
                                       store_analytics_fn done, void *arg, const char **reason);

/*
 * Accepts nothing more, sends what is queued, and disconnects when that is stored or `grace_ms` are
 * over. `drained` then runs once with the number of events that are left.
 */
typedef void (*store_drained_fn)(void *arg, uint64_t left);
void store_drain(struct store *store, uint32_t grace_ms, store_drained_fn drained, void *arg);
