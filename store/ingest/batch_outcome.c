/* What is to be done about the answer to a batch, or to the opening of a session. */
#include "store/ingest/batch_outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/utf8.h"
#include "store/base/crc32c.h"
#include "store/database/sqlstate.h"

enum { HOLD_RETRY_MS = 2000, STUCK_FAILURES = 8, LOST_MAX = 3 };
enum { NEWS_EVERY_US = 60 * 1000000 };

static struct batch_decision decide(enum batch_action action)
{
    return (struct batch_decision){.action = action};
}

static struct batch_decision decide_saying(enum batch_action action, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static struct batch_decision decide_saying(enum batch_action action, const char *format, ...)
{
    struct batch_decision decision = decide(action);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(decision.text, sizeof decision.text, format, arguments);
    va_end(arguments);
    return decision;
}

/* A hold that meets one reason after the other tells each, once, but not without end. */
static bool is_news(struct batch_outcome *outcome, const char *reason)
{
    uint32_t digest = crc32c(reason, strlen(reason));
    if (outcome->hold == HOLD_NONE)
        outcome->reasons_told = 0;
    for (unsigned i = 0; i < outcome->reasons_told; i++) {
        if (outcome->reasons[i] == digest)
            return false;
    }
    if (outcome->reasons_told == HOLD_REASONS_MAX)
        return false;
    outcome->reasons[outcome->reasons_told++] = digest;
    return true;
}

/* The graver hold stays: a fenced writer is fenced, whatever its batches meet besides. */
static struct batch_decision hold(struct batch_outcome *outcome, enum batch_hold why,
                                  const char *reason)
{
    struct batch_decision decision =
        decide_saying(BATCH_HOLD, "ingest paused, needs attention: %s", reason);
    decision.wait_ms = HOLD_RETRY_MS;
    decision.is_news = is_news(outcome, reason);
    if (outcome->hold < why)
        outcome->hold = why;
    return decision;
}

static struct batch_decision retry(struct batch_outcome *outcome, enum batch_hold if_stuck,
                                   const char *reason, uint32_t random)
{
    struct batch_decision decision = decide_saying(BATCH_RETRY, "%s", reason);
    decision.wait_ms = backoff_next(&outcome->backoff, random);
    if (outcome->backoff.failures >= STUCK_FAILURES)
        return hold(outcome, if_stuck, reason);
    return decision;
}

static void describe(char *reason, size_t reason_bytes, const struct batch_error *error)
{
    int length = snprintf(reason, reason_bytes, "%s failed ", error->step);
    sqlstate_describe(reason + length, reason_bytes - (size_t)length, error->sqlstate,
                      error->message);
}

/* Told by a server that has lost its connection to the one that has the lane, or been refused it.
 */
static bool is_of_another(const char *sqlstate)
{
    return strncmp(sqlstate, "08", 2) == 0 || strncmp(sqlstate, "57P", 3) == 0;
}

/* Waits, reconnects or holds, as the state of the error demands. */
static struct batch_decision put_off(struct batch_outcome *outcome, enum batch_hold if_held,
                                     const struct batch_error *error, uint32_t random)
{
    char reason[220];
    if (strncmp(error->sqlstate, "VA", 2) == 0) /* the words of our own functions hold no values */
        (void)snprintf(reason, sizeof reason, "%s: %s", error->step, error->message);
    else
        describe(reason, sizeof reason, error);
    switch (sqlstate_fault(error->sqlstate)) {
    case SQL_FAULT_RETRY:
        return retry(outcome, if_held, reason, random);
    case SQL_FAULT_RECONNECT:
        if (outcome->is_behind_another && is_of_another(error->sqlstate))
            return retry(outcome, if_held, reason, random);
        return decide_saying(BATCH_RECONNECT, "%s", reason);
    case SQL_FAULT_FENCED:
        return hold(outcome, HOLD_FENCED, "another process has taken this journal over");
    case SQL_FAULT_BAD_ROW:
    case SQL_FAULT_HOLD:
        break;
    }
    return hold(outcome, if_held, reason);
}

/* Cut to whole characters: PostgreSQL refuses half of one. */
static void set_reject_reason(struct batch_outcome *outcome, const struct batch_error *error)
{
    char text[sizeof outcome->reject_reason + 3];
    (void)snprintf(text, sizeof text, "%s: %s", error->sqlstate, error->message);
    size_t length = utf8_cut(text, strlen(text), sizeof outcome->reject_reason - 1);
    memcpy(outcome->reject_reason, text, length);
    outcome->reject_reason[length] = '\0';
}

/* News once a minute: the rows are counted, and kept with their reasons. */
static struct batch_decision reject_row(struct batch_outcome *outcome,
                                        const struct batch_error *error, int64_t now_us)
{
    struct batch_decision decision = decide_saying(
        BATCH_REJECT_ROW, "event refused by the database, put into rejected_events sqlstate=%s",
        error->sqlstate);
    set_reject_reason(outcome, error);
    outcome->is_rejecting = true;
    decision.is_news = outcome->rejected_us == 0 || now_us - outcome->rejected_us >= NEWS_EVERY_US;
    if (decision.is_news)
        outcome->rejected_us = now_us;
    return decision;
}

static struct batch_decision find_row(struct batch_outcome *outcome,
                                      const struct batch_error *error, uint32_t rows,
                                      int64_t now_us)
{
    char reason[80];
    switch (bisect_failed(&outcome->bisect, rows, error->sqlstate)) {
    case BISECT_HALVE:
        return decide(BATCH_HALVE);
    case BISECT_REJECT:
        return reject_row(outcome, error, now_us);
    case BISECT_HOLD:
        break;
    }
    (void)snprintf(reason, sizeof reason,
                   "consecutive rows fail with the same SQLSTATE sqlstate=%s", error->sqlstate);
    return hold(outcome, HOLD_BATCH, reason);
}

/* Twice too slow for the server: perhaps half of it is not. */
static bool is_too_slow(struct batch_outcome *outcome, const struct batch_error *error,
                        uint32_t rows)
{
    return strcmp(error->sqlstate, "57014") == 0 && rows > 1 && ++outcome->cancelled > 1;
}

struct batch_decision batch_outcome_refused(struct batch_outcome *outcome,
                                            const struct batch_error *error, uint32_t rows,
                                            int64_t now_us, uint32_t random)
{
    bool is_row_at_fault =
        is_too_slow(outcome, error, rows) || sqlstate_fault(error->sqlstate) == SQL_FAULT_BAD_ROW;
    if (is_row_at_fault && !outcome->is_rejecting)
        return find_row(outcome, error, rows, now_us);
    return put_off(outcome, HOLD_BATCH, error, random);
}

static bool is_lethal(const struct batch_outcome *outcome)
{
    return outcome->lost >= LOST_MAX && outcome->lost_rows == 1;
}

struct batch_decision batch_outcome_lost(struct batch_outcome *outcome, uint32_t rows)
{
    bool was_lethal = is_lethal(outcome);
    outcome->lost++;
    outcome->lost_rows = rows;
    if (outcome->lost < LOST_MAX)
        return decide(BATCH_AWAIT);
    struct batch_decision decision;
    if (is_lethal(outcome)) {
        decision =
            decide_saying(BATCH_LETHAL, "ingest paused, needs attention: the next event ends every "
                                        "connection");
        decision.is_news = !was_lethal;
    } else {
        decision = decide_saying(BATCH_SLOW_DOWN,
                                 "connection lost over the same batch again and again, "
                                 "halving it events=%u",
                                 rows);
        decision.is_news = outcome->lost == LOST_MAX;
    }
    return decision;
}

static void succeed(struct batch_outcome *outcome)
{
    outcome->hold = HOLD_NONE;
    backoff_reset(&outcome->backoff);
}

void batch_outcome_note_cursor(struct batch_outcome *outcome, uint64_t cursor)
{
    if (cursor != outcome->cursor)
        outcome->lost = 0;
    outcome->cursor = cursor;
}

struct batch_decision batch_outcome_passed(struct batch_outcome *outcome, uint32_t rows,
                                           uint64_t cursor)
{
    bisect_passed(&outcome->bisect, rows, outcome->is_rejecting);
    outcome->is_rejecting = false;
    outcome->cancelled = 0;
    batch_outcome_note_cursor(outcome, cursor);
    succeed(outcome);
    return decide(BATCH_SEND_NEXT);
}

/* Looks for a bad row anew: the one that was to be put aside may be gone from the queue's head. */
static void restart_bisect(struct batch_outcome *outcome)
{
    bisect_init(&outcome->bisect, outcome->bisect.max_rows);
    outcome->is_rejecting = false;
    if (outcome->lost >= LOST_MAX)
        bisect_suspect(&outcome->bisect, outcome->lost_rows);
}

void batch_outcome_opened(struct batch_outcome *outcome, uint64_t cursor)
{
    bool has_moved = cursor != outcome->cursor;
    batch_outcome_note_cursor(outcome, cursor);
    if (outcome->hold != HOLD_BATCH || has_moved) {
        restart_bisect(outcome);
        succeed(outcome);
    }
}

struct batch_decision batch_outcome_not_opened(struct batch_outcome *outcome,
                                               const struct batch_error *error, uint32_t random)
{
    return put_off(outcome, HOLD_SESSION, error, random);
}

struct batch_decision batch_outcome_unusable(struct batch_outcome *outcome, const char *reason)
{
    return hold(outcome, HOLD_SESSION, reason);
}

/* The next session is another's, perhaps another server's: if it opens, the batch has its chance.
 */
void batch_outcome_disconnected(struct batch_outcome *outcome)
{
    if (outcome->hold == HOLD_BATCH)
        outcome->hold = HOLD_SESSION;
}

void batch_outcome_init(struct batch_outcome *outcome, uint32_t max_rows)
{
    *outcome = (struct batch_outcome){0};
    bisect_init(&outcome->bisect, max_rows);
}

uint32_t batch_outcome_limit(const struct batch_outcome *outcome)
{
    return bisect_limit(&outcome->bisect);
}

const char *batch_outcome_reject_reason(const struct batch_outcome *outcome)
{
    return outcome->is_rejecting ? outcome->reject_reason : NULL;
}

bool batch_outcome_is_held(const struct batch_outcome *outcome)
{
    return outcome->hold != HOLD_NONE || is_lethal(outcome);
}

bool batch_outcome_is_fenced(const struct batch_outcome *outcome)
{
    return outcome->hold == HOLD_FENCED;
}

bool batch_outcome_is_failing(const struct batch_outcome *outcome)
{
    return outcome->hold != HOLD_NONE || outcome->backoff.failures > 0;
}
