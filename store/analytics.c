/* Answers analytics questions, on a connection of its own. */
#include "store/analytics.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/news.h"
#include "protocol/memory.h"
#include "store/analytics/fault.h"
#include "store/database/conn.h"
#include "store/database/own_schema.h"
#include "store/database/sqlstate.h"

enum { QUESTIONS_MAX = 256, QUESTION_TIMEOUT_MS = 6000, WAIT_MAX_US = 4 * 1000 * 1000 };

struct question {
    TAILQ_ENTRY(question) entry;
    struct analytics_window window;
    int64_t asked_us; /* monotonic */
    analytics_done_fn done;
    void *arg;
};

TAILQ_HEAD(question_list, question);

/* The first question is the one in flight while the connection is busy. */
struct analytics_reader {
    struct db_conn *conn;
    struct db_settings conn_settings;
    struct log *log;
    struct question_list questions;
    unsigned count;
    enum analytics_fault lost_for; /* why questions that wait are lost with the connection */
    bool has_answered;             /* any question, ever */
    struct news faults;
};

static const char own_sql[] =
    OWN_SCHEMA_SQL "SET statement_timeout = '5s'; SET default_transaction_read_only = on";

static const char ask_sql[] =
    "SELECT kind, events, playback_ms "
    "FROM traffic_totals($1::timestamptz, $2::timestamptz, nullif($3::integer, 0), $4::text)";

static void send_next(struct analytics_reader *reader);

/* With the totals, or without them for the fault. */
static void answer_first(struct analytics_reader *reader, const struct analytics_totals *totals,
                         enum analytics_fault fault)
{
    struct question *question = TAILQ_FIRST(&reader->questions);
    TAILQ_REMOVE(&reader->questions, question, entry);
    reader->count--;
    if (totals != NULL)
        question->done(question->arg, RESULT_OK, totals, NULL);
    else
        question->done(question->arg, RESULT_UNAVAILABLE, NULL, analytics_fault_text(fault));
    free(question);
}

/* A database that has never answered is about to, or others tell why not. */
static void tell(struct analytics_reader *reader, enum analytics_fault fault, const char *reason)
{
    bool is_early =
        (fault == ANALYTICS_NO_SCHEMA || fault == ANALYTICS_UNREACHABLE) && !reader->has_answered;
    if (news_is(&reader->faults, reason, clock_monotonic_us()))
        log_write(reader->log, is_early ? LOG_INFO : LOG_WARNING, "store", "analytics failed: %s",
                  reason);
}

static int64_t read_number(const PGresult *rows, int row, int column)
{
    return strtoll(PQgetvalue(rows, row, column), NULL, 10);
}

/* A row for each kind. Those that only a newer program knows are left out. */
static struct analytics_totals read_totals(const PGresult *rows)
{
    struct analytics_totals totals = {0};
    for (int row = 0; row < PQntuples(rows); row++) {
        int64_t kind = read_number(rows, row, 0);
        if (kind < 0 || kind >= EVENT_KINDS)
            continue;
        totals.events[kind] = read_number(rows, row, 1);
        totals.playback_ms[kind] = read_number(rows, row, 2);
    }
    return totals;
}

static void take_totals(struct analytics_reader *reader, const PGresult *rows)
{
    const struct analytics_totals totals = read_totals(rows);
    reader->has_answered = true;
    db_conn_note_success(reader->conn);
    answer_first(reader, &totals, ANALYTICS_REFUSED);
}

/* Those that wait would meet the same if the connection is given up for it. That a question takes
 * long is not the session's fault. */
static void take_refusal(struct analytics_reader *reader, const struct db_reply *reply)
{
    char reason[200];
    enum analytics_fault fault = analytics_fault_of(reply->sqlstate);
    sqlstate_describe(reason, sizeof reason, reply->sqlstate, reply->message);
    tell(reader, fault, reason);
    answer_first(reader, NULL, fault);
    reader->lost_for = fault;
    if (fault == ANALYTICS_UNREACHABLE)
        db_conn_reconnect(reader->conn, reason);
    else if (fault != ANALYTICS_SLOW)
        (void)db_conn_note_failure(reader->conn);
    reader->lost_for = ANALYTICS_UNREACHABLE;
}

