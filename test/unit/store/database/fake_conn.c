/* Stands in for store/database/conn.c. */
#include "test/unit/store/database/fake_conn.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "protocol/memory.h"
#include "store/database/conn.h"

struct db_conn {
    struct db_listener listener;
    bool is_up;
    bool is_waiting; /* the last attempt, or connection, has failed */
    bool is_renewal_due;
    struct fake_query query;
    char *sql;                    /* of it; owned */
    char *texts[FAKE_VALUES_MAX]; /* its values that are text; owned */
    db_reply_fn reply;
    void *reply_arg;
    struct fake_conn_counts counts;
};

static struct db_conn only;

void fake_conn_reset(void)
{
    free(only.sql);
    for (size_t i = 0; i < FAKE_VALUES_MAX; i++)
        free(only.texts[i]);
    only = (struct db_conn){0};
}

const struct fake_query *fake_conn_query(void)
{
    return &only.query;
}

const struct fake_conn_counts *fake_conn_counts(void)
{
    return &only.counts;
}

static void answer(enum db_outcome outcome, const PGresult *rows, const char *sqlstate)
{
    db_reply_fn reply = only.reply;
    ck_assert(reply != NULL);
    only.reply = NULL;
    only.query = (struct fake_query){0};
    const struct db_reply answer = {.outcome = outcome,
                                    .rows = rows,
                                    .sqlstate = sqlstate,
                                    .message = sqlstate[0] == '\0' ? "" : "why"};
    reply(only.reply_arg, &answer);
}

void fake_conn_come_up(void)
{
    ck_assert(!only.is_up);
    only.is_up = true;
    only.is_waiting = false;
    only.listener.on_ready(only.listener.arg);
}

void fake_conn_make_renewal_due(void)
{
    only.is_renewal_due = true;
}

void fake_conn_go_down(void)
{
    ck_assert(only.is_up);
    only.is_up = false;
    only.is_waiting = true;
    if (only.reply != NULL)
        answer(DB_LOST, NULL, "");
    only.listener.on_lost(only.listener.arg);
}

void fake_conn_fail_to_connect(void)
{
    ck_assert(!only.is_up);
    only.is_waiting = true;
}

void fake_conn_answer(const char *const *row)
{
    enum { COLUMNS_MAX = 9, VALUE_BYTES_MAX = 64 };
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc columns[COLUMNS_MAX] = {{0}};
    char name[] = "?column?";
    int count = 0;
    for (; row[count] != NULL; count++)
        columns[count].name = name;
    ck_assert_int_eq(PQsetResultAttrs(result, count, columns), 1);
    for (int i = 0; i < count; i++) {
        char value[VALUE_BYTES_MAX];
        int length = snprintf(value, sizeof value, "%s", row[i]);
        ck_assert_int_eq(PQsetvalue(result, 0, i, value, length), 1);
    }
    answer(DB_OK, result, "");
    PQclear(result);
}

void fake_conn_answer_nothing(int columns)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    char name[] = "?column?";
    PGresAttDesc *attributes = memory_zeroed_array((size_t)columns + 1, sizeof *attributes);
    for (int i = 0; i < columns; i++)
        attributes[i].name = name;
    ck_assert_int_eq(PQsetResultAttrs(result, columns, attributes), 1);
    free(attributes);
    answer(DB_OK, result, "");
    PQclear(result);
}

void fake_conn_refuse(const char *sqlstate)
{
    answer(DB_ERROR, NULL, sqlstate);
}

struct db_conn *db_conn_new(struct event_base *base, const struct db_target *target,
                            const struct db_settings *settings, struct db_listener listener,
                            struct metrics *metrics, struct log *log)
{
    (void)base;
    (void)target;
    (void)settings;
    (void)metrics;
    (void)log;
    only.listener = listener;
    return &only;
}

void db_conn_free(struct db_conn *conn)
{
    (void)conn;
}

void db_conn_start(struct db_conn *conn)
{
    conn->is_waiting = false;
    conn->counts.starts++;
}

void db_conn_stop(struct db_conn *conn)
{
    conn->counts.stops++;
    if (conn->is_up)
        fake_conn_go_down();
    conn->is_waiting = false;
}

static void note_reason(struct db_conn *conn, const char *reason)
{
    (void)snprintf(conn->counts.reason, sizeof conn->counts.reason, "%s", reason);
}

void db_conn_abort_query(struct db_conn *conn, const char *reason)
{
    if (conn->reply == NULL)
        return;
    note_reason(conn, reason);
    fake_conn_go_down();
}

void db_conn_reconnect(struct db_conn *conn, const char *reason)
{
    conn->counts.reconnects++;
    note_reason(conn, reason);
    fake_conn_go_down();
}

void db_conn_increase_backoff(struct db_conn *conn)
{
    ck_assert(!conn->is_up);
    conn->counts.slow_downs++;
}

void db_conn_note_success(struct db_conn *conn)
{
    conn->counts.successes++;
}

bool db_conn_note_failure(struct db_conn *conn)
{
    conn->counts.failures++;
    if (!conn->is_renewal_due)
        return false;
    conn->is_renewal_due = false;
    fake_conn_go_down();
    return true;
}

bool db_conn_is_ready(const struct db_conn *conn)
{
    return conn->is_up && conn->reply == NULL;
}

bool db_conn_is_up(const struct db_conn *conn)
{
    return conn->is_up;
}

bool db_conn_is_waiting(const struct db_conn *conn)
{
    return conn->is_waiting;
}

void db_conn_query(struct db_conn *conn, const struct db_query *query, db_reply_fn reply, void *arg)
{
    ck_assert(db_conn_is_ready(conn));
    ck_assert_int_le(query->parameter_count, FAKE_VALUES_MAX);
    free(conn->sql);
    conn->sql = memory_copy_text(query->statement != NULL ? query->statement : query->sql);
    conn->query = (struct fake_query){
        .sql = conn->sql,
        .prepare_as = query->prepare_as,
        .parameter_count = query->parameter_count,
    };
    for (int i = 0; i < query->parameter_count; i++) {
        bool is_text = query->formats == NULL || query->formats[i] == 0;
        free(conn->texts[i]);
        conn->texts[i] = is_text ? memory_copy_text(query->values[i]) : NULL;
        conn->query.values[i] = is_text ? conn->texts[i] : query->values[i];
    }
    conn->reply = reply;
    conn->reply_arg = arg;
}
