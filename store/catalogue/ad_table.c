/* The ads in memory. */
#include "store/catalogue/ad_table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/ad.h"
#include "protocol/creative.h"
#include "protocol/memory.h"
#include "store/catalogue/ad_creative.h"
#include "store/catalogue/ad_faults.h"
#include "store/catalogue/ad_listing.h"
#include "store/catalogue/ad_picking.h"
#include "store/catalogue/ad_reading.h"
#include "store/catalogue/ad_set.h"
#include "store/catalogue/ad_snapshot_file.h"
#include "store/disk/syncer.h"

enum { BOUNDARY_MAX_MS = 3600 * 1000 };

/* What there is to do stands in `garbage`, `draft`, `reading`, `is_listing_due` and `snapshot`;
 * while any of them has work left `slice_timer` is armed. */
struct ad_table {
    struct log *log;
    const char *public_url;          /* borrowed */
    uint64_t points[DOCUMENT_KINDS]; /* of the rotations */
    struct counter *rendered;
    struct ad_set ads;
    struct ad_listing *listing;     /* of `ads` */
    size_t list_bytes;              /* what a list of all of them takes, or a little more */
    struct ad_faults faults;        /* the rows that were left out of `ads` */
    struct ad_faults parts;         /* what of `ads` is passed over */
    struct ad_set garbage;          /* ads of which nobody knows any more, to be cleared */
    struct ad_listing_draft *draft; /* of the next listing of `ads`, when an ad started or ended */
    size_t drafted;                 /* so many of `ads` are in it */
    bool is_listing_due;
    struct ad_reading *reading; /* of the next ads */
    ad_table_done_fn done;
    void *done_arg;
    struct ad_snapshot_file snapshot;
    struct syncer *syncer; /* borrowed */
    struct sync_job sync;  /* of `snapshot` */
    struct event *slice_timer;
    struct event *boundary_timer; /* the next time an ad starts or ends */
};

struct ad_listing *ad_table_listing(struct ad_table *table)
{
    return ad_listing_share(table->listing);
}

bool ad_table_has_listing(const struct ad_table *table)
{
    return table->listing != NULL;
}

bool ad_table_has(const struct ad_table *table, int32_t id)
{
    return ad_set_has(&table->ads, id);
}

const struct ad *ad_table_find(const struct ad_table *table, int32_t id)
{
    return ad_set_find(&table->ads, id);
}

enum nofill_reason ad_table_pick(struct ad_table *table, enum document_kind kind, int64_t now_us,
                                 const struct ad **ad)
{
    if (table->listing == NULL)
        return NOFILL_NO_ADS;
    return ad_pick(&table->ads, table->listing, kind, now_us, &table->points[kind], ad);
}

const struct document *ad_table_document(struct ad_table *table, const struct ad *ad,
                                         enum document_kind kind)
{
    struct document **document = &ad->creative->documents[kind];
    if (*document == NULL) {
        *document = document_render(ad, kind, table->public_url);
        counter_add(table->rendered, 1);
    }
    return *document;
}

size_t ad_table_count(const struct ad_table *table)
{
    return table->ads.count;
}

bool ad_table_is_replacing(const struct ad_table *table)
{
    return table->reading != NULL;
}

/* The system's clock may be set back or forth: the wait is bounded, so that we look again. */
static void arm_boundary(struct ad_table *table)
{
    int64_t next_us = table->listing->next_change_us;
    if (next_us == INT64_MAX) {
        event_del(table->boundary_timer);
        return;
    }
    int64_t wait_us = next_us - clock_wall_us();
    int64_t wait_ms = wait_us > 0 ? wait_us / 1000 + 1 : 0;
    timer_arm(table->boundary_timer, wait_ms < BOUNDARY_MAX_MS ? wait_ms : BOUNDARY_MAX_MS);
}

static void set_listing(struct ad_table *table, struct ad_listing *listing)
{
    ad_listing_release(table->listing);
    table->listing = listing;
    table->is_listing_due = false; /* the boundary timer tells if it is out of date already */
    arm_boundary(table);
}

