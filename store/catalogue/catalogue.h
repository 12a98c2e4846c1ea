/*
 * The ads, in memory: loaded when the database connects, again whenever it says that they changed,
 * and by a slow poll besides. What was loaded goes on being served while the database is away, and
 * is kept on disk for a restart in that time. The list, its ETag and which ads are known change in
 * one step, from what the table held at one moment to what it held at another.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/document.h"
#include "protocol/nofill.h"

struct ad;
struct ad_listing;
struct catalogue;
struct db_target;
struct directory;
struct event_base;
struct log;
struct metrics;
struct syncer;

/* Everything is borrowed. The ads whose snapshot an earlier run left in `directory` are there at
 * once, as stale. */
struct catalogue *catalogue_new(struct event_base *base, const struct db_target *target,
                                struct directory *directory, struct syncer *syncer,
                                const char *public_url, struct metrics *metrics, struct log *log);
void catalogue_free(struct catalogue *catalogue);

/*
 * Asks the database for a sign of life on the catalogue's own connection. `silent` runs once,
 * later, when that ends without one: after CATALOGUE_PING_MS, or because the connection is lost or
 * stopped before; never from inside catalogue_free(). Returns false when there is no connection to
 * ask on. Returns true without asking while the connection is busy: then `silent` never runs for
 * this call.
 */
enum { CATALOGUE_PING_MS = 1500 };
typedef void (*catalogue_silent_fn)(void *arg);
bool catalogue_ping(struct catalogue *catalogue, catalogue_silent_fn silent, void *arg);

/* Connects, at once even where it waits to try again, and loads the ads each time it has connected.
 * Does nothing when it is connecting or connected. */
void catalogue_start(struct catalogue *catalogue);

/* Disconnects. The ads stay, as stale. */
void catalogue_stop(struct catalogue *catalogue);

/* The list of the ads available now, one reference taken; NULL when none was ever loaded. */
struct ad_listing *catalogue_listing(struct catalogue *catalogue);

/* Why no ads were loaded, in words for clients; valid until the next turn of the event loop. */
const char *catalogue_trouble(const struct catalogue *catalogue);

/* Whether the ads were ever loaded. */
bool catalogue_has_ads(const struct catalogue *catalogue);

/* As those of ad_table.h. */
const struct ad *catalogue_ad(const struct catalogue *catalogue, int32_t id);
enum nofill_reason catalogue_pick(struct catalogue *catalogue, enum document_kind kind,
                                  int64_t now_us, const struct ad **ad);
const struct document *catalogue_document(struct catalogue *catalogue, const struct ad *ad,
                                          enum document_kind kind);

enum ad_standing {
    AD_KNOWN,
    AD_UNKNOWN,   /* the catalogue is fresh and has no such ad, or it was archived long ago */
    AD_UNDECIDED, /* not in the catalogue, which may be stale */
};

/* Whether there is an ad `ad_id` that takes events, available or not. */
enum ad_standing catalogue_find(const struct catalogue *catalogue, int32_t ad_id);
