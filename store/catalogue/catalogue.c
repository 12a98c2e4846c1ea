/* The ads as the database has them, loaded whenever they may have changed. */
#include "store/catalogue/catalogue.h"

#include <stdlib.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/timer.h"
#include "protocol/ad.h"
#include "protocol/memory.h"
#include "store/catalogue/ad_columns.h"
#include "store/catalogue/ad_rows.h"
#include "store/catalogue/ad_table.h"
#include "store/catalogue/ad_trouble.h"
#include "store/database/conn.h"
#include "store/database/own_schema.h"

enum {
    LOAD_TIMEOUT_MS = 8000,
    TYPE_TIMEOUT_MS = 2000,
    POLL_MS = 30000,
};

/*
 * A load is a query for the rows, another one for each type that is not known, and what the table
 * then does with them. `is_fresh` says that the ads are what the database holds now, as far as we
 * can know.
 */
struct catalogue {
    struct log *log;
    struct ad_table *table;
    struct db_conn *conn;
    struct db_settings conn_settings;
    char *load_sql;               /* owned */
    struct ad_columns columns;    /* what is known of types on this connection */
    const struct ad_field *unfit; /* the column whose type is asked for */
    Oid unfit_type;
    bool is_fresh;
    bool is_changed; /* a change was announced during a load or a ping: load again */
    struct ad_trouble trouble;
    catalogue_silent_fn silent;
    void *silent_arg;
    struct event *poll_timer; /* the next load; soon after a failure */
};

/* SQL_ASCII knows no encodings: there the server would check each text as it sends it, and fail the
 * whole query for one that is not UTF-8. It sends every byte as it is to a client that asks for no
 * encoding either. */
static const char own_sql[] =
    "SELECT set_config('client_encoding', CASE current_setting('server_encoding') "
    "WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END, false); " OWN_SCHEMA_SQL
        OWN_SCHEMA_LISTEN_SQL;

static void load(struct catalogue *catalogue);

struct ad_listing *catalogue_listing(struct catalogue *catalogue)
{
    return ad_table_listing(catalogue->table);
}

const char *catalogue_trouble(const struct catalogue *catalogue)
{
    if (!db_conn_is_up(catalogue->conn))
        return "the database is unreachable";
    return ad_trouble_text(&catalogue->trouble);
}

static void retry_later(struct catalogue *catalogue)
{
    catalogue->is_fresh = false;
    if (!db_conn_note_failure(catalogue->conn))
        timer_arm(catalogue->poll_timer, ad_trouble_wait_ms(&catalogue->trouble));
}

static void on_replaced(void *arg)
{
    struct catalogue *catalogue = arg;
    if (!catalogue->is_fresh)
        log_write(catalogue->log, LOG_INFO, "store", "ads loaded count=%zu",
                  ad_table_count(catalogue->table));
    catalogue->is_fresh = true;
    db_conn_note_success(catalogue->conn);
    ad_trouble_clear(&catalogue->trouble);
    timer_arm(catalogue->poll_timer, POLL_MS);
    if (catalogue->is_changed)
        load(catalogue);
}

static void on_type(void *arg, const struct db_reply *reply)
{
    struct catalogue *catalogue = arg;
    char type[AD_TYPE_NAME_SIZE];
    if (reply->outcome == DB_LOST)
        return;
    if (reply->outcome == DB_ERROR) {
        ad_trouble_refused(&catalogue->trouble, reply, catalogue->log);
        retry_later(catalogue);
    } else if (ad_columns_take_type(&catalogue->columns, catalogue->unfit, catalogue->unfit_type,
                                    reply->rows, type)) {
        load(catalogue);
    } else {
        ad_trouble_unfit(&catalogue->trouble, catalogue->unfit, type, catalogue->log);
        retry_later(catalogue);
    }
}

static void ask_type(struct catalogue *catalogue)
{
    char sql[AD_COLUMNS_SQL_SIZE];
    ad_columns_select_type(catalogue->unfit_type, sql);
    const struct db_query query = {.sql = sql, .timeout_ms = TYPE_TIMEOUT_MS};
    db_conn_query(catalogue->conn, &query, on_type, catalogue);
}

