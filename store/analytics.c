/* Answers analytics questions, on a connection of its own. */
#include "store/analytics.h"

#include <endian.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "protocol/memory.h"
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
};

static const char setup_sql[] = OWN_SCHEMA_SQL
    "SET timezone = 'UTC'; SET statement_timeout = '5s'; SET default_transaction_read_only = on";

static const char ask_sql[] =
    "SELECT kind, events, playback_seconds "
    "FROM analytics_totals($1::timestamptz, $2::timestamptz, nullif($3::integer, 0))";

static void send_next(struct analytics_reader *reader);

static void answer_first(struct analytics_reader *reader, enum result result,
                         const struct analytics_totals *totals)
{
    struct question *question = TAILQ_FIRST(&reader->questions);
    TAILQ_REMOVE(&reader->questions, question, entry);
    reader->count--;
    question->done(question->arg, result, totals);
    free(question);
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
        totals.playback_seconds[kind] = read_number(rows, row, 2);
    }
    return totals;
}

static void on_totals(void *arg, const struct db_reply *reply)
{
    struct analytics_reader *reader = arg;
    if (reply->outcome == DB_OK) {
        const struct analytics_totals totals = read_totals(reply->rows);
        answer_first(reader, RESULT_OK, &totals);
    } else {
        if (reply->outcome == DB_ERROR)
            log_write(reader->log, LOG_WARNING, "store", "analytics failed sqlstate=%s",
                      reply->sqlstate);
        answer_first(reader, RESULT_UNAVAILABLE, NULL);
    }
    if (reply->outcome == DB_ERROR && sqlstate_fault(reply->sqlstate) == SQL_FAULT_RECONNECT)
        db_conn_reconnect(reader->conn, "the server is of no more use");
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
           clock_monotonic_us() - question->asked_us >= WAIT_MAX_US)
        answer_first(reader, RESULT_UNAVAILABLE, NULL);
    if (question == NULL || !db_conn_is_ready(reader->conn))
        return;
    const int64_t start = to_wire(question->window.start_us);
    const int64_t end = to_wire(question->window.end_us);
    const uint32_t ad_id = htobe32((uint32_t)question->window.ad_id);
    const char *values[] = {(const char *)&start, (const char *)&end, (const char *)&ad_id};
    static const int lengths[] = {sizeof start, sizeof end, sizeof ad_id};
    static const int formats[] = {1, 1, 1};
    const struct db_query query = {
        .sql = ask_sql,
        .parameter_count = 3,
        .values = values,
        .lengths = lengths,
        .formats = formats,
        .timeout_ms = QUESTION_TIMEOUT_MS,
    };
    db_conn_query(reader->conn, &query, on_totals, reader);
}

enum result analytics_reader_ask(struct analytics_reader *reader,
                                 const struct analytics_window *window, analytics_done_fn done,
                                 void *arg)
{
    if (!db_conn_is_up(reader->conn))
        return RESULT_UNAVAILABLE;
    if (reader->count == QUESTIONS_MAX)
        return RESULT_BUSY;
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
        answer_first(reader, RESULT_UNAVAILABLE, NULL);
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
    reader->conn_settings = (struct db_settings){.name = "reader", .setup_sql = setup_sql};
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
