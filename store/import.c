/* Brings into the database what it lacks of a journal that no server works on. */
#include "store/import.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include <event2/event.h>
#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/metrics.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/database/conn.h"
#include "store/database/migration.h"
#include "store/database/target.h"
#include "store/ingest/batch.h"
#include "store/ingest/batch_outcome.h"
#include "store/ingest/gaps.h"
#include "store/ingest/import_calls.h"
#include "store/ingest/import_source.h"
#include "store/ingest/lane_queue.h"
#include "store/ingest/session.h"
#include "store/journal/salvage.h"

/* Short ones: whoever ends it waits for one. */
enum { BATCH_ROWS = 2000, SIGNALS = 2 };

_Static_assert((int)BATCH_ROWS <= (int)BATCH_ROWS_MAX, "a batch has room");

/* A database that is away for longer is waited for by whoever runs the command again. */
enum { CONNECT_PATIENCE_MS = 15000 };

enum import_state {
    IMPORT_CONNECTING, /* the timer ends our patience */
    IMPORT_MIGRATING,  /* the schema is brought up to date, as by a server */
    IMPORT_COUNTING,   /* how many lanes there are */
    IMPORT_READING,    /* the timer goes on with it in the next turn */
    IMPORT_ASKING,     /* how far the run is stored, lane by lane */
    IMPORT_SENDING,    /* a batch */
    IMPORT_RETRYING,   /* it met a passing fault; the timer sends it again */
    IMPORT_ENDED,
};

struct import {
    const struct import_settings *settings;
    struct log *log;
    struct error *error;
    enum result result;
    enum import_state state;
    bool is_stopping; /* by a signal: when the batch in flight is answered */
    struct event_base *base;
    struct event *timer; /* the state's; armed by set_state() alone */
    struct event *signals[SIGNALS];
    struct metrics *metrics;
    struct db_target target;
    struct db_settings conn_settings;
    struct db_conn *conn;
    struct migration *migration;
    struct import_source source;
    struct import_lanes lanes;
    unsigned asked;           /* of so many lanes how far the run is stored */
    struct import_lane *lane; /* that is being sent */
    struct batch *batch;      /* the head of its queue, while sending */
    struct batch_outcome outcomes[LANES_MAX];
    char gaps[GAPS_TEXT_SIZE];
    struct import_counts counts; /* of what was sent */
};

static void set_state(struct import *import, enum import_state state, uint32_t wait_ms)
{
    import->state = state;
    if (state == IMPORT_READING || wait_ms > 0)
        timer_arm(import->timer, wait_ms);
    else
        event_del(import->timer);
}

/* The loop ends, and nothing is freed before: this runs inside of callbacks. */
static void end(struct import *import, enum result result)
{
    import->result = result;
    set_state(import, IMPORT_ENDED, 0);
    (void)event_base_loopbreak(import->base);
}

static void fail(struct import *import, const char *reason)
{
    end(import, error_set(import->error, RESULT_FAILED, "%s", reason));
}

static void fail_refused(struct import *import, const struct db_reply *reply)
{
    bool is_ours = strncmp(reply->sqlstate, "VA", 2) == 0; /* such words hold no values */
    end(import, error_set(import->error, RESULT_FAILED, "the database refuses, sqlstate=%s%s%s",
                          reply->sqlstate, is_ours ? ": " : "", is_ours ? reply->message : ""));
}

static void on_position(void *arg, const struct db_reply *reply);
static void on_batch(void *arg, const struct db_reply *reply);

static struct batch_outcome *outcome_of(struct import *import)
{
    return &import->outcomes[import->lane - import->source.lanes];
}

static void send_batch(struct import *import)
{
    const struct import_source *source = &import->source;
    const struct batch_outcome *outcome = outcome_of(import);
    batch_fill(import->batch, import->lane->queue, batch_outcome_limit(outcome));
    struct import_scope scope = {.lanes = import->lanes,
                                 .lane = (unsigned)(import->lane - source->lanes),
                                 .run = &source->run,
                                 .is_forced = import->settings->is_forced};
    if (import->lanes.count > 1) {
        gaps_write(&source->gaps, import->lane->sent, batch_last_sequence(import->batch),
                   import->gaps);
        scope.gaps = import->gaps;
    }
    set_state(import, IMPORT_SENDING, 0);
    import_send_batch(import->conn, &scope, import->batch, batch_outcome_reject_reason(outcome),
                      on_batch, import);
}

