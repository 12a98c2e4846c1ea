/* The ads, in memory. */
#include "store/catalogue.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/timer.h"
#include "protocol/ad.h"
#include "store/ad_listing.h"
#include "store/ad_rows.h"
#include "store/ad_snapshot_file.h"
#include "store/database/conn.h"
#include "store/database/own_schema.h"

enum {
    LOAD_TIMEOUT_MS = 8000,
    POLL_MS = 30000,
    RETRY_MS = 250,
    FAILURES_QUIET = 20,
    BOUNDARY_MAX_MS = 3600 * 1000
};

/* `ads` ascend by id; `is_fresh` says that they are what the database holds now, as far as we can
 * know. */
struct catalogue {
    struct log *log;
    struct ad_snapshot_file snapshot; /* the last known ads on disk */
    struct db_conn *conn;
    struct db_settings conn_settings;
    char *load_sql; /* owned */
    struct ad *ads;
    size_t count;
    bool is_fresh;
    struct ad_listing *listing;
    int64_t rendered_us; /* the time for which the listing was rendered */
    bool is_changed;     /* a change was announced while a query was in flight: load again */
    unsigned failures;   /* since the last load that worked */
    catalogue_silent_fn silent;
    void *silent_arg;
    struct event *poll_timer;     /* the next load; soon after a failure */
    struct event *boundary_timer; /* the next time an ad starts or ends */
};

static const char setup_sql[] =
    "SET client_encoding = 'UTF8'; SET statement_timeout = '7s'; " OWN_SCHEMA_SQL
        OWN_SCHEMA_LISTEN_SQL;

static void load(struct catalogue *catalogue);

struct ad_listing *catalogue_listing(struct catalogue *catalogue)
{
    return ad_listing_share(catalogue->listing);
}

/* The system's clock may be set back or forth: the wait is bounded, so that we look again. */
static void arm_boundary(struct catalogue *catalogue, int64_t now)
{
    int64_t next = ads_next_change(catalogue->ads, catalogue->count, now);
    if (next == INT64_MAX) {
        event_del(catalogue->boundary_timer);
        return;
    }
    int64_t wait_ms = (next - now) / 1000 + 1;
    timer_arm(catalogue->boundary_timer, wait_ms < BOUNDARY_MAX_MS ? wait_ms : BOUNDARY_MAX_MS);
}

static void render(struct catalogue *catalogue)
{
    int64_t now = clock_wall_us();
    arm_boundary(catalogue, now);
    catalogue->rendered_us = now;
    struct ad_listing *listing = ad_listing_new(catalogue->ads, catalogue->count, now);
    if (listing == NULL) {
        log_write(catalogue->log, LOG_ERROR, "store", "the ads are not UTF-8, list not renewed");
        return;
    }
    ad_listing_release(catalogue->listing);
    catalogue->listing = listing;
}

static void on_boundary(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    render(arg);
}

static void clear_ads(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++)
        ad_clear(&catalogue->ads[i]);
    free(catalogue->ads);
    catalogue->ads = NULL;
    catalogue->count = 0;
}

static void load_snapshot(struct catalogue *catalogue)
{
    size_t left_out;
    if (ad_snapshot_file_load(&catalogue->snapshot, &catalogue->ads, &catalogue->count,
                              &left_out) != RESULT_OK)
        return;
    if (left_out > 0)
        log_write(catalogue->log, LOG_WARNING, "store",
                  "unreadable ads of the snapshot left out count=%zu", left_out);
    render(catalogue);
}

/* For a restart while the database is away. */
static void save_snapshot(struct catalogue *catalogue)
{
    struct error error;
    if (ad_snapshot_file_save(&catalogue->snapshot, catalogue->ads, catalogue->count, &error) !=
        RESULT_OK)
        log_write(catalogue->log, LOG_WARNING, "store", "ads not kept: %s", error.text);
}

/* Most loads are polls that find nothing new: then nothing is rendered, or written to the disk. */
static bool is_unchanged(const struct catalogue *catalogue, const PGresult *rows)
{
    return catalogue->listing != NULL && ad_snapshot_file_is_current(&catalogue->snapshot) &&
           ad_rows_equal(rows, catalogue->ads, catalogue->count);
}

/* The clock was set, or stood still with the machine: an ad has begun or ended unnoticed. */
static bool is_out_of_date(const struct catalogue *catalogue)
{
    int64_t now = clock_wall_us();
    int64_t change = ads_next_change(catalogue->ads, catalogue->count, catalogue->rendered_us);
    return change <= now || now < catalogue->rendered_us;
}

static void replace_ads(struct catalogue *catalogue, const PGresult *rows)
{
    clear_ads(catalogue);
    catalogue->ads = ad_rows_read(rows, &catalogue->count);
    render(catalogue);
    save_snapshot(catalogue);
}

