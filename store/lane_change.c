/* Another number of lanes, step by step. */
#include "store/lane_change.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/digits.h"
#include "protocol/memory.h"
#include "store/database/conn.h"
#include "store/database/migration.h"
#include "store/database/target.h"
#include "store/ingest/lane_queue.h"

/* A database that is away for longer is waited for by whoever runs the command again. A step moves
 * so many keys that it ends within a minute or so. */
enum { CONNECT_PATIENCE_MS = 15000, STEP_TIMEOUT_MS = 20 * 60 * 1000, ASK_TIMEOUT_MS = 60000 };
enum { SIGNALS = 2, LANES_DIGITS_MAX = 2 };

struct lane_change {
    const struct lane_change_settings *settings;
    struct error *error;
    enum result result;
    bool is_connected; /* it has been, once */
    bool is_stopping;  /* by a signal: when the step in hand is done */
    bool is_ended;
    struct event_base *base;
    struct event *patience; /* with the database that is to be connected */
    struct event *signals[SIGNALS];
    struct metrics *metrics;
    struct db_target target;
    struct db_settings conn_settings;
    struct db_conn *conn;
    struct migration *migration;
};

/* The loop ends, and nothing is freed before: this runs inside of callbacks. */
static void end(struct lane_change *change, enum result result)
{
    change->result = result;
    change->is_ended = true;
    (void)event_base_loopbreak(change->base);
}

static void fail(struct lane_change *change, const char *reason)
{
    if (!change->is_ended)
        end(change, error_set(change->error, RESULT_FAILED, "%s", reason));
}

/* Returns whether it is none. Of a connection that is lost on_lost() tells. */
static bool is_answered(struct lane_change *change, const struct db_reply *reply)
{
    bool is_ours = strncmp(reply->sqlstate, "VA", 2) == 0; /* such words hold no values */
    if (reply->outcome == DB_ERROR)
        end(change, error_set(change->error, RESULT_FAILED, "the database refuses, sqlstate=%s%s%s",
                              reply->sqlstate, is_ours ? ": " : "", is_ours ? reply->message : ""));
    return reply->outcome == DB_OK;
}

static void ask_next_step(struct lane_change *change);

static void on_step_done(void *arg, const struct db_reply *reply)
{
    struct lane_change *change = arg;
    if (!is_answered(change, reply))
        return;
    if (change->is_stopping)
        fail(change, "stopped; run again it goes on where it was");
    else
        ask_next_step(change);
}

static void on_next_step(void *arg, const struct db_reply *reply)
{
    struct lane_change *change = arg;
    if (!is_answered(change, reply))
        return;
    (void)fprintf(change->settings->out, "%s\n", PQgetvalue(reply->rows, 0, 1));
    (void)fflush(change->settings->out);
    if (PQgetisnull(reply->rows, 0, 0) != 0) {
        end(change, RESULT_OK);
        return;
    }
    const struct db_query query = {.sql = PQgetvalue(reply->rows, 0, 0),
                                   .timeout_ms = STEP_TIMEOUT_MS};
    db_conn_query(change->conn, &query, on_step_done, change);
}

static void ask_next_step(struct lane_change *change)
{
    const char *values[] = {change->settings->lanes};
    const struct db_query query = {
        .sql = "SELECT statement, progress FROM next_lane_step($1::integer)",
        .parameter_count = 1,
        .values = values,
        .timeout_ms = ASK_TIMEOUT_MS};
    db_conn_query(change->conn, &query, on_next_step, change);
}

static void on_migrated(void *arg, enum result result, const struct error *error)
{
    struct lane_change *change = arg;
    if (result == RESULT_FAILED)
        fail(change, error->text);
    else if (result == RESULT_OK)
        ask_next_step(change);
}

static void on_ready(void *arg)
{
    struct lane_change *change = arg;
    if (change->is_connected)
        return;
    change->is_connected = true;
    event_del(change->patience);
    migration_start(change->migration, on_migrated, change);
}

static void on_lost(void *arg)
{
    fail(arg, "the connection to the database was lost; run again it goes on where it was");
}

static void on_patience(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    fail(arg, "the database cannot be reached, nothing is changed");
}

/* A second one does not wait for the step in hand, which the database ends or undoes. */
static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    struct lane_change *change = arg;
    if (change->is_stopping || !change->is_connected)
        fail(change, "stopped; run again it goes on where it was");
    change->is_stopping = true;
}

static void open_database(struct lane_change *change, struct log *log)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT};
    const struct db_listener listener = {.on_ready = on_ready, .on_lost = on_lost, .arg = change};
    change->base = memory_required(event_base_new());
    change->metrics = metrics_new();
    change->patience = memory_required(event_new(change->base, -1, 0, on_patience, change));
    timer_arm(change->patience, CONNECT_PATIENCE_MS);
    for (size_t i = 0; i < SIGNALS; i++) {
        change->signals[i] =
            memory_required(evsignal_new(change->base, numbers[i], on_signal, change));
        (void)event_add(change->signals[i], NULL);
    }
    change->conn_settings =
        (struct db_settings){.name = "lanes", .own_sql = "SET statement_timeout = 0"};
    change->conn = db_conn_new(change->base, &change->target, &change->conn_settings, listener,
                               change->metrics, log);
    change->migration = migration_new(change->conn, false, log);
}

static void close_database(struct lane_change *change)
{
    db_conn_free(change->conn);
    (void)event_base_loop(change->base, EVLOOP_NONBLOCK); /* what the resolver has under way */
    migration_free(change->migration);
    event_free(change->patience);
    for (size_t i = 0; i < SIGNALS; i++)
        event_free(change->signals[i]);
    metrics_free(change->metrics);
    event_base_free(change->base);
}

static bool is_number_of_lanes(const char *text)
{
    uint64_t lanes;
    return digits_read(text, strlen(text), LANES_DIGITS_MAX, &lanes) && lanes > 0 &&
           lanes <= LANES_MAX && (lanes & (lanes - 1)) == 0;
}

enum result lane_change(const struct lane_change_settings *settings, struct log *log,
                        struct error *error)
{
    struct lane_change change = {.settings = settings, .error = error};
    struct error reason = {""};
    if (!is_number_of_lanes(settings->lanes))
        return error_set(error, RESULT_INVALID, "%s is no power of two from 1 to %d",
                         settings->lanes, LANES_MAX);
    if (db_target_init(&change.target, settings->db_conn, &reason) != RESULT_OK)
        return error_set(error, RESULT_FAILED, "DB_CONN: %s", reason.text);
    open_database(&change, log);
    db_conn_start(change.conn);
    (void)event_base_dispatch(change.base);
    close_database(&change);
    db_target_clear(&change.target);
    return change.result;
}