static void on_loaded(void *arg, const struct db_reply *reply)
{
    struct catalogue *catalogue = arg;
    if (reply->outcome == DB_LOST)
        return;
    if (reply->outcome == DB_ERROR) {
        ad_trouble_refused(&catalogue->trouble, reply, catalogue->log);
        retry_later(catalogue);
        return;
    }
    catalogue->unfit =
        ad_columns_find_unfit(&catalogue->columns, reply->rows, &catalogue->unfit_type);
    if (catalogue->unfit != NULL)
        ask_type(catalogue);
    else
        ad_table_replace(catalogue->table, db_reply_take_rows(reply), on_replaced, catalogue);
}

static void load(struct catalogue *catalogue)
{
    catalogue->is_changed =
        !db_conn_is_ready(catalogue->conn) || ad_table_is_replacing(catalogue->table);
    if (catalogue->is_changed)
        return;
    const struct db_query query = {
        .sql = catalogue->load_sql, .has_binary_results = true, .timeout_ms = LOAD_TIMEOUT_MS};
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
    struct catalogue *catalogue = arg;
    catalogue->columns = (struct ad_columns){{0}};
    load(catalogue);
}

/* What was being loaded is left alone: whether it is still so nobody knows. */
static void on_lost(void *arg)
{
    struct catalogue *catalogue = arg;
    catalogue->is_fresh = false;
    ad_table_cancel(catalogue->table);
    event_del(catalogue->poll_timer);
}

static void on_notify(void *arg, const char *channel)
{
    (void)channel;
    load(arg);
}

bool catalogue_has_ads(const struct catalogue *catalogue)
{
    return ad_table_has_listing(catalogue->table);
}

const struct ad *catalogue_ad(const struct catalogue *catalogue, int32_t id)
{
    return ad_table_find(catalogue->table, id);
}

enum nofill_reason catalogue_pick(struct catalogue *catalogue, enum document_kind kind,
                                  int64_t now_us, const struct ad **ad)
{
    return ad_table_pick(catalogue->table, kind, now_us, ad);
}

const struct document *catalogue_document(struct catalogue *catalogue, const struct ad *ad,
                                          enum document_kind kind)
{
    return ad_table_document(catalogue->table, ad, kind);
}

enum ad_standing catalogue_find(const struct catalogue *catalogue, int32_t ad_id)
{
    const struct ad *ad = ad_table_find(catalogue->table, ad_id);
    if (ad != NULL && !ad_takes_events(ad, clock_wall_us()))
        return AD_UNKNOWN;
    if (ad_table_has(catalogue->table, ad_id))
        return AD_KNOWN;
    return catalogue->is_fresh ? AD_UNKNOWN : AD_UNDECIDED;
}

struct catalogue *catalogue_new(struct event_base *base, const struct db_target *target,
                                struct directory *directory, struct syncer *syncer,
                                const char *public_url, struct metrics *metrics, struct log *log)
{
    struct catalogue *catalogue = memory_zeroed(sizeof *catalogue);
    catalogue->log = log;
    catalogue->table = ad_table_new(base, directory, syncer, public_url, metrics, log);
    catalogue->load_sql = ad_rows_select();
    catalogue->conn_settings = (struct db_settings){.name = "catalogue", .own_sql = own_sql};
    const struct db_listener listener = {
        .on_ready = on_ready, .on_lost = on_lost, .on_notify = on_notify, .arg = catalogue};
    catalogue->conn = db_conn_new(base, target, &catalogue->conn_settings, listener, metrics, log);
    catalogue->poll_timer = memory_required(event_new(base, -1, 0, on_poll, catalogue));
    return catalogue;
}

void catalogue_free(struct catalogue *catalogue)
{
    if (catalogue == NULL)
        return;
    db_conn_free(catalogue->conn);
    event_free(catalogue->poll_timer);
    ad_table_free(catalogue->table);
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
