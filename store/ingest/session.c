/* What a fresh connection goes through before batches can be sent on it. */
#include "store/ingest/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/clock.h"
#include "metrics/log.h"
#include "metrics/news.h"
#include "protocol/memory.h"
#include "store/database/conn.h"
#include "store/database/migration.h"
#include "store/database/session_settings.h"
#include "store/database/sqlstate.h"
#include "store/ingest/lane_queue.h"
#include "store/ingest/session_calls.h"
#include "store/journal/format.h"

/* Of a repeated step: the partitions of yesterday to tomorrow; others are not waited for. */
enum { CLAIM_EVERY_S = 2, CALLS_MAX = 11 };

_Static_assert((int)INGEST_TIMEOUT_MS > (int)SESSION_STATEMENT_TIMEOUT_MS,
               "the server is the first to give up");

/* What a session does of its own, in this order; `steps` below says how each is sent and where its
 * answer leads. */
enum session_step {
    STEP_NONE, /* nothing of these is in flight */

    /* Opening. */
    STEP_MIGRATE,  /* the schema is brought up to date */
    STEP_MAINTAIN, /* partitions are made ahead */
    STEP_PREPARE,  /* the statement of the batches */
    STEP_LOOK,     /* whose the journal is: of its runs only that one need be named */
    STEP_CLAIM,    /* the journal becomes this run's, in one lane */
    STEP_JOIN,     /* a session beside another one: the statement of the batches */

    /* On an open session: a further lane; upkeep. */
    STEP_LOOK_LANE,
    STEP_CLAIM_LANE,
    STEP_CLAIM_AGAIN, /* as long as an earlier session holds the journal's lock */
};

struct ingest_session {
    struct db_conn *conn;
    struct log *log;
    const struct ingest_settings *settings;
    struct migration *migration;
    enum session_step step;
    int64_t claimed_us;   /* monotonic */
    unsigned calls;       /* of the step, one after the other */
    struct news failures; /* of the maintenance */
    bool is_locked;       /* the journal's lock is this session's */
    bool is_fsync_on;     /* in the database, as last heard */
    int lanes;
    bool is_distributed;
    unsigned door;                             /* the lane by which the journal is claimed */
    unsigned lane;                             /* that is being claimed */
    char journal_id[SESSION_NUMBER_TEXT_SIZE]; /* the journal's number there */
    char owners[UUID_TEXT_SIZE + 2]; /* whose place this run may take, as an array in text */
    uint32_t run;                    /* of the last batch; 0 = there was none */
    bool is_nonce_known;
    char run_nonce[UUID_TEXT_SIZE];
    ingest_opened_fn opened; /* whom opening and upkeep answer */
    void *opened_arg;
    ingest_kept_fn kept;
    void *kept_arg;
};

static void on_answer(void *arg, const struct db_reply *reply);
static void on_migrated(void *arg, enum result result, const struct error *error);

static void send_migration(struct ingest_session *session)
{
    migration_start(session->migration, on_migrated, session);
}

static void send_maintain(struct ingest_session *session)
{
    const struct db_query query = {.sql = "SELECT maintain()", .timeout_ms = INGEST_TIMEOUT_MS};
    db_conn_query(session->conn, &query, on_answer, session);
}

static void send_prepare(struct ingest_session *session)
{
    session_prepare(session->conn, on_answer, session);
}

static void send_look(struct ingest_session *session)
{
    session_ask_owner(session->conn, session->settings->journal, session->lane, on_answer, session);
}

static void send_claim(struct ingest_session *session)
{
    session_claim_journal(session->conn, session->settings, session->door, session->owners,
                          on_answer, session);
}

static void send_claim_lane(struct ingest_session *session)
{
    session_claim_lane(session->conn, session->settings, session->lane, session->journal_id,
                       session->owners, on_answer, session);
}

/* Where it is not ours to take nobody is named: then the claim is refused, and tells. */
static void take_owner(struct ingest_session *session, const struct db_reply *reply)
{
    const struct ingest_lineage *lineage = &session->settings->lineage;
    uint8_t owner[UUID_BYTES];
    (void)snprintf(session->owners, sizeof session->owners, "{}");
    if (reply->outcome != DB_OK)
        return;
    bool is_owned = PQntuples(reply->rows) > 0 && uuid_parse(PQgetvalue(reply->rows, 0, 0), owner);
    if (lineage->may_claim(lineage->arg, is_owned ? owner : NULL) && is_owned)
        (void)snprintf(session->owners, sizeof session->owners, "{%s}",
                       PQgetvalue(reply->rows, 0, 0));
}

/* A failure costs little at once: there is a default partition, and the maintenance goes on with
 * the rest. */
static void take_maintained(struct ingest_session *session, const struct db_reply *reply)
{
    char reason[200];
    if (reply->outcome != DB_ERROR)
        return;
    sqlstate_describe(reason, sizeof reason, reply->sqlstate, reply->message);
    if (news_is(&session->failures, reason, clock_monotonic_us()))
        log_write(session->log, LOG_WARNING, "store", "maintenance failed %s", reason);
}

