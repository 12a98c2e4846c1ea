/* Changes of ads, and ads as the database has them. */
#include "store/administration/administration.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/news.h"
#include "metrics/timer.h"
#include "protocol/memory.h"
#include "store/administration/ad_fault.h"
#include "store/catalogue/ad_verifications.h"
#include "store/database/conn.h"
#include "store/database/own_schema.h"
#include "store/database/sqlstate.h"

enum {
    LOOK_MS = 20,    /* at whether a connection comes, and at deadlines */
    IDLE_MS = 60000, /* after that nobody's connection is kept */
    REPLY_MS = 4500, /* above the server's own, which is the first to give up */
    LIST_BYTES = 4 * 1024 * 1024,
    VALUES_MAX = 6,
};

/* Whoever keeps an ad locked must not keep the others from theirs for long. */
static const char own_sql[] =
    OWN_SCHEMA_SQL "SET statement_timeout = '4s'; SET lock_timeout = '1s'; SET jit = off";

static const char change_sql[] =
    "SELECT * FROM change_ad($1, $2::integer, string_to_array($3, chr(10)), $4::jsonb, $5, $6)";
static const char read_sql[] = "SELECT * FROM read_ad($1::integer)";
static const char list_sql[] =
    "SELECT * FROM list_ads($1, $2, string_to_array($3, ',')::integer[], "
    "$4::integer, $5::integer, $6::integer)";

/* The columns of ad_answer. */
enum { STATUS, AD_ID, ETAG, BODY, FAULT, FIELD, ANSWER_COLUMNS };

/* What is asked; NULL is null. */
struct ad_query {
    const char *sql;
    const char *values[VALUES_MAX];
    int value_count;
};

/* One that waits, or is asked. */
struct ad_call {
    const char *sql;
    char *values[VALUES_MAX]; /* owned */
    int value_count;
    int64_t due_us; /* monotonic */
    ad_answer_fn done;
    void *arg;
    TAILQ_ENTRY(ad_call) queued;
};

TAILQ_HEAD(ad_calls, ad_call);

struct administration {
    struct db_conn *conn;
    struct log *log;
    struct ad_calls queue; /* its first is the one that is asked, if one is */
    size_t waiting;
    bool is_asking;
    bool is_stopped;
    struct event *look;
    struct event *idle;
    struct news faults;
};

static void run(struct administration *administration);

static bool is_change(const struct ad_call *call)
{
    return call->sql == change_sql;
}

static void answer(struct administration *administration, struct ad_call *call,
                   const struct ad_answer *answer)
{
    TAILQ_REMOVE(&administration->queue, call, queued);
    administration->waiting--;
    call->done(call->arg, answer);
    for (int i = 0; i < call->value_count; i++)
        free(call->values[i]);
    free(call);
}

/* All but the one that is asked, whose reply comes. */
static void answer_waiting(struct administration *administration, const char *fault)
{
    const struct ad_answer away = ad_fault_unavailable(fault);
    struct ad_call *next;
    for (struct ad_call *call = TAILQ_FIRST(&administration->queue); call != NULL; call = next) {
        next = TAILQ_NEXT(call, queued);
        if (!administration->is_asking || call != TAILQ_FIRST(&administration->queue))
            answer(administration, call, &away);
    }
}

static const char *value_at(const PGresult *rows, int column)
{
    return PQgetisnull(rows, 0, column) ? NULL : PQgetvalue(rows, 0, column);
}

static struct ad_answer read_answer(const PGresult *rows)
{
    if (PQntuples(rows) != 1 || PQnfields(rows) != ANSWER_COLUMNS || value_at(rows, STATUS) == NULL)
        return ad_fault_of("");
    struct ad_answer read = {.status = (int)strtol(value_at(rows, STATUS), NULL, 10),
                             .etag = value_at(rows, ETAG),
                             .body = value_at(rows, BODY),
                             .body_bytes = (size_t)PQgetlength(rows, 0, BODY),
                             .fault = value_at(rows, FAULT),
                             .field = value_at(rows, FIELD)};
    if (value_at(rows, AD_ID) != NULL)
        read.id = (int32_t)strtol(value_at(rows, AD_ID), NULL, 10);
    return read;
}

