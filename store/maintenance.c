/* Keeps the database in order, on a connection of its own. */
#include "store/maintenance.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/news.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/base/backoff.h"
#include "store/database/conn.h"
#include "store/database/own_schema.h"
#include "store/database/sqlstate.h"

enum { SILENT_TEXT_SIZE = 256 };
enum { LOOK_MS = 1000, CALL_TIMEOUT_MS = 35000, MINUTE_S = 60, HOUR_S = 3600 };

/* Of the usual backoff, which is made for batches: half a minute at most. */
enum { BACKOFF_TIMES = 10 };

/* In the order in which they take turns. */
enum {
    CLOSE,
    ROLL_UP,
    FOLD,
    BRING_OVER,
    PARTITIONS,
    ADDRESSES,
    SUMMARIZE,
    HEARTBEAT,
    REST,
    SILENT,
    STATE,
    CHORES
};

/* What there is to do: how often; each call answers whether there is more to do at once. What is
 * done lane by lane has the lane as its one parameter: so Citus hands it on to the lane's node. The
 * heartbeat takes a transaction's number, so that there is a commit for replicas to show. */
static const struct {
    const char *name;
    const char *sql;
    uint32_t every_s;
    int parameters;
    bool is_by_lane;
} chores[CHORES] = {
    [CLOSE] = {"close_minutes", "SELECT close_minutes($1::smallint, now())", MINUTE_S, 1, true},
    [ROLL_UP] = {"roll_up", "SELECT roll_up($1::smallint)", MINUTE_S / 6, 1, true},
    [FOLD] = {"fold_late", "SELECT fold_late($1::smallint)", MINUTE_S / 6, 1, true},
    [BRING_OVER] = {"bring_over", "SELECT bring_over()", MINUTE_S},
    [PARTITIONS] = {"maintain", "SELECT maintain(now(), $1::integer)", HOUR_S, 1},
    [ADDRESSES] = {"expire_addresses", "SELECT expire_addresses($1::smallint, $2::integer)",
                   MINUTE_S, 2, true},
    [SUMMARIZE] = {"summarize_events", "SELECT summarize_events()", MINUTE_S / 6},
    [HEARTBEAT] = {"heartbeat", "SELECT pg_current_xact_id() IS NULL", MINUTE_S / 3},
    [REST] = {"note_rest", "SELECT note_rest($1::uuid, $2::bigint)", MINUTE_S, 2},
    [SILENT] = {"silent_ads",
                "SELECT false, count(*), coalesce(string_agg(ad_id::text, ',' ORDER BY place) "
                "FILTER (WHERE place <= 20), '') FROM silent_ads() WITH ORDINALITY "
                "AS s (ad_id, impressions, place)",
                5 * MINUTE_S},
    [STATE] = {"maintenance_state", "SELECT * FROM maintenance_report($1::uuid)", MINUTE_S / 6, 1},
};

/* The server's own limit on a call: making a month of many ads takes longer than a batch may. */
static const char own_sql[] = OWN_SCHEMA_SQL "SET statement_timeout = '30s'";

struct chore {
    int64_t due_us; /* monotonic */
    struct backoff backoff;
    uint32_t lane;     /* the next one's turn, of what is done lane by lane */
    bool lanes_failed; /* one of them, in this round */
};

struct maintenance {
    struct db_conn *conn;
    struct db_settings conn_settings;
    struct log *log;
    struct event *timer;
    struct chore chores[CHORES];
    int present; /* the chore in flight, or the one that was last */
    struct news failures;
    struct counter *failed[CHORES];
    double lag_seconds; /* when it was told */
    int64_t told_us;    /* monotonic, or when it was first to be asked for; 0 = not yet */
    double late_rows;
    double events_from_s;    /* since 1970: from when on events are kept; 0 = all are there */
    double addresses_from_s; /* likewise, before when no address is kept; 0 = all are */
    int64_t heard_us;        /* since 1970: when that was; 0 = not yet */
    double silent_ads;
    char told_ads[SILENT_TEXT_SIZE]; /* the first of them, as they were told in the log last */
    uint32_t others;                 /* servers that stored something of late */
    uint32_t lanes;                  /* of the database, as it told last */
    struct maintenance_settings settings;
    char retention_days[sizeof "4294967295"];
    char address_days[sizeof "4294967295"];
    char waiting[sizeof "9223372036854775807"]; /* events, when that was told last */
    char lane[sizeof "4294967295"];             /* of the call in flight */
    bool is_bringing_over;
};

