/*
 * Everything that lasts. Events come in through store_submit(), lie in the journal, and leave it
 * for PostgreSQL in batches; ads and analytics come out. One store per process, on one event loop.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "protocol/analytics/question.h"
#include "protocol/analytics/report.h"
#include "protocol/document.h"
#include "protocol/event.h"
#include "protocol/nofill.h"
#include "protocol/result.h"
#include "store/administration/administration.h"
#include "store/analytics/export.h"
#include "store/catalogue/ad_listing.h"
#include "store/journal/settings.h"

struct ad;
struct event_base;
struct log;
struct metrics;
struct store;

struct store_settings {
    const char *db_conn;             /* libpq URI or keywords; NULL = libpq's defaults */
    const char *db_read_conn;        /* where analytics are asked; NULL = the same */
    uint32_t reader_connections;     /* questions asked at a time */
    uint64_t queue_max_events;       /* kept in memory; more stay on disk */
    uint32_t events_retention_days;  /* 0 = for ever */
    uint32_t address_retention_days; /* likewise */
    struct journal_settings journal;
    const char *public_url;   /* where clients reach the server, without a slash at its end */
    const char *token_secret; /* for token_keys_new(); NULL = one is kept beside the journal */
    bool sample_data;         /* load the samples into an empty database */
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

/*
 * Replaces the settings' db_conn: what connects from now on connects there, what is connected stays
 * as long as that lasts. Returns RESULT_INVALID with an error, and goes on as before.
 */
MUST_CHECK enum result store_retarget(struct store *store, const char *db_conn,
                                      struct error *error);

/* Whether events of this ad may be submitted: it is there and takes events, 0 (none), or that
 * cannot be known now. */
bool store_has_ad(const struct store *store, int32_t ad_id);

/* Runs when all events of a submission are durable (RESULT_OK), or the disk has failed over one
 * (RESULT_UNAVAILABLE): of the others some may be. */
typedef void (*store_done_fn)(void *arg, enum result result);

/* Why events were not taken. */
struct store_fault {
    const char *reason; /* in words, for ever valid */
    size_t index;       /* with RESULT_UNKNOWN: of the first event whose ad there is not */
};

enum { STORE_SUBMIT_MAX_EVENTS = 10000 };

/*
 * Appends copies of `count` events, 1 to STORE_SUBMIT_MAX_EVENTS, to the journal: all of them or
 * none, as there is room for all of them before the first is appended. `done` runs exactly once,
 * later, from the event loop, when all of them are durable. Returns RESULT_UNKNOWN when the
 * catalogue is fresh and has not the ad of one of them; RESULT_TOO_LARGE when they take more than
 * half of JOURNAL_MAX_BYTES; RESULT_BUSY while store_refusal() has a reason, or there is no room
 * for so many: for which they are counted. `done` is then never called, and `fault` is set. A full
 * queue refuses nothing: the events stay on disk.
 */
MUST_CHECK enum result store_submit(struct store *store, const struct event *events, size_t count,
                                    store_done_fn done, void *arg, struct store_fault *fault);

/*
 * Counts `quantity` more of what the server itself has to tell, now: of a kind that is not the
 * clients'. `placement` (terminated, and as event_fields_is_placement() has it) may be NULL, none;
 * `ad_id` 0, none, where event_kind_may_lack_ad(); `reason` is a no-fill's, else 0. They get into
 * the journal as sums, once a second, and wait for it in memory while it takes no events.
 */
void store_add(struct store *store, enum event_kind kind, int32_t ad_id, const char *placement,
               enum event_verdict verdict, int32_t reason, uint32_t quantity);

/* Why an event would be refused just now, in words; NULL = it would be taken. */
const char *store_refusal(const struct store *store);

/* Events accepted by this process and not yet stored. */
uint64_t store_pending_events(const struct store *store);

/* How it stands, as far as is known without asking the database. */
struct store_status {
    bool is_connected;        /* to the database */
    int64_t as_of_us;         /* when the database last told of itself; 0 = not yet */
    uint32_t instances;       /* servers that have stored something of late, this one among them */
    uint64_t accepted_events; /* by this process */
    uint64_t pending_events;  /* store_pending_events() */
};

struct store_status store_status(const struct store *store);

/* The list of available ads, one reference taken (ad_listing_release()); NULL when none was ever
 * loaded. */
struct ad_listing *store_ads(struct store *store);

/* Why there is none, in words for clients; valid until the next turn of the event loop. */
const char *store_ads_trouble(const struct store *store);

/* Whether the ads were ever loaded, be it by an earlier run. */
bool store_has_ads(const struct store *store);

/* The ad with this id, available or not; NULL = there is none. As what the next two give, borrowed
 * until the next turn of the event loop. */
const struct ad *store_ad(const struct store *store, int32_t id);

/* Picks the next ad that is available and can be shown so. Returns NOFILL_NONE and sets `*ad`, or
 * why there is none. */
enum nofill_reason store_pick(struct store *store, enum document_kind kind, int64_t now_us,
                              const struct ad **ad);

/* The document of an ad that has such a form: rendered for the first that asks after a change. */
const struct document *store_document(struct store *store, const struct ad *ad,
                                      enum document_kind kind);

/* The secrets of tokens, as token_keys_new() takes them: those of the settings, or the one that was
 * made once and lies beside the journal. */
const char *store_token_secret(const struct store *store);

/* With RESULT_OK a reference of `report` is the callee's. Else it is NULL, and `reason` tells why,
 * valid during the call; RESULT_MALFORMED says that the question is at fault. */
typedef void (*store_analytics_fn)(void *arg, enum result result, struct analytics_report *report,
                                   const char *reason);

/*
 * Asks the database. Returns RESULT_OK when `done` will run, exactly once, later; else
 * RESULT_UNAVAILABLE, RESULT_BUSY or RESULT_MALFORMED with an error, and it never does.
 */
MUST_CHECK enum result store_analytics(struct store *store, const struct analytics_query *query,
                                       store_analytics_fn done, void *arg, struct error *error);

/* export_open(). */
MUST_CHECK enum result store_export(struct store *store, const struct export_question *question,
                                    struct export_listener listener, struct export **export,
                                    const char **reason);

/* What changes ads, and reads them as the database has them. */
struct administration *store_administration(const struct store *store);

/*
 * Accepts nothing more, sends what is queued, and disconnects when that is stored or `grace_ms` are
 * over. `drained` then runs once with the number of events that are left.
 */
typedef void (*store_drained_fn)(void *arg, uint64_t left);
void store_drain(struct store *store, uint32_t grace_ms, store_drained_fn drained, void *arg);