static void on_totals(void *arg, const struct db_reply *reply)
{
    struct analytics_reader *reader = arg;
    switch (reply->outcome) {
    case DB_OK:
        take_totals(reader, reply->rows);
        break;
    case DB_ERROR:
        take_refusal(reader, reply);
        break;
    case DB_LOST:
        tell(reader, ANALYTICS_UNREACHABLE, analytics_fault_text(ANALYTICS_UNREACHABLE));
        answer_first(reader, NULL, ANALYTICS_UNREACHABLE);
        break;
    }
    send_next(reader);
}

static int64_t to_wire(int64_t time_us)
{
    return (int64_t)htobe64((uint64_t)(time_us - POSTGRES_EPOCH_US));
}

static void send_next(struct analytics_reader *reader)
{
    struct question *question;
    while ((question = TAILQ_FIRST(&reader->questions)) != NULL &&
           /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed is off the list */
           clock_monotonic_us() - question->asked_us >= WAIT_MAX_US) {
        tell(reader, ANALYTICS_SLOW, analytics_fault_text(ANALYTICS_SLOW));
        answer_first(reader, NULL, ANALYTICS_SLOW);
    }
    if (question == NULL || !db_conn_is_ready(reader->conn))
        return;
    const int64_t start = to_wire(question->window.start_us);
    const int64_t end = to_wire(question->window.end_us);
    const uint32_t ad_id = htobe32((uint32_t)question->window.ad_id);
    const char *values[] = {(const char *)&start, (const char *)&end, (const char *)&ad_id,
                            analytics_traffic_name(question->window.traffic)};
    static const int lengths[] = {sizeof start, sizeof end, sizeof ad_id, 0};
    static const int formats[] = {1, 1, 1, 0}; /* the last is text */
    const struct db_query query = {
        .sql = ask_sql,
        .parameter_count = 4,
        .values = values,
        .lengths = lengths,
        .formats = formats,
        .timeout_ms = QUESTION_TIMEOUT_MS,
    };
    db_conn_query(reader->conn, &query, on_totals, reader);
}

enum result analytics_reader_ask(struct analytics_reader *reader,
                                 const struct analytics_window *window, analytics_done_fn done,
                                 void *arg, const char **reason)
{
    if (!db_conn_is_up(reader->conn)) {
        *reason = analytics_fault_text(ANALYTICS_UNREACHABLE);
        tell(reader, ANALYTICS_UNREACHABLE, *reason);
        return RESULT_UNAVAILABLE;
    }
    if (reader->count == QUESTIONS_MAX) {
        *reason = "too many questions are waiting";
        return RESULT_BUSY;
    }
    struct question *question = memory_zeroed(sizeof *question);
    *question = (struct question){
        .window = *window, .asked_us = clock_monotonic_us(), .done = done, .arg = arg};
    TAILQ_INSERT_TAIL(&reader->questions, question, entry);
    reader->count++;
    send_next(reader);
    return RESULT_OK;
}

static void answer_all(struct analytics_reader *reader)
{
    while (!TAILQ_EMPTY(&reader->questions))
        answer_first(reader, NULL, reader->lost_for);
}

static void on_ready(void *arg)
{
    send_next(arg);
}

static void on_lost(void *arg)
{
    answer_all(arg);
}

struct analytics_reader *analytics_reader_new(struct event_base *base,
                                              const struct db_target *target,
                                              struct metrics *metrics, struct log *log)
{
    struct analytics_reader *reader = memory_zeroed(sizeof *reader);
    TAILQ_INIT(&reader->questions);
    reader->log = log;
    reader->conn_settings = (struct db_settings){.name = "reader", .own_sql = own_sql};
    const struct db_listener listener = {.on_ready = on_ready, .on_lost = on_lost, .arg = reader};
    reader->conn = db_conn_new(base, target, &reader->conn_settings, listener, metrics, log);
    return reader;
}

void analytics_reader_free(struct analytics_reader *reader)
{
    if (reader == NULL)
        return;
    answer_all(reader);
    db_conn_free(reader->conn);
    free(reader);
}

void analytics_reader_start(struct analytics_reader *reader)
{
    db_conn_start(reader->conn);
}

void analytics_reader_stop(struct analytics_reader *reader)
{
    db_conn_stop(reader->conn);
    answer_all(reader);
}