static void call_next(struct maintenance *maintenance);

static void take_state(struct maintenance *maintenance, const PGresult *rows)
{
    maintenance->lag_seconds = strtod(PQgetvalue(rows, 0, 1), NULL);
    maintenance->told_us = clock_monotonic_us();
    maintenance->late_rows = strtod(PQgetvalue(rows, 0, 2), NULL);
    maintenance->events_from_s = strtod(PQgetvalue(rows, 0, 3), NULL);
    maintenance->addresses_from_s = strtod(PQgetvalue(rows, 0, 4), NULL);
    maintenance->others = (uint32_t)strtoul(PQgetvalue(rows, 0, 5), NULL, 10);
    maintenance->lanes = (uint32_t)strtoul(PQgetvalue(rows, 0, 6), NULL, 10);
    maintenance->heard_us = clock_wall_us();
}

/* Which they are is told whenever it is others. */
static void take_silent_ads(struct maintenance *maintenance, const PGresult *rows)
{
    const char *ads = PQgetvalue(rows, 0, 2);
    maintenance->silent_ads = strtod(PQgetvalue(rows, 0, 1), NULL);
    if (strncmp(ads, maintenance->told_ads, sizeof maintenance->told_ads - 1) == 0)
        return;
    (void)snprintf(maintenance->told_ads, sizeof maintenance->told_ads, "%s", ads);
    if (ads[0] == '\0')
        log_write(maintenance->log, LOG_INFO, "store",
                  "all ads that were shown at these hours a day ago are shown again");
    else
        log_write(maintenance->log, LOG_WARNING, "store",
                  "ads are not shown any more that were at these hours a day ago count=%.0f ads=%s",
                  maintenance->silent_ads, maintenance->told_ads);
}

static void tell_of_bringing_over(struct maintenance *maintenance, bool has_more)
{
    if (has_more == maintenance->is_bringing_over)
        return;
    maintenance->is_bringing_over = has_more;
    log_write(maintenance->log, LOG_INFO, "store",
              has_more ? "maintenance: brings over what an older version has stored"
                       : "maintenance: what an older version has stored is brought over");
}

static void put_off(struct maintenance *maintenance)
{
    struct chore *chore = &maintenance->chores[maintenance->present];
    uint32_t random;
    evutil_secure_rng_get_bytes(&random, sizeof random);
    chore->due_us = clock_monotonic_us() +
                    (int64_t)backoff_next(&chore->backoff, random) * BACKOFF_TIMES * 1000;
}

/* The present chore is done: in this lane, and it is the next one's turn at once; or altogether. */
static void end_turn(struct maintenance *maintenance)
{
    struct chore *chore = &maintenance->chores[maintenance->present];
    if (chores[maintenance->present].is_by_lane && ++chore->lane < maintenance->lanes)
        return;
    bool has_failed = chore->lanes_failed;
    chore->lane = 0;
    chore->lanes_failed = false;
    if (has_failed) {
        put_off(maintenance);
        return;
    }
    backoff_reset(&chore->backoff);
    chore->due_us = clock_monotonic_us() + (int64_t)chores[maintenance->present].every_s * 1000000;
}