static void note_fsync(struct ingest_session *session, bool is_on)
{
    if (session->is_fsync_on && !is_on)
        log_write(session->log, LOG_WARNING, "store",
                  "the database runs with fsync=off: a power loss there loses stored events");
    session->is_fsync_on = is_on;
}

static void take_claimed(struct ingest_session *session, const struct db_reply *reply)
{
    session->claimed_us = clock_monotonic_us();
    if (reply->outcome != DB_OK)
        return;
    struct session_claimed claimed = session_read_claimed(reply->rows);
    session->is_locked = claimed.is_locked;
    note_fsync(session, claimed.is_fsync_on);
    session->lanes = claimed.lanes;
    session->is_distributed = claimed.is_distributed;
    memcpy(session->journal_id, claimed.journal_id, sizeof session->journal_id);
}

static const char any_error[] = "";

static const struct {
    const char *name;
    void (*send)(struct ingest_session *session);
    void (*take)(struct ingest_session *session, const struct db_reply *reply); /* the answer */
    const char *passable;   /* errors whose state begins so are no obstacle; NULL = all are one */
    bool is_repeated;       /* as long as it answers that there is more of it */
    enum session_step next; /* STEP_NONE = the end */
} steps[] = {
    [STEP_MIGRATE] = {.name = "migration", .send = send_migration, .next = STEP_MAINTAIN},
    [STEP_MAINTAIN] = {.name = "maintain",
                       .send = send_maintain,
                       .take = take_maintained,
                       .passable = any_error,
                       .is_repeated = true,
                       .next = STEP_PREPARE},
    /* 42P05, it is there: what failed after it is tried again on the same connection. */
    [STEP_PREPARE] = {.name = "prepare",
                      .send = send_prepare,
                      .passable = "42P05",
                      .next = STEP_LOOK},
    [STEP_LOOK] = {.name = "look", .send = send_look, .take = take_owner, .next = STEP_CLAIM},
    [STEP_CLAIM] = {.name = "claim_journal",
                    .send = send_claim,
                    .take = take_claimed,
                    .next = STEP_NONE},

    [STEP_JOIN] = {.name = "prepare", .send = send_prepare, .passable = "42P05", .next = STEP_NONE},
    [STEP_LOOK_LANE] = {.name = "look",
                        .send = send_look,
                        .take = take_owner,
                        .next = STEP_CLAIM_LANE},
    [STEP_CLAIM_LANE] = {.name = "claim_lane", .send = send_claim_lane, .next = STEP_NONE},

    /* If an open session is refused here, so will be its next batch, which tells. */
    [STEP_CLAIM_AGAIN] = {.name = "claim_journal",
                          .send = send_claim,
                          .take = take_claimed,
                          .next = STEP_NONE},
};

/* The only writer of `step`. An opening, a claim or an upkeep begins at rest; then the same follows
 * again, the next step of the table, or the end. */
static void set_step(struct ingest_session *session, enum session_step step)
{
    bool is_start = step == STEP_MIGRATE || step == STEP_JOIN || step == STEP_LOOK_LANE ||
                    step == STEP_CLAIM_AGAIN;
    assert(session->step == STEP_NONE ? is_start
                                      : step == STEP_NONE || step == steps[session->step].next ||
                                            (step == session->step && steps[step].is_repeated));
    session->calls = step == session->step ? session->calls + 1 : 1;
    session->step = step;
}

static void begin(struct ingest_session *session, enum session_step step)
{
    set_step(session, step);
    steps[step].send(session);
}

/* What a batch is built for must be what the database has. */
static bool is_usable(const struct ingest_session *session, struct error *error)
{
    if (session->lanes >= 1 && session->lanes <= LANES_MAX)
        return true;
    if (session->lanes == 0)
        (void)error_set(
            error, RESULT_FAILED,
            "the number of lanes is being changed; if that was ended, --lanes N goes on");
    else
        (void)error_set(error, RESULT_FAILED,
                        "the database has lanes=%d, this version of the program knows %d at most",
                        session->lanes, LANES_MAX);
    return false;
}

static bool is_obstacle(enum session_step step, const struct db_reply *reply)
{
    const char *passable = steps[step].passable;
    return reply->outcome == DB_ERROR &&
           (passable == NULL || strncmp(reply->sqlstate, passable, strlen(passable)) != 0);
}

/* Answers whoever asked for what has come to its end. */
static void finish(struct ingest_session *session, const struct db_reply *reply)
{
    enum session_step last = session->step;
    struct error error;
    set_step(session, STEP_NONE);
    const struct db_reply joined = {.outcome = DB_OK}; /* prepared it may have been before */
    if (last == STEP_JOIN && !is_obstacle(last, reply))
        session->opened(session->opened_arg, steps[last].name, &joined, NULL);
    else if (last == STEP_CLAIM_AGAIN)
        session->kept(session->kept_arg, reply->outcome == DB_OK ? reply : NULL);
    else if (last == STEP_CLAIM && reply->outcome == DB_OK && !is_usable(session, &error))
        session->opened(session->opened_arg, steps[last].name, NULL, &error);
    else
        session->opened(session->opened_arg, steps[last].name, reply, NULL);
}