static void begin_listing(struct ad_table *table)
{
    table->is_listing_due = false;
    table->drafted = 0;
    table->draft = ad_listing_begin(clock_wall_us(), table->list_bytes);
}

static void add_slice(struct ad_table *table)
{
    size_t end_bytes = ad_listing_bytes(table->draft) + AD_SLICE_BYTES;
    for (size_t i = 0; i < AD_SLICE_ADS && ad_listing_bytes(table->draft) < end_bytes; i++) {
        if (table->drafted == table->ads.count) {
            set_listing(table, ad_listing_finish(table->draft));
            table->draft = NULL;
            return;
        }
        ad_listing_add(table->draft, &table->ads.ads[table->drafted++]);
    }
}

/* The one step in which the ads change. */
static void take_ads(struct ad_table *table, struct ad_reading_result *result)
{
    assert(table->garbage.ads == NULL && table->draft == NULL);
    table->garbage = table->ads;
    table->ads = result->ads;
    table->list_bytes = result->list_bytes;
    ad_faults_log(&result->parts, &table->parts, AD_FAULTS_PARTS, table->log);
    table->parts = result->parts;
    set_listing(table, result->listing);
    ad_snapshot_file_save(&table->snapshot, &result->snapshot);
    result->ads = (struct ad_set){.ads = NULL};
    result->listing = NULL;
    result->snapshot.text = NULL;
}

/* Where nothing has changed an ad may have begun or ended unnoticed: the clock was set, or stood
 * still with the machine. */
static void finish_reading(struct ad_table *table)
{
    struct ad_reading *reading = table->reading;
    struct ad_reading_result *result = ad_reading_result(reading);
    table->reading = NULL;
    ad_faults_log(&result->faults, &table->faults, AD_FAULTS_ROWS, table->log);
    table->faults = result->faults;
    if (result->is_changed)
        take_ads(table, result);
    else if (ad_listing_is_out_of_date(table->listing, clock_wall_us()))
        table->is_listing_due = true;
    ad_reading_free(reading);
    table->done(table->done_arg);
}

static void do_slice(struct ad_table *table)
{
    if (table->garbage.ads != NULL) {
        ad_set_clear_slice(&table->garbage);
    } else if (table->draft != NULL) {
        add_slice(table);
    } else if (table->reading != NULL) {
        if (ad_reading_step(table->reading))
            finish_reading(table);
    } else if (table->is_listing_due) {
        begin_listing(table);
    }
}

static bool note_saved(const struct ad_table *table, enum result result, const struct error *error)
{
    if (result == RESULT_FAILED)
        log_write(table->log, LOG_WARNING, "store", "ads not kept: %s", error->text);
    return result != RESULT_OK;
}

static void on_synced(void *arg, int reason)
{
    struct ad_table *table = arg;
    struct error error;
    if (note_saved(table, ad_snapshot_file_synced(&table->snapshot, reason, &error), &error))
        timer_arm(table->slice_timer, 0);
}

/* For a restart while the database is away. Returns whether there is more to write just now. */
static bool save_slice(struct ad_table *table)
{
    struct error error;
    if (table->sync.is_asked)
        return false;
    bool has_more = note_saved(table, ad_snapshot_file_step(&table->snapshot, &error), &error);
    if (table->snapshot.unsynced_fd < 0)
        return has_more;
    table->sync =
        (struct sync_job){.fd = table->snapshot.unsynced_fd, .done = on_synced, .arg = table};
    int reason = syncer_sync(table->syncer, &table->sync);
    return reason != SYNC_ASKED &&
           note_saved(table, ad_snapshot_file_synced(&table->snapshot, reason, &error), &error);
}

/* At the end, inline. */
static void save_rest(struct ad_table *table)
{
    struct error error;
    enum result result = RESULT_BUSY;
    if (table->sync.is_asked) {
        syncer_forget(table->syncer, &table->sync);
        ad_snapshot_file_restart(&table->snapshot);
    }
    while (result == RESULT_BUSY) {
        result = ad_snapshot_file_step(&table->snapshot, &error);
        if (table->snapshot.unsynced_fd >= 0) {
            int reason = fsync(table->snapshot.unsynced_fd) == 0 ? 0 : errno;
            result = ad_snapshot_file_synced(&table->snapshot, reason, &error);
        }
    }
    (void)note_saved(table, result, &error);
}