/* A fresh database has no such table until it is migrated: so a few failures are nothing to tell.
 */
static void on_loaded(void *arg, const struct db_reply *reply)
{
    struct catalogue *catalogue = arg;
    if (reply->outcome == DB_LOST)
        return;
    if (reply->outcome == DB_ERROR) {
        catalogue->is_fresh = false;
        if (++catalogue->failures == FAILURES_QUIET)
            log_write(catalogue->log, LOG_WARNING, "store", "ads not loaded sqlstate=%s",
                      reply->sqlstate);
        timer_arm(catalogue->poll_timer, RETRY_MS);
        return;
    }
    if (!catalogue->is_fresh)
        log_write(catalogue->log, LOG_INFO, "store", "ads loaded count=%d", PQntuples(reply->rows));
    catalogue->is_fresh = true;
    catalogue->failures = 0;
    if (!is_unchanged(catalogue, reply->rows))
        replace_ads(catalogue, reply->rows);
    else if (is_out_of_date(catalogue))
        render(catalogue);
    timer_arm(catalogue->poll_timer, POLL_MS);
    if (catalogue->is_changed)
        load(catalogue);
}

static void load(struct catalogue *catalogue)
{
    catalogue->is_changed = !db_conn_is_ready(catalogue->conn);
    if (catalogue->is_changed)
        return;
    const struct db_query query = {.sql = catalogue->load_sql, .timeout_ms = LOAD_TIMEOUT_MS};
    db_conn_query(catalogue->conn, &query, on_loaded, catalogue);
}

static void on_pong(void *arg, const struct db_reply *reply)
{
    struct catalogue *catalogue = arg;
    if (reply->outcome == DB_LOST)
        catalogue->silent(catalogue->silent_arg);
    else if (catalogue->is_changed)
        load(catalogue);
}

bool catalogue_ping(struct catalogue *catalogue, catalogue_silent_fn silent, void *arg)
{
    if (!db_conn_is_ready(catalogue->conn))
        return db_conn_is_up(catalogue->conn);
    catalogue->silent = silent;
    catalogue->silent_arg = arg;
    const struct db_query query = {.sql = "SELECT", .timeout_ms = CATALOGUE_PING_MS};
    db_conn_query(catalogue->conn, &query, on_pong, catalogue);
    return true;
}

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    load(arg);
}

static void on_ready(void *arg)
{
    load(arg);
}

static void on_lost(void *arg)
{
    struct catalogue *catalogue = arg;
    catalogue->is_fresh = false;
    event_del(catalogue->poll_timer);
}

static void on_notify(void *arg, const char *channel)
{
    (void)channel;
    load(arg);
}

static int compare_id(const void *key, const void *ad)
{
    int32_t id = *(const int32_t *)key;
    int32_t other = ((const struct ad *)ad)->id;
    return (id > other) - (id < other);
}

enum ad_standing catalogue_find(const struct catalogue *catalogue, int32_t ad_id)
{
    if (catalogue->count > 0 && bsearch(&ad_id, catalogue->ads, catalogue->count,
                                        sizeof catalogue->ads[0], compare_id) != NULL)
        return AD_KNOWN;
    return catalogue->is_fresh ? AD_UNKNOWN : AD_UNDECIDED;
}

struct catalogue *catalogue_new(struct event_base *base, const struct db_target *target,
                                struct directory *directory, struct metrics *metrics,
                                struct log *log)
{
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    if (catalogue == NULL)
        abort();
    catalogue->log = log;
    ad_snapshot_file_init(&catalogue->snapshot, directory);
    catalogue->load_sql = ad_rows_select();
    catalogue->conn_settings = (struct db_settings){.name = "catalogue", .setup_sql = setup_sql};
    const struct db_listener listener = {
        .on_ready = on_ready, .on_lost = on_lost, .on_notify = on_notify, .arg = catalogue};
    catalogue->conn = db_conn_new(base, target, &catalogue->conn_settings, listener, metrics, log);
    catalogue->poll_timer = event_new(base, -1, 0, on_poll, catalogue);
    catalogue->boundary_timer = event_new(base, -1, 0, on_boundary, catalogue);
    if (catalogue->poll_timer == NULL || catalogue->boundary_timer == NULL)
        abort();
    load_snapshot(catalogue);
    return catalogue;
}

void catalogue_free(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    db_conn_free(catalogue->conn);
    event_free(catalogue->poll_timer);
    event_free(catalogue->boundary_timer);
    ad_listing_release(catalogue->listing);
    clear_ads(catalogue);
    free(catalogue->load_sql);
    free(catalogue);
}

void catalogue_start(struct catalogue *catalogue)
{
    db_conn_start(catalogue->conn);
}

void catalogue_stop(struct catalogue *catalogue)
{
    db_conn_stop(catalogue->conn);
}