/* What was changed is for the log: by whom the requests tell. */
static void tell_change(const struct administration *administration, const struct ad_call *call,
                        const struct ad_answer *read)
{
    if (is_change(call) && read->status < 300)
        log_write(administration->log, LOG_INFO, "store", "ad changed id=%d by=%s", read->id,
                  call->values[0]);
}

static struct ad_answer take_error(struct administration *administration,
                                   const struct db_reply *reply)
{
    char details[200];
    sqlstate_describe(details, sizeof details, reply->sqlstate, reply->message);
    if (news_is(&administration->faults, details, clock_monotonic_us()))
        log_write(administration->log, LOG_WARNING, "store", "the ads' administration failed: %s",
                  details);
    if (sqlstate_fault(reply->sqlstate) == SQL_FAULT_RECONNECT)
        db_conn_reconnect(administration->conn, details);
    return ad_fault_of(reply->sqlstate);
}

static void on_reply(void *arg, const struct db_reply *reply)
{
    struct administration *administration = arg;
    struct ad_call *call = TAILQ_FIRST(&administration->queue);
    struct ad_answer read = {.status = 0};
    administration->is_asking = false;
    switch (reply->outcome) {
    case DB_OK:
        db_conn_note_success(administration->conn);
        read = read_answer(reply->rows);
        tell_change(administration, call, &read);
        break;
    case DB_ERROR:
        read = take_error(administration, reply);
        break;
    case DB_LOST:
        read = ad_fault_lost(is_change(call));
        break;
    }
    answer(administration, call, &read);
    run(administration);
}

static void ask(struct administration *administration, const struct ad_call *call)
{
    const struct db_query query = {.sql = call->sql,
                                   .parameter_count = call->value_count,
                                   .values = (const char *const *)call->values,
                                   .timeout_ms = REPLY_MS};
    administration->is_asking = true;
    db_conn_query(administration->conn, &query, on_reply, administration);
}

/* The first, if it can be; and looks again soon as long as one waits. */
static void run(struct administration *administration)
{
    struct ad_call *first = TAILQ_FIRST(&administration->queue);
    if (first == NULL) {
        event_del(administration->look);
        timer_arm(administration->idle, IDLE_MS);
        return;
    }
    event_del(administration->idle);
    if (!administration->is_asking && db_conn_is_ready(administration->conn))
        ask(administration, first);
    if (!event_pending(administration->look, EV_TIMEOUT, NULL))
        timer_arm(administration->look, LOOK_MS);
}