static void take_answer(struct maintenance *maintenance, const PGresult *rows)
{
    bool has_more = PQntuples(rows) == 1 && PQgetvalue(rows, 0, 0)[0] == 't';
    db_conn_note_success(maintenance->conn);
    if (maintenance->present == STATE && PQntuples(rows) == 1)
        take_state(maintenance, rows);
    if (maintenance->present == SILENT && PQntuples(rows) == 1)
        take_silent_ads(maintenance, rows);
    if (maintenance->present == BRING_OVER)
        tell_of_bringing_over(maintenance, has_more);
    if (!has_more)
        end_turn(maintenance);
}

/* The others go on, and the other lanes: what keeps one may be its own, and of several lanes one
 * may lie on a node that is down. Of a server that is of no use the connection tells. */
static void take_failure(struct maintenance *maintenance, const struct db_reply *reply)
{
    const char *name = chores[maintenance->present].name;
    char reason[200];
    char text[260];
    bool is_of_a_lane = chores[maintenance->present].is_by_lane && maintenance->lanes > 1;
    maintenance->chores[maintenance->present].lanes_failed = true;
    end_turn(maintenance);
    counter_add(maintenance->failed[maintenance->present], 1);
    sqlstate_describe(reason, sizeof reason, reply->sqlstate, reply->message);
    (void)snprintf(text, sizeof text, "%s failed %s", name, reason);
    if (sqlstate_fault(reply->sqlstate) == SQL_FAULT_RECONNECT && !is_of_a_lane) {
        db_conn_reconnect(maintenance->conn, text);
        return;
    }
    if (news_is(&maintenance->failures, text, clock_monotonic_us()))
        log_write(maintenance->log, LOG_WARNING, "store", "maintenance: %s", text);
    (void)db_conn_note_failure(maintenance->conn);
}

static void on_answer(void *arg, const struct db_reply *reply)
{
    struct maintenance *maintenance = arg;
    if (reply->outcome == DB_LOST)
        return;
    if (reply->outcome == DB_OK)
        take_answer(maintenance, reply->rows);
    else
        take_failure(maintenance, reply);
    call_next(maintenance);
}

static void call_chore(struct maintenance *maintenance, int chore)
{
    uint64_t count = chore == REST ? maintenance->settings.waiting(maintenance->settings.arg) : 0;
    (void)snprintf(maintenance->waiting, sizeof maintenance->waiting, "%" PRIu64,
                   count < INT64_MAX ? count : INT64_MAX);
    (void)snprintf(maintenance->lane, sizeof maintenance->lane, "%" PRIu32,
                   maintenance->chores[chore].lane);
    const char *const values[] = {chores[chore].is_by_lane ? maintenance->lane
                                  : chore == PARTITIONS    ? maintenance->retention_days
                                                           : maintenance->settings.journal,
                                  chore == ADDRESSES ? maintenance->address_days
                                                     : maintenance->waiting};
    const struct db_query query = {.sql = chores[chore].sql,
                                   .parameter_count = chores[chore].parameters,
                                   .values = values,
                                   .timeout_ms = CALL_TIMEOUT_MS};
    maintenance->present = chore;
    db_conn_query(maintenance->conn, &query, on_answer, maintenance);
}

