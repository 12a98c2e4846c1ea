/* The writer's state, shared by writer.c (its way from batch to batch), writer_faults.c (what
 * becomes of a batch that fails) and writer_metrics.c. */
#pragma once

#include "store/base/backoff.h"
#include "store/database/conn.h"
#include "store/ingest/bisect.h"
#include "store/ingest/writer.h"
#include "store/ingest/totals.h"

struct batch;
struct event;
struct histogram;
struct ingest_session;

enum writer_state {
    WRITER_DOWN,    /* no connection */
    WRITER_OPENING, /* the session goes through its steps */
    WRITER_IDLE,    /* open; the timer, if armed, is the batch's delay */
    WRITER_SENDING, /* the batch is in flight; the timer ends our patience */
    WRITER_KEEPING, /* the session does its upkeep; the timer ends our patience */
    WRITER_PAUSED,  /* something has to pass or be mended first; the timer tries again */
};

/* `batch` mirrors the head of the queue while sending, and means nothing otherwise. */
struct writer {
    struct event_queue *queue;
    struct log *log;
    struct writer_listener listener;
    struct db_conn *conn;
    struct db_settings conn_settings;
    struct ingest_session *session;
    struct event *timer;
    struct event *upkeep_timer; /* looks now and then whether an idle session has some to do */
    struct batch *batch;
    struct bisect bisect;
    struct backoff backoff;
    struct writer_totals totals;
    enum writer_state state;
    bool is_hurried;
    bool is_prepared;        /* on this connection: batches can be sent */
    uint64_t cursor;         /* as last heard */
    unsigned cancelled;      /* times in a row that the batch was too slow for the server */
    unsigned waited;         /* times that our patience with the batch ended */
    unsigned lost;           /* times the connection was lost over a batch since the cursor moved */
    uint32_t lost_rows;      /* of the last of these */
    bool is_fenced;          /* the journal is another process's */
    bool is_held;            /* waiting for somebody to mend the database; logged when it begins */
    unsigned held_tries;     /* since it is held */
    bool is_reopening;       /* the session, with a batch held that may be no better for it */
    char reject_reason[160]; /* "" = the batch is to be stored, else why it is put aside */
    bool is_escaping;        /* the event_id of the row put aside */
    int64_t refused_us;      /* monotonic, when an event was last told to be refused; 0 = never */
    int64_t sent_us;         /* monotonic */
    double last_success;     /* Unix time; 0 = never */
    struct histogram *batch_seconds;
    struct histogram *batch_events;
};

/* The only way to another state; the timer is off then. */
void writer_set_state(struct writer *writer, enum writer_state state);

/* Sends the head of the queue; the connection must be ready. */
void writer_send_batch(struct writer *writer);

/* Waits for somebody to mend the database: tells once why, and tries again now and then. */
void writer_hold(struct writer *writer, const char *reason);

/* The database refused `step`: waits, reconnects or holds, as the state of the error demands. */
void writer_pause(struct writer *writer, const struct db_reply *reply, const char *step);

/* The database refused the batch in flight. */
void writer_batch_refused(struct writer *writer, const struct db_reply *reply);

/* The connection ended over the batch in flight. */
void writer_batch_lost(struct writer *writer);

/* Whether event after event ends the connection, with a single one in the batch at last. */
bool writer_is_lethal(const struct writer *writer);

/* Begins to look for a bad row anew, unless it is batches that end the connection. */
void writer_begin_bisect(struct writer *writer);

/* Adds the writer's series, once. */
void writer_add_metrics(struct writer *writer, struct metrics *metrics);
