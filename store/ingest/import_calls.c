/* What an import asks of the database. */
#include "store/ingest/import_calls.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/uuid.h"
#include "store/database/conn.h"
#include "store/ingest/batch.h"
#include "store/ingest/session.h"
#include "store/journal/salvage.h"

/* The parameters of import_batch(): journal, run, whether it is forced, the batch's columns, the
 * reject reason. */
enum { COLUMNS_AT = 3, REASON_AT = COLUMNS_AT + BATCH_COLUMNS, PARAMETERS };

enum { SEQUENCE_TEXT_SIZE = 24, SQL_SIZE = 900 };

void import_ask_position(struct db_conn *conn, const struct salvage_run *run, db_reply_fn done,
                         void *arg)
{
    char journal[UUID_TEXT_SIZE];
    char nonce[UUID_TEXT_SIZE];
    char first[SEQUENCE_TEXT_SIZE];
    uuid_format(run->journal, journal);
    uuid_format(run->nonce, nonce);
    (void)snprintf(first, sizeof first, "%" PRIu64,
                   ((uint64_t)run->number << JOURNAL_RUN_SHIFT) + 1);
    const char *values[] = {journal, nonce, first};
    const struct db_query query = {
        .sql = "SELECT import_position($1::uuid, $2::uuid, $3::bigint)",
        .parameter_count = 3,
        .values = values,
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(conn, &query, done, arg);
}

static uint64_t read_number(const PGresult *row, int column)
{
    return strtoull(PQgetvalue(row, 0, column), NULL, 10);
}

bool import_read_position(const PGresult *row, uint64_t *position)
{
    *position = read_number(row, 0);
    return PQgetisnull(row, 0, 0) == 0;
}

void import_send_batch(struct db_conn *conn, const struct salvage_run *run,
                       const struct batch *batch, bool is_forced, const char *reject_reason,
                       db_reply_fn done, void *arg)
{
    char sql[SQL_SIZE];
    char columns[SQL_SIZE / 2];
    char journal[UUID_TEXT_SIZE];
    char nonce[UUID_TEXT_SIZE];
    const struct batch_parameters parameters = batch_parameters(batch);
    const char *values[PARAMETERS] = {journal, nonce, is_forced ? "t" : "f"};
    int lengths[PARAMETERS] = {0};
    int formats[PARAMETERS] = {0};
    uuid_format(run->journal, journal);
    uuid_format(run->nonce, nonce);
    memcpy(values + COLUMNS_AT, parameters.values, sizeof parameters.values);
    memcpy(lengths + COLUMNS_AT, parameters.lengths, sizeof parameters.lengths);
    memcpy(formats + COLUMNS_AT, parameters.formats, sizeof parameters.formats);
    values[REASON_AT] = reject_reason;
    size_t length = batch_placeholders(columns, sizeof columns, COLUMNS_AT + 1);
    assert(length < sizeof columns);
    length = (size_t)snprintf(sql, sizeof sql,
                              "SELECT last_sequence, stored, duplicate, rejected, known, too_late "
                              "FROM import_batch($1::uuid, $2::uuid, $3::boolean, %s, $%d::text)",
                              columns, REASON_AT + 1);
    assert(length < sizeof sql);
    const struct db_query query = {
        .sql = sql,
        .parameter_count = PARAMETERS,
        .values = values,
        .lengths = lengths,
        .formats = formats,
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(conn, &query, done, arg);
}

uint64_t import_read_batch(const PGresult *row, struct import_counts *counts)
{
    counts->stored += read_number(row, 1);
    counts->duplicate += read_number(row, 2);
    counts->rejected += read_number(row, 3);
    counts->known += read_number(row, 4);
    counts->too_late += read_number(row, 5);
    return read_number(row, 0);
}
