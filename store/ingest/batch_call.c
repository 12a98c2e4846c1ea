/* A call of a function that stores a batch. */
#include "store/ingest/batch_call.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/database/conn.h"
#include "store/ingest/batch.h"
#include "store/ingest/ingest_settings.h"

enum { PARAMETERS_MAX = BATCH_CALL_LEADING_MAX + BATCH_COLUMNS + 1 };

void batch_call_write(const struct batch_call *call, bool is_text,
                      char sql[static BATCH_CALL_SQL_SIZE])
{
    char columns[BATCH_CALL_SQL_SIZE / 2];
    size_t length = (size_t)snprintf(sql, BATCH_CALL_SQL_SIZE, "SELECT %s FROM %s(", call->results,
                                     is_text ? call->text_function : call->function);
    for (size_t i = 0; i < call->leading; i++) {
        bool is_scalar = strcmp(call->types[i], "int8multirange") != 0;
        length += (size_t)snprintf(sql + length, BATCH_CALL_SQL_SIZE - length, "$%zu::%s, ", i + 1,
                                   is_text && !is_scalar ? "text" : call->types[i]);
    }
    size_t columns_length =
        batch_placeholders(columns, sizeof columns, (int)call->leading + 1, is_text);
    assert(columns_length < sizeof columns);
    (void)columns_length;
    length += (size_t)snprintf(sql + length, BATCH_CALL_SQL_SIZE - length, "%s, $%zu::text)",
                               columns, call->leading + BATCH_COLUMNS + 1);
    assert(length < BATCH_CALL_SQL_SIZE);
}

static void send(struct db_conn *conn, const struct batch_call *call, bool is_text,
                 struct db_query *query, db_reply_fn done, void *arg)
{
    char sql[BATCH_CALL_SQL_SIZE];
    query->parameter_count = (int)call->leading + BATCH_COLUMNS + 1;
    query->timeout_ms = INGEST_TIMEOUT_MS;
    if (call->prepared != NULL && !is_text) {
        query->statement = call->prepared;
    } else {
        batch_call_write(call, is_text, sql);
        query->sql = sql;
    }
    db_conn_query(conn, query, done, arg);
}

static void send_text(struct db_conn *conn, const struct batch_call *call,
                      const struct batch *batch, const char **values, db_reply_fn done, void *arg)
{
    char *texts[BATCH_COLUMNS];
    batch_texts(batch, texts);
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        values[call->leading + i] = texts[i];
    struct db_query query = {.values = values};
    send(conn, call, true, &query, done, arg);
    for (size_t i = 0; i < BATCH_COLUMNS; i++)
        free(texts[i]);
}

static void send_binary(struct db_conn *conn, const struct batch_call *call,
                        const struct batch *batch, const char **values, db_reply_fn done, void *arg)
{
    const struct batch_parameters columns = batch_parameters(batch);
    int lengths[PARAMETERS_MAX] = {0};
    int formats[PARAMETERS_MAX] = {0};
    memcpy(values + call->leading, columns.values, sizeof columns.values);
    memcpy(lengths + call->leading, columns.lengths, sizeof columns.lengths);
    memcpy(formats + call->leading, columns.formats, sizeof columns.formats);
    struct db_query query = {.values = values, .lengths = lengths, .formats = formats};
    send(conn, call, false, &query, done, arg);
}

void batch_call_send(struct db_conn *conn, const struct batch_call *call, bool is_text,
                     const char *const *leading, const struct batch *batch,
                     const char *reject_reason, db_reply_fn done, void *arg)
{
    const char *values[PARAMETERS_MAX] = {NULL};
    assert(call->leading <= BATCH_CALL_LEADING_MAX);
    for (size_t i = 0; i < call->leading; i++)
        values[i] = leading[i];
    values[call->leading + BATCH_COLUMNS] = reject_reason;
    if (is_text)
        send_text(conn, call, batch, values, done, arg);
    else
        send_binary(conn, call, batch, values, done, arg);
}