static void ask_position(struct import *import)
{
    set_state(import, IMPORT_ASKING, 0);
    import_ask_position(import->conn, import->asked, &import->source.run, on_position, import);
}

static void enter_next_run(struct import *import)
{
    if (import_source_next_run(&import->source) == NULL) {
        end(import, import_source_result(&import->source, import->error));
        return;
    }
    import->asked = 0;
    ask_position(import);
}

static void go_on(struct import *import)
{
    if (import->is_stopping) {
        fail(import, "stopped; run again it goes on where it was");
    } else if (!import_source_read(&import->source, BATCH_ROWS)) {
        set_state(import, IMPORT_READING, 0);
    } else {
        import->lane = import_source_fullest(&import->source);
        if (import->lane != NULL)
            send_batch(import);
        else
            enter_next_run(import);
    }
}

/* Of a connection that is lost on_lost() tells. */
static void on_position(void *arg, const struct db_reply *reply)
{
    struct import *import = arg;
    uint64_t position;
    if (reply->outcome == DB_ERROR)
        fail_refused(import, reply);
    if (reply->outcome != DB_OK)
        return;
    bool is_known = import_read_position(reply->rows, &position);
    import_source_place(&import->source, import->asked++, is_known, position);
    if (import->asked < import->lanes.count) {
        ask_position(import);
        return;
    }
    import_source_enter(&import->source);
    go_on(import);
}

static void on_lanes(void *arg, const struct db_reply *reply)
{
    struct import *import = arg;
    if (reply->outcome == DB_ERROR)
        fail_refused(import, reply);
    if (reply->outcome != DB_OK)
        return;
    import->lanes = import_read_lanes(reply->rows);
    if (import->lanes.count == 0 || import->lanes.count > LANES_MAX) {
        fail(import, import->lanes.count == 0
                         ? "the number of lanes is being changed; run again when that is done"
                         : "the database has more lanes than this version of the program knows");
        return;
    }
    import_source_set_lanes(&import->source, import->lanes.count);
    go_on(import);
}

static void take_stored(struct import *import, const struct db_reply *reply)
{
    uint64_t last = import_read_batch(reply->rows, &import->counts);
    import_source_stored(import->lane, last);
    (void)batch_outcome_passed(outcome_of(import), batch_rows(import->batch), last);
    go_on(import);
}

static void take_refusal(struct import *import, const struct db_reply *reply)
{
    const struct batch_error error = {"import_batch", reply->sqlstate, reply->message};
    uint32_t random;
    evutil_secure_rng_get_bytes(&random, sizeof random);
    struct batch_decision decision = batch_outcome_refused(
        outcome_of(import), &error, batch_rows(import->batch), clock_monotonic_us(), random);
    switch (decision.action) {
    case BATCH_HALVE:
    case BATCH_REJECT_ROW:
        send_batch(import);
        break;
    case BATCH_RETRY:
        set_state(import, IMPORT_RETRYING, decision.wait_ms);
        break;
    case BATCH_HOLD:
    case BATCH_RECONNECT:
    case BATCH_SEND_NEXT: /* this one and those below follow no refusal */
    case BATCH_AWAIT:
    case BATCH_SLOW_DOWN:
    case BATCH_LETHAL:
        fail_refused(import, reply);
        break;
    }
}

static void on_batch(void *arg, const struct db_reply *reply)
{
    struct import *import = arg;
    if (reply->outcome == DB_OK)
        take_stored(import, reply);
    else if (reply->outcome == DB_ERROR)
        take_refusal(import, reply);
}

static void on_migrated(void *arg, enum result result, const struct error *error)
{
    struct import *import = arg;
    if (result == RESULT_FAILED)
        fail(import, error->text);
    if (result != RESULT_OK)
        return;
    set_state(import, IMPORT_COUNTING, 0);
    import_ask_lanes(import->conn, on_lanes, import);
}

static void on_ready(void *arg)
{
    struct import *import = arg;
    if (import->state != IMPORT_CONNECTING)
        return;
    set_state(import, IMPORT_MIGRATING, 0);
    migration_start(import->migration, on_migrated, import);
}