static bool has_more(const struct ingest_session *session, const struct db_reply *reply)
{
    return steps[session->step].is_repeated && session->calls < CALLS_MAX &&
           reply->outcome == DB_OK && PQntuples(reply->rows) == 1 &&
           PQgetvalue(reply->rows, 0, 0)[0] == 't';
}

static void on_answer(void *arg, const struct db_reply *reply)
{
    struct ingest_session *session = arg;
    enum session_step step = session->step;
    if (reply->outcome == DB_LOST) {
        set_step(session, STEP_NONE);
        return;
    }
    if (steps[step].take != NULL)
        steps[step].take(session, reply);
    if (has_more(session, reply))
        begin(session, step);
    else if (is_obstacle(step, reply) || steps[step].next == STEP_NONE)
        finish(session, reply);
    else
        begin(session, steps[step].next);
}

static void on_migrated(void *arg, enum result result, const struct error *error)
{
    struct ingest_session *session = arg;
    if (result == RESULT_OK) {
        begin(session, steps[STEP_MIGRATE].next);
        return;
    }
    set_step(session, STEP_NONE);
    if (result != RESULT_UNAVAILABLE)
        session->opened(session->opened_arg, steps[STEP_MIGRATE].name, NULL, error);
}

static void begin_for(struct ingest_session *session, enum session_step step,
                      ingest_opened_fn opened, void *arg)
{
    assert(session->step == STEP_NONE);
    session->opened = opened;
    session->opened_arg = arg;
    begin(session, step);
}

void ingest_session_open(struct ingest_session *session, unsigned door, ingest_opened_fn opened,
                         void *arg)
{
    session->door = session->lane = door;
    begin_for(session, STEP_MIGRATE, opened, arg);
}

void ingest_session_join(struct ingest_session *session, const struct ingest_session *first,
                         ingest_opened_fn opened, void *arg)
{
    session->is_locked = true; /* the first one looks after that */
    session->lanes = first->lanes;
    session->is_distributed = first->is_distributed;
    (void)snprintf(session->journal_id, sizeof session->journal_id, "%s", first->journal_id);
    begin_for(session, STEP_JOIN, opened, arg);
}

void ingest_session_claim(struct ingest_session *session, unsigned lane, ingest_opened_fn claimed,
                          void *arg)
{
    session->lane = lane;
    begin_for(session, STEP_LOOK_LANE, claimed, arg);
}

unsigned ingest_session_lanes(const struct ingest_session *session)
{
    return (unsigned)session->lanes;
}

bool ingest_session_is_distributed(const struct ingest_session *session)
{
    return session->is_distributed;
}

bool ingest_session_is_upkeep_due(const struct ingest_session *session)
{
    return !session->is_locked &&
           clock_monotonic_us() - session->claimed_us >= CLAIM_EVERY_S * INT64_C(1000000);
}

void ingest_session_keep(struct ingest_session *session, ingest_kept_fn done, void *arg)
{
    assert(session->step == STEP_NONE);
    session->kept = done;
    session->kept_arg = arg;
    begin(session, STEP_CLAIM_AGAIN);
}

/* NULL = nobody knows it, and the cursor alone tells what of it is stored. */
static const char *find_nonce(struct ingest_session *session, uint32_t run)
{
    const struct ingest_lineage *lineage = &session->settings->lineage;
    uint8_t nonce[UUID_BYTES];
    if (run != session->run) {
        session->run = run;
        session->is_nonce_known = lineage->find_nonce(lineage->arg, session->run, nonce);
        if (session->is_nonce_known)
            uuid_format(nonce, session->run_nonce);
    }
    return session->is_nonce_known ? session->run_nonce : NULL;
}

void ingest_session_send(struct ingest_session *session, const struct batch *batch,
                         const struct batch_scope *scope, const char *reject_reason,
                         void (*reply)(void *arg, const struct db_reply *reply), void *arg)
{
    const struct session_batch sent = {
        .scope = scope,
        .journal_id = session->journal_id,
        .nonce = session->settings->nonce,
        .run_nonce = find_nonce(session, (uint32_t)(scope->upto >> JOURNAL_RUN_SHIFT)),
        .lanes = session->lanes,
        .is_distributed = session->is_distributed,
        .reject_reason = reject_reason,
    };
    session_send_batch(session->conn, &sent, batch, reply, arg);
}

struct ingest_session *ingest_session_new(struct db_conn *conn,
                                          const struct ingest_settings *settings, struct log *log)
{
    struct ingest_session *session = memory_zeroed(sizeof *session);
    *session = (struct ingest_session){
        .conn = conn,
        .log = log,
        .settings = settings,
        .migration = migration_new(conn, settings->sample_data, log),
        .is_fsync_on = true,
    };
    return session;
}

void ingest_session_free(struct ingest_session *session)
{
    if (session == NULL)
        return;
    migration_free(session->migration);
    free(session);
}