/* Nobody waits for a database that is away, nor behind the others for ever. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct administration *administration = arg;
    const struct ad_answer late = ad_fault_unavailable("too many others were before it");
    int64_t now_us = clock_monotonic_us();
    struct ad_call *next;
    if (db_conn_is_waiting(administration->conn))
        answer_waiting(administration, "the database is unreachable");
    for (struct ad_call *call = TAILQ_FIRST(&administration->queue); call != NULL; call = next) {
        next = TAILQ_NEXT(call, queued);
        if (call->due_us <= now_us &&
            (!administration->is_asking || call != TAILQ_FIRST(&administration->queue)))
            answer(administration, call, &late);
    }
    run(administration);
}

static void on_idle(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct administration *administration = arg;
    db_conn_stop(administration->conn);
}

static void on_change_of_connection(void *arg)
{
    run(arg);
}

struct administration *administration_new(struct event_base *base, const struct db_target *target,
                                          struct metrics *metrics, struct log *log)
{
    static const struct db_settings settings = {.name = "administration", .own_sql = own_sql};
    struct administration *administration = memory_zeroed(sizeof *administration);
    const struct db_listener listener = {.on_ready = on_change_of_connection,
                                         .on_lost = on_change_of_connection,
                                         .arg = administration};
    TAILQ_INIT(&administration->queue);
    administration->log = log;
    administration->look = memory_required(event_new(base, -1, 0, on_look, administration));
    administration->idle = memory_required(event_new(base, -1, 0, on_idle, administration));
    administration->conn = db_conn_new(base, target, &settings, listener, metrics, log);
    return administration;
}

void administration_free(struct administration *administration)
{
    if (administration == NULL)
        return;
    administration_stop(administration);
    db_conn_free(administration->conn);
    event_free(administration->look);
    event_free(administration->idle);
    free(administration);
}

void administration_stop(struct administration *administration)
{
    administration->is_stopped = true;
    db_conn_stop(administration->conn);
    answer_waiting(administration, "the server is shutting down");
    event_del(administration->look);
    event_del(administration->idle);
}

static enum result take(struct administration *administration, const struct ad_query *query,
                        ad_answer_fn done, void *arg, const char **reason)
{
    *reason = administration->is_stopped ? "the server is shutting down"
                                         : "too many changes and questions about ads are waiting";
    if (administration->is_stopped)
        return RESULT_UNAVAILABLE;
    if (administration->waiting == ADMINISTRATION_WAITING_MAX)
        return RESULT_BUSY;
    struct ad_call *call = memory_zeroed(sizeof *call);
    *call = (struct ad_call){.sql = query->sql,
                             .value_count = query->value_count,
                             .due_us =
                                 clock_monotonic_us() + ADMINISTRATION_DEADLINE_MS * INT64_C(1000),
                             .done = done,
                             .arg = arg};
    for (int i = 0; i < call->value_count; i++)
        call->values[i] = memory_copy_text(query->values[i]);
    TAILQ_INSERT_TAIL(&administration->queue, call, queued);
    administration->waiting++;
    db_conn_start(administration->conn);
    run(administration);
    return RESULT_OK;
}

/* As change_ad() calls them. */
static const char *const kind_names[] = {[AD_CREATE] = "POST",
                                         [AD_REPLACE] = "PUT",
                                         [AD_MODIFY] = "PATCH",
                                         [AD_ARCHIVE] = "DELETE",
                                         [AD_PURGE] = "PURGE"};

enum result administration_change(struct administration *administration,
                                  const struct ad_change *change, ad_answer_fn done, void *arg,
                                  const char **reason)
{
    char id[12];
    (void)snprintf(id, sizeof id, "%d", change->id);
    *reason = change->verifications != NULL ? ad_verifications_fault(change->verifications) : NULL;
    if (*reason != NULL)
        return RESULT_INVALID;
    const struct ad_query query = {
        .sql = change_sql,
        .values = {kind_names[change->kind], change->id > 0 ? id : NULL, change->tags,
                   change->members != NULL ? change->members : "{}", change->key, change->digest},
        .value_count = 6};
    return take(administration, &query, done, arg, reason);
}

enum result administration_read(struct administration *administration, int32_t id,
                                ad_answer_fn done, void *arg, const char **reason)
{
    char text[12];
    (void)snprintf(text, sizeof text, "%d", id);
    const struct ad_query query = {.sql = read_sql, .values = {text}, .value_count = 1};
    return take(administration, &query, done, arg, reason);
}

enum result administration_list(struct administration *administration,
                                const struct ad_list_question *question, ad_answer_fn done,
                                void *arg, const char **reason)
{
    char after[12];
    char limit[12];
    char bytes[12];
    (void)snprintf(after, sizeof after, "%d", question->after);
    (void)snprintf(limit, sizeof limit, "%d", question->limit);
    (void)snprintf(bytes, sizeof bytes, "%d", LIST_BYTES);
    const struct ad_query query = {.sql = list_sql,
                                   .values = {question->state, question->text, question->ids,
                                              question->after > 0 ? after : NULL, limit, bytes},
                                   .value_count = 6};
    return take(administration, &query, done, arg, reason);
}