/* Whether a batch that was in flight is stored is not known here; the database will know. */
static void on_lost(void *arg)
{
    struct import *import = arg;
    if (import->state != IMPORT_ENDED)
        fail(import, "the connection to the database was lost; run again it goes on where it was");
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct import *import = arg;
    switch (import->state) {
    case IMPORT_CONNECTING:
        fail(import, "the database cannot be reached, nothing is imported");
        break;
    case IMPORT_READING:
        go_on(import);
        break;
    case IMPORT_RETRYING:
        send_batch(import);
        break;
    case IMPORT_MIGRATING:
    case IMPORT_COUNTING:
    case IMPORT_ASKING:
    case IMPORT_SENDING:
    case IMPORT_ENDED:
        break;
    }
}

/* A second one does not wait for the batch in flight. */
static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    struct import *import = arg;
    bool is_in_flight = import->state == IMPORT_SENDING && !import->is_stopping;
    import->is_stopping = true;
    if (!is_in_flight && import->state != IMPORT_ENDED)
        go_on(import);
}

static void open_database(struct import *import)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT};
    const struct db_listener listener = {.on_ready = on_ready, .on_lost = on_lost, .arg = import};
    import->base = memory_required(event_base_new());
    import->metrics = metrics_new();
    import->timer = memory_required(event_new(import->base, -1, 0, on_timer, import));
    for (size_t i = 0; i < SIGNALS; i++) {
        import->signals[i] =
            memory_required(evsignal_new(import->base, numbers[i], on_signal, import));
        (void)event_add(import->signals[i], NULL);
    }
    import->conn_settings = (struct db_settings){.name = "import", .own_sql = ""};
    import->conn = db_conn_new(import->base, &import->target, &import->conn_settings, listener,
                               import->metrics, import->log);
    import->migration = migration_new(import->conn, false, import->log);
}

static void close_database(struct import *import)
{
    db_conn_free(import->conn);
    (void)event_base_loop(import->base, EVLOOP_NONBLOCK); /* what the resolver has under way */
    migration_free(import->migration);
    event_free(import->timer);
    for (size_t i = 0; i < SIGNALS; i++)
        event_free(import->signals[i]);
    metrics_free(import->metrics);
    event_base_free(import->base);
}

static void print_counts(const struct import *import)
{
    const struct import_source *source = &import->source;
    const struct import_counts *counts = &import->counts;
    const struct salvage_damage *damage = salvage_damage(source->salvage);
    (void)fprintf(import->settings->out,
                  "%" PRIu64 " records read, %" PRIu64 " of runs that are not imported, %" PRIu64
                  " no events, %" PRIu64 " damaged ranges and %" PRIu64 " torn bytes passed over\n",
                  source->records, source->refused_records, source->no_events, damage->ranges,
                  damage->torn);
    (void)fprintf(import->settings->out,
                  "%" PRIu64 " stored, %" PRIu64 " duplicate, %" PRIu64 " rejected, %" PRIu64
                  " known, %" PRIu64 " too late\n",
                  counts->stored, counts->duplicate, counts->rejected,
                  counts->known + source->known_records, counts->too_late);
}

static void run(struct import *import)
{
    import->batch = batch_new(BATCH_ROWS);
    for (unsigned i = 0; i < LANES_MAX; i++)
        batch_outcome_init(&import->outcomes[i], BATCH_ROWS);
    open_database(import);
    set_state(import, IMPORT_CONNECTING, CONNECT_PATIENCE_MS);
    db_conn_start(import->conn);
    (void)event_base_dispatch(import->base);
    close_database(import);
    batch_free(import->batch);
    print_counts(import);
}

enum result import_journal(const struct import_settings *settings, struct log *log,
                           struct error *error)
{
    struct import import = {.settings = settings, .log = log, .error = error};
    struct error reason = {""};
    if (db_target_init(&import.target, settings->db_conn, &reason) != RESULT_OK)
        return error_set(error, RESULT_FAILED, "DB_CONN: %s", reason.text);
    enum result result =
        import_source_open(&import.source, settings->directory, settings->out, error);
    if (result == RESULT_OK) {
        run(&import);
        result = import.result;
        import_source_close(&import.source);
    }
    db_target_clear(&import.target);
    return result;
}
