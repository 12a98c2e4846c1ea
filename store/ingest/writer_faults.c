/* What becomes of a batch that fails: the database refuses it, or does not survive it. */
#include "store/ingest/writer_internal.h"

#include <string.h>

#include <event2/util.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "protocol/utf8.h"
#include "store/ingest/batch.h"
#include "store/database/sqlstate.h"
#include "metrics/timer.h"

enum { HOLD_RETRY_MS = 2000, STUCK_FAILURES = 8, LOST_MAX = 3, TOLD_EVERY_US = 60 * 1000000 };

void writer_hold(struct writer *writer, const char *reason)
{
    if (!writer->is_held) {
        log_write(writer->log, LOG_ERROR, "store", "ingest held until this is mended: %s", reason);
        writer->held_tries = 0;
    }
    writer->is_held = true;
    writer_set_state(writer, WRITER_PAUSED);
    timer_arm(writer->timer, HOLD_RETRY_MS);
}

void writer_pause(struct writer *writer, const struct db_reply *reply, const char *step)
{
    char reason[120];
    uint32_t random;
    /* The words of our own functions hold no values. */
    bool is_own = strncmp(reply->sqlstate, "VA", 2) == 0;
    (void)evutil_snprintf(reason, sizeof reason, is_own ? "%s: %s" : "%s failed sqlstate=%s", step,
                          is_own ? reply->message : reply->sqlstate);
    switch (sqlstate_fault(reply->sqlstate)) {
    case SQL_FAULT_RECONNECT:
        db_conn_reconnect(writer->conn, reason);
        break;
    case SQL_FAULT_RETRY:
        evutil_secure_rng_get_bytes(&random, sizeof random);
        writer_set_state(writer, WRITER_PAUSED);
        timer_arm(writer->timer, backoff_next(&writer->backoff, random));
        if (writer->backoff.failures >= STUCK_FAILURES)
            writer_hold(writer, reason);
        break;
    case SQL_FAULT_FENCED:
        writer->is_fenced = true;
        writer_hold(writer, "another process has taken this journal over");
        break;
    case SQL_FAULT_BAD_ROW:
    case SQL_FAULT_HOLD:
        writer_hold(writer, reason);
        break;
    }
}

/* Cut to whole characters: PostgreSQL refuses half of one. */
static void set_reject_reason(struct writer *writer, const struct db_reply *reply)
{
    char text[sizeof writer->reject_reason + 3];
    (void)evutil_snprintf(text, sizeof text, "%s: %s", reply->sqlstate, reply->message);
    size_t length = utf8_cut(text, strlen(text), sizeof writer->reject_reason - 1);
    memcpy(writer->reject_reason, text, length);
    writer->reject_reason[length] = '\0';
    writer->is_escaping = false;
}

/* Once a minute: they are counted, and kept with their reasons. */
static void tell_refused(struct writer *writer, const char *sqlstate)
{
    int64_t now_us = clock_monotonic_us();
    if (writer->refused_us != 0 && now_us - writer->refused_us < TOLD_EVERY_US)
        return;
    writer->refused_us = now_us;
    log_write(writer->log, LOG_WARNING, "store",
              "event refused by the database, put into rejected_events sqlstate=%s", sqlstate);
}

static void isolate(struct writer *writer, const struct db_reply *reply)
{
    char reason[80];
    uint32_t rows = batch_rows(writer->batch);
    switch (bisect_failed(&writer->bisect, rows, reply->sqlstate)) {
    case BISECT_HALVE:
        break;
    case BISECT_REJECT:
        set_reject_reason(writer, reply);
        tell_refused(writer, reply->sqlstate);
        break;
    case BISECT_HOLD:
        (void)evutil_snprintf(reason, sizeof reason, "event after event fails alike sqlstate=%s",
                              reply->sqlstate);
        writer_hold(writer, reason);
        return;
    }
    writer_send_batch(writer);
}

void writer_batch_refused(struct writer *writer, const struct db_reply *reply)
{
    enum sql_fault fault = sqlstate_fault(reply->sqlstate);
    bool was_cancelled = strcmp(reply->sqlstate, "57014") == 0;
    if (was_cancelled && batch_rows(writer->batch) > 1 && ++writer->cancelled > 1)
        fault = SQL_FAULT_BAD_ROW; /* twice too slow: perhaps half of it is not */
    if (fault == SQL_FAULT_BAD_ROW && writer->reject_reason[0] == '\0') {
        isolate(writer, reply);
    } else if (fault == SQL_FAULT_BAD_ROW && !writer->is_escaping) {
        writer->is_escaping = true;
        writer_send_batch(writer);
    } else {
        writer_pause(writer, reply, "ingest_batch");
    }
}

bool writer_is_lethal(const struct writer *writer)
{
    return writer->lost >= LOST_MAX && writer->lost_rows == 1;
}

/*
 * Once or twice that is a database that went away. Time after time it may be the batch that ends
 * it: then smaller ones follow, and more slowly, whatever else the database answers in between. A
 * single event is never given up for this: it may be good, and whoever looks after the database is
 * told.
 */
void writer_batch_lost(struct writer *writer)
{
    bool was_lethal = writer_is_lethal(writer);
    writer->lost++;
    writer->lost_rows = batch_rows(writer->batch);
    if (writer->lost < LOST_MAX)
        return;
    db_conn_increase_backoff(writer->conn);
    if (writer->lost == LOST_MAX)
        log_write(writer->log, LOG_WARNING, "store",
                  "the connection ends over the same batch again and again, halving it events=%u",
                  writer->lost_rows);
    if (!was_lethal && writer_is_lethal(writer))
        log_write(writer->log, LOG_ERROR, "store",
                  "ingest held until this is mended: the next event ends every connection");
}

void writer_begin_bisect(struct writer *writer)
{
    /* The row that was to be put aside may be gone from the queue's head. */
    bisect_init(&writer->bisect, WRITER_BATCH_ROWS);
    writer->reject_reason[0] = '\0';
    if (writer->lost >= LOST_MAX)
        bisect_suspect(&writer->bisect, writer->lost_rows);
}
