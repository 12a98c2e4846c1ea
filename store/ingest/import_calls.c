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
#include "store/ingest/batch_call.h"
#include "store/ingest/ingest_settings.h"
#include "store/journal/salvage.h"

enum { NUMBER_TEXT_SIZE = 24 };

static const char *const leading_types[] = {"smallint", "smallint", "uuid",
                                            "uuid",     "boolean",  "int8multirange"};

static const struct batch_call import_call = {
    .results = "last_sequence, stored, duplicate, rejected, known, too_late",
    .function = "import_batch",
    .text_function = "import_text",
    .types = leading_types,
    .leading = sizeof leading_types / sizeof leading_types[0],
};

void import_ask_lanes(struct db_conn *conn, db_reply_fn done, void *arg)
{
    const struct db_query query = {
        .sql = "SELECT lanes, is_distributed() FROM lanes WHERE lane = 0",
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(conn, &query, done, arg);
}

static uint64_t read_number(const PGresult *row, int column)
{
    return strtoull(PQgetvalue(row, 0, column), NULL, 10);
}

struct import_lanes import_read_lanes(const PGresult *row)
{
    return (struct import_lanes){.count = (unsigned)read_number(row, 0),
                                 .is_distributed = PQgetvalue(row, 0, 1)[0] == 't'};
}

void import_ask_position(struct db_conn *conn, unsigned lane, const struct salvage_run *run,
                         db_reply_fn done, void *arg)
{
    char number[NUMBER_TEXT_SIZE];
    char journal[UUID_TEXT_SIZE];
    char nonce[UUID_TEXT_SIZE];
    char first[NUMBER_TEXT_SIZE];
    uuid_format(run->journal, journal);
    uuid_format(run->nonce, nonce);
    (void)snprintf(first, sizeof first, "%" PRIu64,
                   ((uint64_t)run->number << JOURNAL_RUN_SHIFT) + 1);
    (void)snprintf(number, sizeof number, "%u", lane);
    const char *values[] = {number, journal, nonce, first};
    const struct db_query query = {
        .sql = "SELECT import_position($1::smallint, $2::uuid, $3::uuid, $4::bigint)",
        .parameter_count = 4,
        .values = values,
        .timeout_ms = INGEST_TIMEOUT_MS,
    };
    db_conn_query(conn, &query, done, arg);
}

bool import_read_position(const PGresult *row, uint64_t *position)
{
    *position = read_number(row, 0);
    return PQgetisnull(row, 0, 0) == 0;
}

void import_send_batch(struct db_conn *conn, const struct import_scope *scope,
                       const struct batch *batch, const char *reject_reason, db_reply_fn done,
                       void *arg)
{
    char lane[NUMBER_TEXT_SIZE];
    char lanes[NUMBER_TEXT_SIZE];
    char journal[UUID_TEXT_SIZE];
    char nonce[UUID_TEXT_SIZE];
    (void)snprintf(lane, sizeof lane, "%u", scope->lane);
    (void)snprintf(lanes, sizeof lanes, "%u", scope->lanes.count);
    uuid_format(scope->run->journal, journal);
    uuid_format(scope->run->nonce, nonce);
    const char *const leading[] = {lane,       lanes, journal, nonce, scope->is_forced ? "t" : "f",
                                   scope->gaps};
    batch_call_send(conn, &import_call, scope->lanes.is_distributed, leading, batch, reject_reason,
                    done, arg);
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