/* The next chore in turn that is due. */
static void call_next(struct maintenance *maintenance)
{
    int64_t now_us = clock_monotonic_us();
    if (!db_conn_is_ready(maintenance->conn))
        return;
    for (int i = 1; i <= CHORES; i++) {
        int next = (maintenance->present + i) % CHORES;
        if (maintenance->chores[next].due_us > now_us)
            continue;
        call_chore(maintenance, next);
        return;
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    call_next(arg);
}

static void on_ready(void *arg)
{
    call_next(arg);
}

/* What was in flight is still due. */
static void on_lost(void *arg)
{
    (void)arg;
}

/* While nobody tells, as when the connection can't be had, nothing is rolled up for all we know. */
static double read_lag(void *arg)
{
    const struct maintenance *maintenance = arg;
    if (maintenance->told_us == 0)
        return 0;
    return maintenance->lag_seconds + (double)(clock_monotonic_us() - maintenance->told_us) / 1e6;
}

static double read_late_rows(void *arg)
{
    return ((const struct maintenance *)arg)->late_rows;
}

static double read_silent_ads(void *arg)
{
    return ((const struct maintenance *)arg)->silent_ads;
}

static double read_events_from(void *arg)
{
    return ((const struct maintenance *)arg)->events_from_s;
}

static double read_addresses_from(void *arg)
{
    return ((const struct maintenance *)arg)->addresses_from_s;
}

static void add_metrics(struct maintenance *maintenance, struct metrics *metrics)
{
    for (size_t i = 0; i < CHORES; i++) {
        char labels[64];
        (void)metrics_label(labels, sizeof labels, "call", chores[i].name);
        maintenance->failed[i] =
            metrics_counter(metrics, "adtracker_maintenance_failures_total",
                            "Calls of the database's maintenance that were refused.", labels);
    }
    metrics_gauge(metrics, "adtracker_rollup_lag_seconds",
                  "How far behind the clock the counts are rolled up; half an hour is usual.", "",
                  read_lag, maintenance);
    metrics_gauge(metrics, "adtracker_late_count_rows",
                  "Counts of late events that are not yet folded into the others.", "",
                  read_late_rows, maintenance);
    metrics_gauge(metrics, "adtracker_silent_ads",
                  "Ads that are available and have not been shown for six hours, though they were "
                  "20 times or more in the same hours a day ago.",
                  "", read_silent_ads, maintenance);
    metrics_gauge(metrics, "adtracker_events_from_timestamp_seconds",
                  "From when on the database keeps events; 0 = it has all of them.", "",
                  read_events_from, maintenance);
    metrics_gauge(metrics, "adtracker_addresses_from_timestamp_seconds",
                  "From when on the database keeps viewers' addresses; 0 = it has all of them.", "",
                  read_addresses_from, maintenance);
}

struct maintenance *maintenance_new(struct event_base *base, const struct db_target *target,
                                    const struct maintenance_settings *settings,
                                    struct metrics *metrics, struct log *log)
{
    struct maintenance *maintenance = memory_zeroed(sizeof *maintenance);
    maintenance->settings = *settings;
    maintenance->log = log;
    maintenance->present = CHORES - 1;
    maintenance->lanes = 1;
    (void)snprintf(maintenance->retention_days, sizeof maintenance->retention_days, "%" PRIu32,
                   settings->retention_days);
    (void)snprintf(maintenance->address_days, sizeof maintenance->address_days, "%" PRIu32,
                   settings->address_days);
    maintenance->conn_settings = (struct db_settings){.name = "maintenance", .own_sql = own_sql};
    const struct db_listener listener = {
        .on_ready = on_ready, .on_lost = on_lost, .arg = maintenance};
    maintenance->conn =
        db_conn_new(base, target, &maintenance->conn_settings, listener, metrics, log);
    maintenance->timer = memory_required(event_new(base, -1, EV_PERSIST, on_timer, maintenance));
    timer_arm(maintenance->timer, LOOK_MS);
    add_metrics(maintenance, metrics);
    return maintenance;
}

void maintenance_free(struct maintenance *maintenance)
{
    if (maintenance == NULL)
        return;
    db_conn_free(maintenance->conn);
    event_free(maintenance->timer);
    free(maintenance);
}

void maintenance_start(struct maintenance *maintenance)
{
    if (maintenance->told_us == 0)
        maintenance->told_us = clock_monotonic_us();
    db_conn_start(maintenance->conn);
}

void maintenance_stop(struct maintenance *maintenance)
{
    db_conn_stop(maintenance->conn);
}

struct maintenance_news maintenance_tell(const struct maintenance *maintenance)
{
    return (struct maintenance_news){.is_connected = db_conn_is_up(maintenance->conn),
                                     .told_us = maintenance->heard_us,
                                     .instances = maintenance->others + 1};
}
