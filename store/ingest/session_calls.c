/* What an ingest session asks of the database. */
#include "store/ingest/session_calls.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/database/conn.h"
#include "store/ingest/batch_call.h"
#include "store/ingest/ingest_settings.h"

static const char *const leading_types[] = {"smallint", "integer", "uuid",          "uuid",
                                            "smallint", "bigint",  "int8multirange"};

static const struct batch_call ingest_call = {
    .results = "last_sequence, stored, duplicate, rejected",
    .function = "ingest_batch",
    .text_function = "ingest_text",
    .types = leading_types,
    .leading = sizeof leading_types / sizeof leading_types[0],
    .prepared = "ingest",
};

void session_prepare(struct db_conn *conn, db_reply_fn done, void *arg)
{
    char sql[BATCH_CALL_SQL_SIZE];
    batch_call_write(&ingest_call, false, sql);
    const struct db_query query = {
        .sql = sql, .prepare_as = ingest_call.prepared, .timeout_ms = INGEST_TIMEOUT_MS};
    db_conn_query(conn, &query, done, arg);
}

static void ask(struct db_conn *conn, const char *sql, const char *const *values, int count,
                db_reply_fn done, void *arg)
{
    const struct db_query query = {
        .sql = sql, .parameter_count = count, .values = values, .timeout_ms = INGEST_TIMEOUT_MS};
    db_conn_query(conn, &query, done, arg);
}

void session_ask_owner(struct db_conn *conn, const char *journal, unsigned lane, db_reply_fn done,
                       void *arg)
{
    char number[SESSION_NUMBER_TEXT_SIZE];
    const char *const values[] = {journal, number};
    (void)snprintf(number, sizeof number, "%u", lane);
    ask(conn, "SELECT nonce FROM ingest_cursor WHERE journal = $1::uuid AND lane = $2::smallint",
        values, sizeof values / sizeof values[0], done, arg);
}

void session_claim_journal(struct db_conn *conn, const struct ingest_settings *settings,
                           unsigned lane, const char *owners, db_reply_fn done, void *arg)
{
    char number[SESSION_NUMBER_TEXT_SIZE];
    const char *const values[] = {settings->journal, owners, settings->nonce, number};
    (void)snprintf(number, sizeof number, "%u", lane);
    ask(conn,
        "SELECT last_sequence, stored, duplicate, rejected, is_locked, "
        "current_setting('fsync'), journal_id, lanes, is_distributed "
        "FROM claim_journal($1::uuid, $2::uuid[], $3::uuid, $4::smallint)",
        values, sizeof values / sizeof values[0], done, arg);
}

void session_claim_lane(struct db_conn *conn, const struct ingest_settings *settings, unsigned lane,
                        const char *journal_id, const char *owners, db_reply_fn done, void *arg)
{
    char number[SESSION_NUMBER_TEXT_SIZE];
    const char *const values[] = {number, journal_id, settings->journal, owners, settings->nonce};
    (void)snprintf(number, sizeof number, "%u", lane);
    ask(conn,
        "SELECT last_sequence, stored, duplicate, rejected "
        "FROM claim_lane($1::smallint, $2::integer, $3::uuid, $4::uuid[], $5::uuid)",
        values, sizeof values / sizeof values[0], done, arg);
}

struct session_claimed session_read_claimed(const PGresult *row)
{
    struct session_claimed claimed = {
        .is_locked = PQgetvalue(row, 0, 4)[0] == 't',
        .is_fsync_on = strcmp(PQgetvalue(row, 0, 5), "off") != 0,
        .lanes = atoi(PQgetvalue(row, 0, 7)), /* NOLINT(cert-err34-c): a smallint */
        .is_distributed = PQgetvalue(row, 0, 8)[0] == 't',
    };
    (void)snprintf(claimed.journal_id, sizeof claimed.journal_id, "%s", PQgetvalue(row, 0, 6));
    return claimed;
}

void session_send_batch(struct db_conn *conn, const struct session_batch *sent,
                        const struct batch *batch, db_reply_fn done, void *arg)
{
    char lane[SESSION_NUMBER_TEXT_SIZE];
    char lanes[SESSION_NUMBER_TEXT_SIZE];
    char upto[SESSION_NUMBER_TEXT_SIZE];
    (void)snprintf(lane, sizeof lane, "%u", sent->scope->lane);
    (void)snprintf(lanes, sizeof lanes, "%d", sent->lanes);
    (void)snprintf(upto, sizeof upto, "%" PRIu64, sent->scope->upto);
    const char *const leading[] = {lane, sent->journal_id, sent->nonce, sent->run_nonce, lanes,
                                   upto, sent->scope->gaps};
    batch_call_send(conn, &ingest_call, sent->is_distributed, leading, batch, sent->reject_reason,
                    done, arg);
}