static void on_slice(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct ad_table *table = arg;
    do_slice(table);
    if (save_slice(table) || table->garbage.ads != NULL || table->draft != NULL ||
        table->reading != NULL || table->is_listing_due)
        timer_arm(table->slice_timer, 0);
}

static void on_boundary(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct ad_table *table = arg;
    table->is_listing_due = true;
    timer_arm(table->slice_timer, 0);
}

void ad_table_replace(struct ad_table *table, PGresult *rows, ad_table_done_fn done, void *arg)
{
    assert(table->reading == NULL);
    bool is_complete = table->listing != NULL && ad_snapshot_file_is_current(&table->snapshot);
    table->reading = ad_reading_new(rows, &table->ads, !is_complete);
    table->done = done;
    table->done_arg = arg;
    timer_arm(table->slice_timer, 0);
}

/* It has read no ad before the garbage was gone. */
void ad_table_cancel(struct ad_table *table)
{
    if (table->reading == NULL)
        return;
    struct ad_set *ads = &ad_reading_result(table->reading)->ads;
    if (table->garbage.ads == NULL) {
        table->garbage = *ads;
        *ads = (struct ad_set){.ads = NULL};
    }
    ad_reading_free(table->reading);
    table->reading = NULL;
}

static void read_creatives(struct ad_table *table)
{
    static const struct ad_faults none = {0};
    for (size_t i = 0; i < table->ads.count; i++) {
        ad_creative_read(&table->ads.ads[i]);
        ad_faults_add_parts(&table->parts, &table->ads.ads[i]);
    }
    ad_faults_log(&table->parts, &none, AD_FAULTS_PARTS, table->log);
}

static void load_snapshot(struct ad_table *table)
{
    size_t left_out;
    if (ad_snapshot_file_load(&table->snapshot, &table->ads.ads, &table->ads.count, &left_out) !=
        RESULT_OK)
        return;
    if (left_out > 0)
        log_write(table->log, LOG_WARNING, "store",
                  "unreadable ads of the snapshot left out count=%zu", left_out);
    read_creatives(table);
    begin_listing(table);
    while (table->draft != NULL)
        add_slice(table);
}

static double read_unreadable(void *arg)
{
    return (double)((const struct ad_table *)arg)->faults.count;
}

struct ad_table *ad_table_new(struct event_base *base, struct directory *directory,
                              struct syncer *syncer, const char *public_url,
                              struct metrics *metrics, struct log *log)
{
    struct ad_table *table = memory_zeroed(sizeof *table);
    table->public_url = public_url;
    table->rendered =
        metrics_counter(metrics, "adtracker_documents_rendered_total",
                        "Documents made of ads, each once a change for all answers.", "");
    table->syncer = syncer;
    table->log = log;
    ad_snapshot_file_init(&table->snapshot, directory);
    table->slice_timer = memory_required(event_new(base, -1, 0, on_slice, table));
    table->boundary_timer = memory_required(event_new(base, -1, 0, on_boundary, table));
    metrics_gauge(metrics, "adtracker_ads_unreadable",
                  "Rows of the table ads that are left out: a value can't be read, or another row "
                  "has the id.",
                  "", read_unreadable, table);
    load_snapshot(table);
    return table;
}

void ad_table_free(struct ad_table *table)
{
    if (table == NULL)
        return;
    save_rest(table);
    event_free(table->slice_timer);
    event_free(table->boundary_timer);
    ad_reading_free(table->reading);
    ad_listing_discard(table->draft);
    ad_listing_release(table->listing);
    ad_set_clear(&table->garbage);
    ad_set_clear(&table->ads);
    ad_snapshot_file_clear(&table->snapshot);
    free(table);
}
